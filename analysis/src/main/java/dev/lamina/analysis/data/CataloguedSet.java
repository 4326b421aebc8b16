package dev.lamina.analysis.data;

import java.util.List;

/**
 * A data set that is fetched as a package of a public registry, with everything known about it.
 *
 * @param name what users call it
 * @param title one line about it
 * @param licence who made it and under which terms
 * @param origin the package
 * @param files the four IDX files: training images and labels, test images and labels
 * @param trainRows number of training samples
 * @param testRows number of test samples
 * @param image shape of the images
 * @param classNames names of the classes
 */
public record CataloguedSet(
    String name,
    String title,
    String licence,
    PackageOrigin origin,
    List<CataloguedFile> files,
    int trainRows,
    int testRows,
    ImageShape image,
    List<String> classNames) {

  /** Copies the lists. */
  public CataloguedSet {
    files = List.copyOf(files);
    classNames = List.copyOf(classNames);
  }

  /**
   * A file of the set.
   *
   * @param name its name in the cache folder
   * @param entry its path inside the package
   * @param bytes its length
   * @param sha256 its SHA-256 in hexadecimal
   */
  public record CataloguedFile(String name, String entry, long bytes, String sha256) {}

  /** A package of a public registry. */
  public sealed interface PackageOrigin {

    /** {@return the name of the client program that fetches it} */
    String client();

    /** {@return the client's command line} */
    List<String> command();

    /** {@return a pattern of the package's file name, with * for what may vary} */
    String fileName();

    /** {@return the length of the known version of the package} */
    long bytes();

    /** {@return the SHA-256 of the known version of the package} */
    String sha256();

    /**
     * {@return whether another version may come, so that only the hashes of the files inside count}
     */
    boolean mayChange();

    /** {@return how to get the client} */
    String remedy();

    /**
     * A package of the npm registry.
     *
     * @param pack its name
     * @param version its version
     * @param bytes its length
     * @param sha256 its SHA-256
     */
    record Npm(String pack, String version, long bytes, String sha256) implements PackageOrigin {
      @Override
      public String client() {
        return "npm";
      }

      @Override
      public List<String> command() {
        return List.of("npm", "pack", pack + "@" + version, "--ignore-scripts");
      }

      @Override
      public String fileName() {
        return pack + "-" + version + ".tgz";
      }

      @Override
      public boolean mayChange() {
        return false;
      }

      @Override
      public String remedy() {
        return "install Node.js (Debian: apt-get install npm; macOS: brew install node; else"
            + " https://nodejs.org)";
      }

      @Override
      public String toString() {
        return "npm " + pack + "@" + version;
      }
    }

    /**
     * A package of Debian and the systems that follow it.
     *
     * @param pack its name
     * @param version the known version; the system may have a later one
     * @param bytes length of the known version
     * @param sha256 SHA-256 of the known version
     */
    record Debian(String pack, String version, long bytes, String sha256) implements PackageOrigin {
      @Override
      public String client() {
        return "apt-get";
      }

      @Override
      public List<String> command() {
        return List.of("apt-get", "download", pack);
      }

      @Override
      public String fileName() {
        return pack + "_*.deb";
      }

      @Override
      public boolean mayChange() {
        return true;
      }

      @Override
      public String remedy() {
        return "it comes with Debian and Ubuntu; elsewhere, get "
            + pack
            + "_"
            + version
            + "_all.deb from a Debian mirror";
      }

      @Override
      public String toString() {
        return "Debian " + pack;
      }
    }
  }

  /** {@return the number of bytes of all files} */
  public long bytes() {
    return files.stream().mapToLong(CataloguedFile::bytes).sum();
  }
}
