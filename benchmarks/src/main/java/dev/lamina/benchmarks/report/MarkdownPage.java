package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Heatmap;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.Origin;
import dev.lamina.analysis.report.Pictures;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Report;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Table;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.StringJoiner;
import java.util.stream.Collectors;
import java.util.stream.IntStream;

/** A report as Markdown: its words and tables, and its plots as pictures beside it. */
final class MarkdownPage {
  /** Folder of the pictures. */
  static final String PICTURES = "svg";

  private final Report report;
  private final boolean pictures;
  private final StringJoiner lines = new StringJoiner("\n", "", "\n");

  private MarkdownPage(Report report, boolean pictures) {
    this.report = report;
    this.pictures = pictures;
  }

  /**
   * Returns the text.
   *
   * @param report the report
   * @param pictures whether its plots lie beside it as {@link #pictures} gives them
   */
  static String of(Report report, boolean pictures) {
    MarkdownPage page = new MarkdownPage(report, pictures);
    page.write();
    return page.lines.toString();
  }

  /** Returns the plots, by file name. */
  static Map<String, String> pictures(Report report) {
    Map<String, String> files = new LinkedHashMap<>();
    for (Report.Section section : report.sections()) {
      for (Block block : section.view().map(SectionView::blocks).orElse(List.of())) {
        if (block instanceof Plot plot) {
          files.put(file(section, plot), PlotSvg.of(plot));
        }
      }
    }
    return files;
  }

  private static String file(Report.Section section, Plot plot) {
    return section.name() + "-" + plot.id() + ".svg";
  }

  private void write() {
    paragraph("# " + line(report.title()));
    paragraph(line(report.subject()));
    for (Report.Section section : report.sections()) {
      paragraph("## " + line(section.title()));
      section.failure().ifPresent(failure -> paragraph("**Failed:** " + line(failure)));
      section.view().ifPresent(view -> view(section, view));
    }
    paragraph("## How this was made");
    for (Origin.Fact fact : report.origin().facts()) {
      lines.add("- " + line(fact.what()) + ": " + line(fact.value()));
    }
  }

  private void view(Report.Section section, SectionView view) {
    paragraph(line(view.introduction()));
    for (Headline h : view.headlines()) {
      lines.add("- %s: **%s** (%s)".formatted(line(h.label()), line(h.value()), line(h.note())));
    }
    if (!view.headlines().isEmpty()) {
      lines.add("");
    }
    for (Block block : view.blocks()) {
      switch (block) {
        case Note note -> paragraph(line(note.text()));
        case Table table -> table(table);
        case Plot plot -> plot(section, plot);
        case Heatmap _, Pictures _ -> {
          // Benchmarks have none.
        }
      }
    }
  }

  private void plot(Report.Section section, Plot plot) {
    if (pictures) {
      paragraph("### " + line(plot.title()));
      paragraph(line(plot.explanation()));
      paragraph("![%s](%s/%s)".formatted(line(plot.title()), PICTURES, file(section, plot)));
      paragraph(line(plot.provenance()));
    }
  }

  private void table(Table table) {
    paragraph("### " + line(table.title()));
    if (!table.explanation().isEmpty()) {
      paragraph(line(table.explanation()));
    }
    if (!table.rows().isEmpty()) {
      paragraph(text(table));
    }
  }

  /** Returns a table alone. */
  static String text(Table table) {
    StringJoiner rows = new StringJoiner("\n");
    rows.add(row(table.columns().stream().map(c -> line(c.title())).toList()));
    rows.add(
        row(
            IntStream.range(0, table.columns().size())
                .mapToObj(c -> isNumber(table, c) ? "---:" : "---")
                .toList()));
    for (List<Object> cells : table.rows()) {
      rows.add(
          row(
              IntStream.range(0, cells.size())
                  .mapToObj(c -> cell(cells.get(c), table.columns().get(c)))
                  .toList()));
    }
    return rows.toString();
  }

  private static String row(List<String> cells) {
    return cells.stream().collect(Collectors.joining(" | ", "| ", " |"));
  }

  private static boolean isNumber(Table table, int column) {
    return table.rows().stream().anyMatch(row -> row.get(column) instanceof Number);
  }

  private static String cell(Object value, Column column) {
    return switch (value) {
      case null -> "";
      case Double d -> FigureTexts.number(d, column.digits());
      case Boolean b -> b ? "yes" : "no";
      default -> line(value.toString());
    };
  }

  private void paragraph(String text) {
    lines.add(text).add("");
  }

  /** Returns a text in one line that does not become markup of tables or of HTML. */
  private static String line(String text) {
    return text.replaceAll("\\s+", " ")
        .strip()
        .replace("\\", "\\\\")
        .replace("|", "\\|")
        .replace("<", "&lt;");
  }
}
