package dev.lamina.analysis.data;

import dev.lamina.analysis.data.CataloguedSet.CataloguedFile;
import dev.lamina.config.LaminaConfig;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;
import java.util.Map;

/**
 * The folder that fetched files are kept in.
 *
 * @param root the folder; need not exist
 */
public record CacheFolder(Path root) {

  /**
   * {@return the folder that the setting {@code lamina.cache} or the environment variable {@code
   * LAMINA_CACHE} names, else the one that the environment implies: {@code $XDG_CACHE_HOME/lamina},
   * else {@code ~/.cache/lamina}, {@code ~/Library/Caches/lamina} on macOS and {@code
   * %LOCALAPPDATA%\lamina\Cache} on Windows}
   *
   * @param config the settings in force
   * @param environment environment variables
   */
  public static CacheFolder of(LaminaConfig config, Map<String, String> environment) {
    String home = System.getProperty("user.home");
    return config
        .cache()
        .map(CacheFolder::new)
        .orElseGet(() -> of(environment, Path.of(home), System.getProperty("os.name")));
  }

  /**
   * Returns the folder that the environment names or implies.
   *
   * @param environment environment variables
   * @param home the user's home folder
   * @param system name of the operating system as in the system property {@code os.name}
   */
  static CacheFolder of(Map<String, String> environment, Path home, String system) {
    String own = environment.getOrDefault("LAMINA_CACHE", "");
    if (!own.isBlank()) {
      return new CacheFolder(Path.of(own));
    }
    String shared = environment.getOrDefault("XDG_CACHE_HOME", "");
    // The XDG specification: relative paths are invalid and to be ignored.
    if (!shared.isBlank() && Path.of(shared).isAbsolute()) {
      return new CacheFolder(Path.of(shared, "lamina"));
    }
    String os = system.toLowerCase(Locale.ROOT);
    if (os.contains("mac")) {
      return new CacheFolder(home.resolve("Library/Caches/lamina"));
    }
    String local = environment.getOrDefault("LOCALAPPDATA", "");
    if (os.contains("windows") && !local.isBlank()) {
      return new CacheFolder(Path.of(local, "lamina", "Cache"));
    }
    return new CacheFolder(home.resolve(".cache/lamina"));
  }

  /** {@return the folder that this process's environment names or implies} */
  public static CacheFolder ofProcess() {
    return of(
        System.getenv(), Path.of(System.getProperty("user.home")), System.getProperty("os.name"));
  }

  /**
   * {@return the folder of a data set}
   *
   * @param set the data set
   */
  public Path folder(CataloguedSet set) {
    return root.resolve("data").resolve(set.name());
  }

  /**
   * {@return where a file of a data set belongs}
   *
   * @param set the data set
   * @param file one of its files
   */
  public Path file(CataloguedSet set, CataloguedFile file) {
    return folder(set).resolve(file.name());
  }

  /** Returns the folder that a data set is fetched to before it is checked. */
  Path staging(CataloguedSet set) {
    return root.resolve("data").resolve(".fetching-" + set.name());
  }

  /**
   * {@return whether a data set has all its files, going by their names and lengths}
   *
   * @param set the data set
   */
  public boolean has(CataloguedSet set) {
    return set.files().stream().allMatch(file -> hasLength(file(set, file), file.bytes()));
  }

  private static boolean hasLength(Path path, long bytes) {
    try {
      return Files.isRegularFile(path) && Files.size(path) == bytes;
    } catch (IOException e) {
      throw new UncheckedIOException("cannot look at " + path, e);
    }
  }

  /** Returns whether a file is there with the right content. */
  boolean isVerified(CataloguedSet set, CataloguedFile file) {
    Path path = file(set, file);
    return hasLength(path, file.bytes()) && Sha256.of(path).equals(file.sha256());
  }

  /**
   * Returns a file of a data set after checking its content.
   *
   * @throws DataException if it is missing or not what it should be, saying what to do
   */
  Path verified(CataloguedSet set, CataloguedFile file) {
    Path path = file(set, file);
    String remedy = "run: lamina data fetch " + set.name();
    if (!Files.exists(path)) {
      throw new DataException(
          "%s is not in the cache folder %s (%s is missing); %s"
              .formatted(set.name(), root, path.getFileName(), remedy));
    }
    String found = Sha256.of(path);
    if (!found.equals(file.sha256())) {
      throw new DataException(
          "%s: %s is damaged: expected sha256 %s but found %s; %s"
              .formatted(set.name(), path, file.sha256(), found, remedy));
    }
    return path;
  }
}
