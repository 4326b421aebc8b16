package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.Origin;
import dev.lamina.analysis.report.Report;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Table;
import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Ceilings;
import dev.lamina.benchmarks.Circumstances;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Suite;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.Collectors;

/** The page of a benchmark: targets, then for each backend its ceilings and its suites. */
final class BenchPage {
  /** What stands in place of a suite's name in figures of the ceilings. */
  static final String CEILINGS = "ceilings";

  private static final int MOST_HEADLINES = 3;
  private static final String EMULATED =
      "The processor imitated this device: its times, rates and ratios mean nothing.";

  private final BenchResult result;

  private BenchPage(BenchResult result) {
    this.result = result;
  }

  /** Returns the page. */
  static Report of(BenchResult result) {
    return new BenchPage(result).report();
  }

  private Report report() {
    List<Report.Section> sections = new ArrayList<>();
    sections.add(section("targets", "Targets", targets()));
    for (BackendResult measured : result.backends()) {
      BackendResult backend = OwnErrors.leftOut(measured);
      String id = id(backend.backend());
      sections.add(section(id, title(backend), overview(backend)));
      bySuite(backend)
          .forEach((suite, figures) ->
              sections.add(
                  section(
                      id + "-" + id(suite),
                      backend.backend() + ": " + suite,
                      suite(backend, suite, figures))));
      for (int i = 0; i < backend.problems().size(); i++) {
        sections.add(
            new Report.Section(
                id + "-problem-" + (i + 1),
                backend.backend() + ": what failed",
                Optional.empty(),
                Optional.of(backend.problems().get(i)),
                Double.NaN,
                false));
      }
    }
    return new Report(
        "Benchmark on " + result.machine().processor(), subject(), sections, origin());
  }

  private static Report.Section section(String name, String title, SectionView view) {
    return new Report.Section(name, title, Optional.of(view), Optional.empty(), Double.NaN, false);
  }

  private static String id(String text) {
    return text.toLowerCase(Locale.ROOT).replaceAll("[^a-z0-9-]", "-");
  }

  private static String title(BackendResult backend) {
    return backend.backend()
        + ": "
        + backend.device()
        + (backend.emulated() ? " (EMULATED: times mean nothing)" : "");
  }

  private String subject() {
    BenchResult.Machine m = result.machine();
    return "Lamina %s, %s; %s, %d cores, %s, %s (%s), %s."
        .formatted(
            result.version(),
            result.date(),
            m.processor(),
            m.cores(),
            gibibytes(m),
            m.system(),
            m.architecture(),
            m.jvm());
  }

  private static String gibibytes(BenchResult.Machine m) {
    return FigureTexts.number(m.memoryBytes() / (double) (1L << 30), 3) + " GiB";
  }

  private Origin origin() {
    BenchResult.Machine m = result.machine();
    List<Origin.Fact> facts =
        new ArrayList<>(
            List.of(
                new Origin.Fact("Lamina", result.version()),
                new Origin.Fact("Begun", result.date()),
                new Origin.Fact("Took", NumberTexts.duration(result.seconds())),
                new Origin.Fact("Processor", m.processor() + ", " + m.cores() + " cores"),
                new Origin.Fact("Memory", gibibytes(m)),
                new Origin.Fact("System", m.system() + ", " + m.architecture()),
                new Origin.Fact("Java", m.jvm())));
    facts.addAll(facts(result.circumstances()));
    for (BackendResult b : result.backends()) {
      facts.add(
          new Origin.Fact(
              b.backend(),
              "%s (%s), %d threads, products by %s"
                  .formatted(b.device(), b.detail(), b.threads(), b.library())));
      b.rivals()
          .forEach((name, version) ->
              facts.add(new Origin.Fact(b.backend() + ", rival " + name, version)));
    }
    String circumstances =
        result.backends().stream().map(BenchPage::title).collect(Collectors.joining("; "));
    return new Origin(
        "Lamina benchmark",
        result.version(),
        (circumstances.isEmpty() ? "no backend" : circumstances)
            + "; "
            + NumberTexts.duration(result.seconds())
            + " in all",
        "",
        "",
        facts,
        List.of(),
        "",
        "All figures lie beside this page in results.json, which lamina bench compare reads; those of each plot and table in the folder csv.");
  }

  private static List<Origin.Fact> facts(Circumstances c) {
    List<Origin.Fact> facts = new ArrayList<>();
    facts.add(
        new Origin.Fact(
            "Load average",
            "%s at the beginning, %s at the end"
                .formatted(load(c.loadBefore()), load(c.loadAfter()))));
    c.options().forEach((name, value) -> facts.add(new Origin.Fact("Option " + name, value)));
    c.environment().forEach((name, value) -> facts.add(new Origin.Fact(name, value)));
    return facts;
  }

  private static String load(OptionalDouble load) {
    return load.isPresent() ? FigureTexts.number(load, 3) : "unknown";
  }

  private SectionView targets() {
    Table table = TargetTable.of(result.targets(), Shortfalls.known());
    boolean none = result.targets().isEmpty();
    List<Block> blocks = new ArrayList<>();
    result
        .circumstances()
        .disturbance(result.machine().cores())
        .ifPresent(text -> blocks.add(new Note("Warning: " + text + ".")));
    if (!none) {
      blocks.add(table);
    }
    return new SectionView(
        none
            ? "This run had no targets."
            : "Targets are ratios within one run wherever that is possible, because absolute times differ between machines.",
        none ? List.of() : List.of(TargetTable.headline(result.targets())),
        blocks);
  }

