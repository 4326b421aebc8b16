package dev.lamina.analysis.study;

import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.Response;
import dev.lamina.matrix.HostMatrix;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.URISyntaxException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.CodeSource;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** A SHA-256 digest of everything that a result depends on: equal prints, equal results. */
public final class Fingerprint {
  private static final int BUFFER = 1 << 16;

  private final MessageDigest digest;

  /** Begins a digest. */
  public Fingerprint() {
    try {
      digest = MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-256", e);
    }
  }

  /**
   * Adds a text; its length is added too, so that two texts cannot run into each other.
   *
   * @param text the text
   * @return this
   */
  public Fingerprint add(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    digest.update(ByteBuffer.allocate(Integer.BYTES).putInt(bytes.length).flip());
    digest.update(bytes);
    return this;
  }

  /** Adds samples: shapes, entries, classes or numbers. */
  Fingerprint add(DataSet data) {
    add(data.x());
    switch (data.response()) {
      case Response.Classes classes -> {
        add(classes.names().toString());
        ByteBuffer labels = ByteBuffer.allocate(classes.samples() * Integer.BYTES);
        for (int i = 0; i < classes.samples(); i++) {
          labels.putInt(classes.label(i));
        }
        digest.update(labels.flip());
      }
      case Response.Values numbers -> add(numbers.values());
    }
    return this;
  }

  /**
   * Adds shape, element type and entries of a matrix.
   *
   * @param m the matrix
   * @return this
   */
  public Fingerprint add(HostMatrix m) {
    add(m.shape());
    for (long row = 0; row < m.rows(); row++) {
      long bytes = m.cols() * m.dtype().bytes();
      digest.update(m.segment().asSlice(m.byteOffset(row, 0), bytes).asByteBuffer());
    }
    return this;
  }

  /**
   * Adds the code of the jar or folder that a class comes from, so that a changed formula does not
   * keep old results.
   */
  Fingerprint addCodeOf(Class<?> type) {
    CodeSource source = type.getProtectionDomain().getCodeSource();
    if (source == null) {
      // A class that was made at run time has no other code than its name.
      return add(type.getName());
    }
    try {
      Path code = Path.of(source.getLocation().toURI());
      try (Stream<Path> files = Files.walk(code)) {
        List<Path> sorted = files.filter(Files::isRegularFile).sorted().toList();
        for (Path file : sorted) {
          add(code.relativize(file).toString());
          addContent(file);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException("reading the code of " + type, e);
    } catch (URISyntaxException e) {
      throw new IllegalStateException("the code of " + type + " is at " + source.getLocation(), e);
    }
    return this;
  }

  private void addContent(Path file) throws IOException {
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        digest.update(buffer, 0, n);
      }
    }
  }

  /** {@return the print in hexadecimal digits; nothing can be added afterwards} */
  public String text() {
    return HexFormat.of().formatHex(digest.digest());
  }
}
