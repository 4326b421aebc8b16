package dev.lamina.analysis.report;

import java.util.List;
import java.util.stream.Collectors;

/** Writes tables as CSV (RFC 4180): numbers with all digits, nothing for NaN. */
final class CsvText {
  private static final String END = "\r\n";

  private CsvText() {}

  static String of(Table table) {
    StringBuilder text = new StringBuilder();
    text.append(line(table.columns().stream().map(Column::title).toList()));
    for (List<Object> row : table.rows()) {
      text.append(line(row.stream().map(CsvText::cell).toList()));
    }
    return text.toString();
  }

  private static String line(List<String> cells) {
    return cells.stream().map(CsvText::quoted).collect(Collectors.joining(",", "", END));
  }

  private static String quoted(String cell) {
    boolean plain = cell.chars().noneMatch(c -> c == ',' || c == '"' || c == '\r' || c == '\n');
    return plain ? cell : '"' + cell.replace("\"", "\"\"") + '"';
  }

  /** Returns a cell as it stands in the file, but for quotes. */
  static String cell(Object value) {
    return switch (value) {
      case null -> "";
      case Double d -> Double.isNaN(d) ? "" : d.toString();
      default -> value.toString();
    };
  }
}
