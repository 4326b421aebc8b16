package dev.lamina.analysis.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.zip.GZIPOutputStream;

/** Builds IDX files byte by byte. */
final class IdxBytes {
  private IdxBytes() {}

  static byte[] file(int[] sizes, int... elements) {
    ByteBuffer out = ByteBuffer.allocate(4 + 4 * sizes.length + elements.length);
    out.put(new byte[] {0, 0, 8, (byte) sizes.length});
    for (int size : sizes) {
      out.putInt(size);
    }
    for (int element : elements) {
      out.put((byte) element);
    }
    return out.array();
  }

  static byte[] gzip(byte[] bytes) {
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (GZIPOutputStream gzip = new GZIPOutputStream(out)) {
      gzip.write(bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  static Path write(Path file, byte[] bytes) {
    try {
      return Files.write(file, bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
