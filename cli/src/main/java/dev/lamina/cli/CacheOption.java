package dev.lamina.cli;

import dev.lamina.analysis.data.CacheFolder;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/** The option that names the cache folder. */
final class CacheOption {

  @Option(
      names = "--cache",
      paramLabel = "FOLDER",
      description =
          "Where fetched data sets are kept (default: the setting lamina.cache, the variable"
              + " LAMINA_CACHE, or the system's folder for caches).")
  private Path folder;

  /** Returns the folder in force. */
  CacheFolder folder(Session session) {
    return folder == null
        ? CacheFolder.of(session.config(), session.sources().environment())
        : new CacheFolder(folder);
  }
}
