package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.Report;
import dev.lamina.analysis.report.ReportWriter;
import dev.lamina.benchmarks.BenchResult;
import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Writes what a benchmark found for programs and for people. */
public final class BenchReport {
  private BenchReport() {}

  /**
   * Writes {@code results.json}, {@code report.html}, {@code report.md} with its pictures in {@code
   * svg}, and the numbers of every plot and table in {@code csv}. Each file is there completely or
   * not at all. Of an earlier report in this folder, no table and no picture stays.
   *
   * @param result what was found
   * @param folder where to; made if it is missing
   * @throws FileException if a file cannot be written
   */
  public static void write(BenchResult result, Path folder) {
    Report report = BenchPage.of(result);
    try {
      Files.createDirectories(folder.resolve(MarkdownPage.PICTURES));
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
    boolean earlier = Files.exists(folder.resolve(ResultFile.NAME));
    ResultFile.write(result, folder.resolve(ResultFile.NAME));
    if (earlier) {
      remove(folder.resolve("csv"), ".csv");
      remove(folder.resolve(MarkdownPage.PICTURES), ".svg");
    }
    MarkdownPage.pictures(report)
        .forEach((name, svg) ->
            AtomicFile.writeString(folder.resolve(MarkdownPage.PICTURES).resolve(name), svg));
    AtomicFile.writeString(folder.resolve("report.md"), MarkdownPage.of(report, true));
    ReportWriter.write(report, folder);
  }

  private static void remove(Path folder, String extension) {
    if (!Files.isDirectory(folder)) {
      return;
    }
    try (DirectoryStream<Path> old = Files.newDirectoryStream(folder, "*" + extension)) {
      for (Path file : old) {
        Files.delete(file);
      }
    } catch (IOException e) {
      throw FileException.writing(folder, e);
    }
  }

  /**
   * {@return the tables of a benchmark as Markdown}
   *
   * @param result what was found
   */
  public static String markdown(BenchResult result) {
    return MarkdownPage.of(BenchPage.of(result), false).strip();
  }
}
