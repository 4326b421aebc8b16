import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Enumeration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import java.util.zip.ZipOutputStream;

/**
 * Copies jars with their entries uncompressed and in their order, without those that a pattern
 * names: {@code java StoreJars.java FROM TO TIME PATTERN}.
 */
final class StoreJars {
  private final Path to;
  private final Instant time;
  private final String unused;

  private StoreJars(Path to, Instant time, String unused) {
    this.to = to;
    this.time = time;
    this.unused = unused;
  }

  public static void main(String[] args) throws IOException {
    StoreJars copies = new StoreJars(Path.of(args[1]), Instant.parse(args[2]), args[3]);
    List<Path> jars;
    try (Stream<Path> files = Files.list(Path.of(args[0]))) {
      jars = files.filter(file -> file.toString().endsWith(".jar")).sorted().toList();
    }
    for (Path jar : jars) {
      copies.copy(jar);
    }
  }

  private void copy(Path jar) throws IOException {
    Set<String> seen = new HashSet<>();
    try (ZipFile in = new ZipFile(jar.toFile());
        OutputStream file = Files.newOutputStream(to.resolve(jar.getFileName()));
        ZipOutputStream out = new ZipOutputStream(file)) {
      out.setMethod(ZipOutputStream.STORED);
      for (Enumeration<? extends ZipEntry> all = in.entries(); all.hasMoreElements(); ) {
        ZipEntry entry = all.nextElement();
        if (!entry.getName().matches(unused) && seen.add(entry.getName())) {
          try (InputStream bytes = in.getInputStream(entry)) {
            store(out, entry.getName(), bytes.readAllBytes());
          }
        }
      }
    }
  }

  private void store(ZipOutputStream out, String name, byte[] bytes) throws IOException {
    CRC32 sum = new CRC32();
    sum.update(bytes);
    ZipEntry entry = new ZipEntry(name);
    entry.setTime(time.toEpochMilli());
    entry.setSize(bytes.length);
    entry.setCrc(sum.getValue());
    out.putNextEntry(entry);
    out.write(bytes);
    out.closeEntry();
  }
}
