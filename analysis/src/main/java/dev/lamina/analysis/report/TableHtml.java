package dev.lamina.analysis.report;

import static j2html.TagCreator.button;
import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.p;
import static j2html.TagCreator.span;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.tr;

import j2html.tags.DomContent;
import j2html.tags.specialized.TdTag;
import j2html.tags.specialized.ThTag;
import java.util.List;
import java.util.stream.IntStream;

/** Tables of a page: sortable, with their numbers as CSV. */
final class TableHtml {
  /** Longer tables scroll in a box of their own. */
  private static final int TALL = 30;

  /** A page is for reading; what is longer than this is for programs, and in the CSV file. */
  private static final int MOST_ROWS = 500;

  private TableHtml() {}

  /**
   * Returns a table and its CSV button.
   *
   * @param table the table
   * @param id its id in the page
   * @param file name of its CSV file
   */
  static DomContent of(Table table, String id, String file) {
    List<List<Object>> shown = table.rows().stream().limit(MOST_ROWS).toList();
    boolean cut = shown.size() < table.rows().size();
    return div(
        div(table(
                    thead(
                        tr(
                            each(
                                IntStream.range(0, table.columns().size()).boxed().toList(),
                                c -> heading(table, c)))),
                    tbody(each(shown, row -> tr(cells(table, row)))))
                .withId(id))
            .withClasses("scroll", shown.size() > TALL ? "tall" : ""),
        cut
            ? p("The first %d of %d rows; csv/%s has all."
                    .formatted(MOST_ROWS, table.rows().size(), file))
                .withClass("small")
            : button("CSV")
                .withType("button")
                .withClass("csv")
                .attr("data-table", id)
                .attr("data-file", file));
  }

  private static ThTag heading(Table table, int column) {
    return th(button(span(table.columns().get(column).title())).withType("button"))
        .withClass(alignment(table, column))
        .attr("scope", "col");
  }

  private static String alignment(Table table, int column) {
    return table.rows().stream().anyMatch(row -> row.get(column) instanceof Number) ? "n" : "";
  }

  private static DomContent[] cells(Table table, List<Object> row) {
    return IntStream.range(0, row.size())
        .mapToObj(c ->
            cell(row.get(c), table.columns().get(c).digits())
                .withClass(row.get(c) instanceof String ? "" : alignment(table, c)))
        .toArray(DomContent[]::new);
  }

  private static TdTag cell(Object value, int digits) {
    return switch (value) {
      case null -> td("–").attr("data-v", "");
      case Double d -> td(NumberTexts.rounded(d, digits)).attr("data-v", CsvText.cell(d));
      case Boolean b -> td(b ? "yes" : "no").attr("data-v", b.toString());
      default -> td(value.toString());
    };
  }
}