  private SectionView overview(BackendResult backend) {
    List<Block> blocks = new ArrayList<>();
    blocks.add(ceilings(backend));
    blocks.add(rivals(backend));
    Roofline.of(backend).ifPresent(blocks::add);
    blocks.add(
        new Note(
            backend.figures().isEmpty()
                ? "Nothing was measured on this backend."
                : FigureTable.LEGEND.formatted(backend.reference())));
    return new SectionView(
        "%s%s, %s, %d threads; products by %s."
            .formatted(
                backend.emulated() ? EMULATED + " " : "",
                backend.device(),
                backend.detail(),
                backend.threads(),
                backend.library()),
        backend.emulated() ? List.of() : headlines(backend),
        blocks);
  }

  private static List<Headline> headlines(BackendResult backend) {
    return Contest.telling(backend).stream()
        .filter(contest -> !contest.rivals().isEmpty())
        .limit(MOST_HEADLINES)
        .map(contest ->
            new Headline(
                contest.work() + ", " + contest.figure().dtype(),
                FigureTexts.number(contest.figure().milliseconds().median(), 3) + " ms",
                contest.text() + "; " + FigureTexts.sizes(contest.figure().sizes())))
        .toList();
  }

  private static Table ceilings(BackendResult backend) {
    Ceilings c = backend.ceilings();
    RateUnit unit = RateUnit.of(backend);
    List<List<Object>> rows = new ArrayList<>();
    rows.add(rate("float32 product", c.float32(), unit));
    rows.add(rate("float64 product", c.float64(), unit));
    rows.add(rate("float32 product, TensorFloat-32 allowed", c.tf32(), unit));
    rows.add(bandwidth("copy within the device's memory, read and written", c.bandwidth()));
    rows.add(bandwidth("copy from the host", c.toDevice()));
    rows.add(bandwidth("copy to the host", c.toHost()));
    rows.removeIf(row -> row.get(1) == null);
    return new Table(
        "ceilings",
        "Ceilings",
        rows.isEmpty()
            ? "The ceilings were not measured in this run."
            : "What the machine does at best, measured first in this run.",
        List.of(Column.of("what"), Column.of("rate").digits(4), Column.of("unit")),
        rows);
  }

  private static List<Object> rate(String what, OptionalDouble teraflops, RateUnit unit) {
    Object value = teraflops.isPresent() ? (Object) unit.of(teraflops.getAsDouble()) : null;
    return Arrays.asList(what, value, unit.text());
  }

  private static List<Object> bandwidth(String what, OptionalDouble gigabytes) {
    Object value = gigabytes.isPresent() ? (Object) gigabytes.getAsDouble() : null;
    return Arrays.asList(what, value, "GB/s");
  }

  private static Block rivals(BackendResult backend) {
    if (backend.rivals().isEmpty()) {
      return new Note("No rivals were asked for.");
    }
    return new Table(
        "rivals",
        "Rivals",
        "What ran in turn with Lamina, or why it did not.",
        List.of(Column.of("rival"), Column.of("version, or why it did not run")),
        backend.rivals().entrySet().stream()
            .map(e -> List.<Object>of(e.getKey(), e.getValue()))
            .toList());
  }

  /** Returns the figures suite by suite: ceilings first, then in the order of the suites. */
  private static Map<String, List<Figure>> bySuite(BackendResult backend) {
    Map<String, List<Figure>> suites = new LinkedHashMap<>();
    suites.put(CEILINGS, new ArrayList<>());
    for (Suite suite : Suite.values()) {
      suites.put(suite.id(), new ArrayList<>());
    }
    for (Figure figure : backend.figures()) {
      suites.computeIfAbsent(figure.suite(), _ -> new ArrayList<>()).add(figure);
    }
    suites.values().removeIf(List::isEmpty);
    return suites;
  }

  private static SectionView suite(BackendResult backend, String suite, List<Figure> figures) {
    List<Block> blocks = new ArrayList<>();
    SweepPlot.of(figures, "N", "N").ifPresent(blocks::add);
    SweepPlot.of(figures, "L", "number of hidden layers L").ifPresent(blocks::add);
    SweepPlot.of(figures, "d", "number of columns d").ifPresent(blocks::add);
    blocks.add(FigureTable.of(figures));
    blocks.add(FigureTable.details(figures, RateUnit.of(backend)));
    Table launches = FigureTable.launches(figures);
    if (!launches.rows().isEmpty()) {
      blocks.add(launches);
    }
    return new SectionView(
        (backend.emulated() ? EMULATED + " " : "") + introduction(suite), List.of(), blocks);
  }

  private static String introduction(String suite) {
    String description =
        Arrays.stream(Suite.values())
            .filter(s -> s.id().equals(suite))
            .map(Suite::description)
            .findFirst()
            .orElse("what the machine does at best");
    return description.substring(0, 1).toUpperCase(Locale.ROOT) + description.substring(1) + ".";
  }
}
