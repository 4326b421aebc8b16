package dev.lamina.analysis.report;

import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Writes a report as files: {@code report.html} and, for every plot and table, {@code csv/….csv}.
 */
public final class ReportWriter {
  private ReportWriter() {}

  /**
   * Writes the files.
   *
   * @param report the report
   * @param folder an existing folder
   * @throws FileException if a file cannot be written
   */
  public static void write(Report report, Path folder) {
    Path csv = folder.resolve("csv");
    try {
      Files.createDirectories(csv);
    } catch (IOException e) {
      throw FileException.writing(csv, e);
    }
    for (Report.Section section : report.sections()) {
      section
          .view()
          .ifPresent(view -> view.blocks().forEach(block -> writeCsv(section, block, csv)));
    }
    writePage(report, folder.resolve("report.html"));
  }

  /**
   * Writes the page alone.
   *
   * @param report the report
   * @param file the page, in an existing folder
   * @throws FileException if it cannot be written
   */
  public static void writePage(Report report, Path file) {
    AtomicFile.writeString(file, ReportPage.of(report));
  }

  private static void writeCsv(Report.Section section, Block block, Path folder) {
    switch (block) {
      case Plot plot -> writeCsv(section, Numbers.of(plot), folder);
      case Heatmap map -> writeCsv(section, Numbers.of(map), folder);
      case Table table -> writeCsv(section, table, folder);
      case Pictures _, Note _ -> {
        // Pictures and words have no numbers.
      }
    }
  }

  private static void writeCsv(Report.Section section, Table table, Path folder) {
    String name = SectionHtml.id(section, table.id()) + ".csv";
    AtomicFile.writeString(folder.resolve(name), CsvText.of(table));
  }
}
