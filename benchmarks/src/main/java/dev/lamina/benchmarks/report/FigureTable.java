package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Table;
import dev.lamina.benchmarks.Figure;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.stream.IntStream;

/** Figures as rows of a table. Columns in which nothing stands are left out. */
final class FigureTable {
  /** How to read the tables; the place is for what computed the entries of the errors. */
  static final String LEGEND =
      "Tables of figures: the median round, in the second table the fastest and the slowest. Rates count the operations of the products, factors and solutions that the work needs, of symmetric results"
          + " those on and below the diagonal (of block matrices: the blocks there), however many are done, and nothing that is done entry by entry besides; bytes are those of what goes in, read once, and of what"
          + " comes out, written once, and for copies between memories and files those that cross. The ceiling is the"
          + " library's product in the same arithmetic, or a copy; the floor is the larger of operations and bytes at those rates. Errors are the"
          + " largest over sampled entries against the same in float64 (by %s), of factors and solutions the residual, of training steps and gradients relative to the largest entry of the matrix; \"parallel\" over the most parallel pairs of inputs; none stands where float64 would be held against the same arithmetic. \"1.5 × W\" beside: takes 1.5 times as long as W, median over the rounds and their range.";

  private FigureTable() {}

  /**
   * Returns the table of a suite, what matters most; {@link #LEGEND} says how to read it.
   *
   * @param figures its figures, in the order of the rows
   */
  static Table of(List<Figure> figures) {
    List<Column> columns =
        List.of(
            Column.of("work"),
            Column.of("by"),
            Column.of("median", "ms").digits(4),
            Column.of("of ceiling", "%").digits(3),
            Column.of("time beside"),
            Column.of("error").digits(2),
            Column.of("parallel").digits(2));
    List<List<Object>> rows = figures.stream().map(FigureTable::row).toList();
    return withoutEmptyColumns(new Table("figures", "Figures", "", columns, rows));
  }

  private static List<Object> row(Figure f) {
    return Arrays.asList(
        work(f),
        f.by(),
        f.milliseconds().median(),
        cell(f.ceilingShare(), 100),
        text(FigureTexts.ratios(f)),
        cell(f.error(), 1),
        cell(f.parallelError(), 1));
  }

  private static String work(Figure f) {
    String sizes = f.sizes().isEmpty() ? "" : "; " + FigureTexts.sizes(f.sizes());
    return f.work() + ", " + f.dtype() + sizes;
  }

  /**
   * Returns what else is known of the figures of a suite.
   *
   * @param figures its figures, in the order of the rows
   * @param unit in what rates are counted
   */
  static Table details(List<Figure> figures, RateUnit unit) {
    List<Column> columns =
        List.of(
            Column.of("work"),
            Column.of("by"),
            Column.of("fastest", "ms").digits(4),
            Column.of("slowest", "ms").digits(4),
            Column.of("rounds"),
            Column.of("rate", unit.text()).digits(3),
            Column.of("moved", "GB/s").digits(3),
            Column.of("floor", "ms").digits(3),
            Column.of("peak", "MB").digits(4),
            Column.of("note"));
    List<List<Object>> rows = figures.stream().map(f -> detail(f, unit)).toList();
    return withoutEmptyColumns(new Table("details", "Spread, rates and memory", "", columns, rows));
  }

  private static List<Object> detail(Figure f, RateUnit unit) {
    boolean timed = f.milliseconds().median() > 0;
    return Arrays.asList(
        work(f),
        f.by(),
        f.milliseconds().min(),
        f.milliseconds().max(),
        f.milliseconds().rounds(),
        timed && f.teraflops().isPresent() ? unit.of(f.teraflops().getAsDouble()) : null,
        timed ? cell(f.gigabytes(), 1) : null,
        cell(f.floorMilliseconds(), 1),
        f.peakBytes() == 0 ? null : f.peakBytes() / 1e6,
        text(f.note()));
  }

  private static Object cell(OptionalDouble value, double factor) {
    return value.isPresent() ? (Object) (factor * value.getAsDouble()) : null;
  }

  private static Object text(String text) {
    return text.isEmpty() ? null : text;
  }

  /** Returns what single device functions took; without rows if nothing is known. */
  static Table launches(List<Figure> figures) {
    List<List<Object>> rows = new ArrayList<>();
    for (Figure figure : figures) {
      figure.launches().entrySet().stream()
          .sorted(Map.Entry.<String, Double>comparingByValue().reversed())
          .forEach(e -> rows.add(List.of(FigureTexts.name(figure), e.getKey(), e.getValue())));
    }
    return new Table(
        "launches",
        "Device functions",
        "Time between events around each launch, summed, in one more run.",
        List.of(Column.of("work"), Column.of("device function"), Column.of("time", "ms").digits(3)),
        rows);
  }

  private static Table withoutEmptyColumns(Table table) {
    int[] used =
        IntStream.range(0, table.columns().size())
            .filter(c -> table.rows().stream().anyMatch(row -> row.get(c) != null))
            .toArray();
    List<List<Object>> rows = new ArrayList<>();
    for (List<Object> row : table.rows()) {
      List<Object> kept = new ArrayList<>();
      for (int c : used) {
        kept.add(row.get(c));
      }
      rows.add(kept);
    }
    return new Table(
        table.id(),
        table.title(),
        table.explanation(),
        Arrays.stream(used).mapToObj(table.columns()::get).toList(),
        rows);
  }
}
