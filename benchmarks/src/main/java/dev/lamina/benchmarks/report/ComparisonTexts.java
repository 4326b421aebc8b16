package dev.lamina.benchmarks.report;

import dev.lamina.LaminaVersion;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.Origin;
import dev.lamina.analysis.report.Report;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Table;
import dev.lamina.benchmarks.report.BenchComparison.Change;
import dev.lamina.benchmarks.report.BenchComparison.Measure;
import dev.lamina.benchmarks.report.BenchComparison.Pair;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.StringJoiner;

/** A comparison of two runs in words. */
final class ComparisonTexts {
  private static final String RULES =
      "Slower or faster: the median of each run lies outside the range of the other's rounds; with fewer than three rounds nothing is said."
          + " Errors: more than twice or less than half. Memory: by more than 5 %.";

  private ComparisonTexts() {}

  /** Returns lines for a terminal. */
  static String text(BenchComparison c) {
    StringJoiner lines = new StringJoiner("\n");
    lines.add("A: " + c.a());
    lines.add("B: " + c.b());
    c.warnings().forEach(warning -> lines.add("WARNING: " + warning));
    lines.add("");
    lines.add(String.format(Locale.ROOT, "%7s %10s %10s  %-7s work", "B/A", "A ms", "B ms", ""));
    for (Pair pair : c.pairs()) {
      String line =
          String.format(
              Locale.ROOT,
              "%7s %10s %10s  %-7s %s%s",
              FigureTexts.number(pair.ratio(), 3),
              FigureTexts.number(pair.a().median(), 4),
              FigureTexts.number(pair.b().median(), 4),
              time(pair.time()),
              pair.name(),
              rest(pair));
      lines.add(line);
    }
    lines.add("");
    c.onlyInA().forEach(name -> lines.add("only in A: " + name));
    c.onlyInB().forEach(name -> lines.add("only in B: " + name));
    lines.add(summary(c));
    lines.add(RULES);
    return lines.toString();
  }

  private static String time(Change change) {
    return switch (change) {
      case MORE -> "SLOWER";
      case LESS -> "faster";
      case SAME -> "";
      case UNKNOWN -> "?";
    };
  }

  /** Returns what changed beside the time. */
  private static String rest(Pair pair) {
    StringJoiner parts = new StringJoiner("; ", "; ", "").setEmptyValue("");
    add(parts, "error", pair.error(), 1, "");
    add(parts, "error of parallel inputs", pair.parallelError(), 1, "");
    add(parts, "peak memory", pair.peakBytes(), 1e-6, " MB");
    return parts.toString();
  }

  private static void add(
      StringJoiner parts, String what, Measure measure, double factor, String unit) {
    if (measure.change() == Change.MORE || measure.change() == Change.LESS) {
      parts.add(
          "%s %s: %s → %s%s"
              .formatted(
                  measure.change() == Change.MORE ? "MORE" : "less",
                  what,
                  FigureTexts.number(factor * measure.a().orElseThrow(), 2),
                  FigureTexts.number(factor * measure.b().orElseThrow(), 2),
                  unit));
    }
  }

  private static String summary(BenchComparison c) {
    return "%d figures in both: %d slower, %d faster beyond the spread, %d with larger errors, %d with more memory; %d only in A, %d only in B."
        .formatted(
            c.pairs().size(),
            count(c, Change.MORE),
            count(c, Change.LESS),
            c.pairs().stream().filter(ComparisonTexts::isLessAccurate).count(),
            c.pairs().stream().filter(p -> p.peakBytes().change() == Change.MORE).count(),
            c.onlyInA().size(),
            c.onlyInB().size());
  }

  private static long count(BenchComparison c, Change time) {
    return c.pairs().stream().filter(p -> p.time() == time).count();
  }

  private static boolean isLessAccurate(Pair pair) {
    return pair.error().change() == Change.MORE || pair.parallelError().change() == Change.MORE;
  }

  /** Returns a page. */
  static Report page(BenchComparison c) {
    List<Block> blocks = new ArrayList<>();
    c.warnings().forEach(warning -> blocks.add(new Note("Warning: " + warning + ".")));
    blocks.add(table(c));
    if (!c.onlyInA().isEmpty() || !c.onlyInB().isEmpty()) {
      blocks.add(lone(c));
    }
    List<Headline> headlines =
        List.of(
            new Headline("Slower", String.valueOf(count(c, Change.MORE)), "beyond the spread"),
            new Headline("Faster", String.valueOf(count(c, Change.LESS)), "beyond the spread"),
            new Headline("Compared", String.valueOf(c.pairs().size()), "figures in both runs"));
    return new Report(
        "Two runs of the benchmark",
        "A: %s. B: %s.".formatted(c.a(), c.b()),
        List.of(
            new Report.Section(
                "comparison",
                "Figures of both runs",
                Optional.of(new SectionView(summary(c) + " " + RULES, headlines, blocks)),
                Optional.empty(),
                Double.NaN,
                false)),
        new Origin(
            "Lamina benchmark",
            LaminaVersion.text(),
            c.warnings().isEmpty() ? "same machine" : c.warnings().size() + " warnings",
            "",
            "",
            List.of(new Origin.Fact("A", c.a()), new Origin.Fact("B", c.b())),
            List.of(),
            "",
            "The table's button gives its numbers as CSV."));
  }

  private static Table table(BenchComparison c) {
    return new Table(
        "pairs",
        "Times, errors and memory",
        "B/A is the ratio of the medians.",
        List.of(
            Column.of("backend"),
            Column.of("suite"),
            Column.of("work"),
            Column.of("by"),
            Column.of("type"),
            Column.of("sizes"),
            Column.of("A", "ms").digits(4),
            Column.of("B", "ms").digits(4),
            Column.of("B/A").digits(3),
            Column.of("time"),
            Column.of("error A").digits(2),
            Column.of("error B").digits(2),
            Column.of("peak A", "MB").digits(4),
            Column.of("peak B", "MB").digits(4),
            Column.of("other changes")),
        c.pairs().stream().map(ComparisonTexts::row).toList());
  }

  private static List<Object> row(Pair p) {
    return Arrays.asList(
        p.backend(),
        p.suite(),
        p.work(),
        p.by(),
        p.dtype(),
        FigureTexts.sizes(p.sizes()),
        p.a().median(),
        p.b().median(),
        cell(p.ratio(), 1),
        time(p.time()),
        cell(p.error().a(), 1),
        cell(p.error().b(), 1),
        cell(p.peakBytes().a(), 1e-6),
        cell(p.peakBytes().b(), 1e-6),
        rest(p).replaceFirst("^; ", ""));
  }

  private static Object cell(OptionalDouble value, double factor) {
    return value.isPresent() ? (Object) (factor * value.getAsDouble()) : null;
  }

  private static Table lone(BenchComparison c) {
    List<List<Object>> rows = new ArrayList<>();
    c.onlyInA().forEach(name -> rows.add(List.of("A", name)));
    c.onlyInB().forEach(name -> rows.add(List.of("B", name)));
    return new Table(
        "lone", "Only in one run", "", List.of(Column.of("run"), Column.of("figure")), rows);
  }
}
