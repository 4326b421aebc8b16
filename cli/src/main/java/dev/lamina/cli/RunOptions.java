package dev.lamina.cli;

import java.nio.file.Path;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** The options of commands that train what a file says. */
final class RunOptions {
  @Parameters(paramLabel = "FILE.conf", description = "What to train and how.")
  private Path file;

  @Option(
      names = "--out",
      paramLabel = "DIR",
      description =
          "Where the results go; made if it is missing (default: out/ and the file's name without .conf).")
  private Path out;

  @Option(names = "--fresh", description = "Begin again instead of continuing from checkpoints.")
  private boolean fresh;

  Path file() {
    return file;
  }

  Path folder() {
    return OutputFiles.folder(out, file);
  }

  boolean fresh() {
    return fresh;
  }
}
