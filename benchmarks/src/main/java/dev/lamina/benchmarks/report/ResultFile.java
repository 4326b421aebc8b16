package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.Json;
import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Circumstances;
import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import dev.lamina.matrix.DataFormatException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;

/** The result of a benchmark as JSON. */
public final class ResultFile {
  /** Its name in the folder of a run. */
  public static final String NAME = "results.json";

  private ResultFile() {}

  /**
   * Reads a result. One of an earlier version, without circumstances, has unknown ones.
   *
   * @param path the file, or the folder of a run
   * @return the result
   * @throws FileException if there is no such file or it cannot be read
   * @throws DataFormatException if it does not hold the result of a benchmark
   */
  public static BenchResult read(Path path) {
    return Json.readFile(
        file(path),
        BenchResult.class,
        "the result of lamina bench",
        Map.of("circumstances", Circumstances.UNKNOWN));
  }

  /**
   * {@return the file of a result}
   *
   * @param path the file, or the folder of a run
   */
  public static Path file(Path path) {
    return Files.isDirectory(path) ? path.resolve(NAME) : path;
  }

  /**
   * Writes a result.
   *
   * @param result the result
   * @param file the file, in an existing folder
   * @throws FileException if it cannot be written; nothing is left behind then
   */
  public static void write(BenchResult result, Path file) {
    AtomicFile.writeString(file, Json.write(result) + "\n");
  }
}
