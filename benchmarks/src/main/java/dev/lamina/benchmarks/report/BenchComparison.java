package dev.lamina.benchmarks.report;

import dev.lamina.analysis.report.ReportWriter;
import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Circumstances;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Spread;
import dev.lamina.io.FileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Two runs of the benchmark, figure by figure.
 *
 * <p>Figures belong together if backend, suite, work, who did it, element type and sizes are equal.
 * A time has changed beyond the spread if the median of each run lies outside the other's range
 * from its fastest to its slowest round; with fewer than three rounds in one of them, or a round of
 * 0 ms, nothing is said. An error has changed if it is more than twice or less than half of what it
 * was, peak memory if it differs by more than 5 %.
 *
 * @param a version and date of the first run
 * @param b version and date of the second run
 * @param warnings what makes times incomparable: machines, devices, threads, libraries, rivals and
 *     options that differ, other programs that were running, and that no times are in both runs
 * @param pairs figures of both runs, in the order of the first
 * @param onlyInA names of figures that only the first run has
 * @param onlyInB names of figures that only the second run has
 */
public record BenchComparison(
    String a,
    String b,
    List<String> warnings,
    List<Pair> pairs,
    List<String> onlyInA,
    List<String> onlyInB) {
  private static final int FEWEST_ROUNDS = 3;
  private static final double ERROR_FACTOR = 2;
  private static final double MEMORY_FACTOR = 1.05;

  /** Copies the lists. */
  public BenchComparison {
    warnings = List.copyOf(warnings);
    pairs = List.copyOf(pairs);
    onlyInA = List.copyOf(onlyInA);
    onlyInB = List.copyOf(onlyInB);
  }

  /** What became of a number from the first run to the second. */
  public enum Change {
    /** It is smaller beyond the spread: faster, more accurate, less memory. */
    LESS,
    /** It is the same within the spread. */
    SAME,
    /** It is larger beyond the spread: slower, less accurate, more memory. */
    MORE,
    /** It is missing in a run, or there were too few rounds. */
    UNKNOWN;

    @Override
    public String toString() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * A number of both runs.
   *
   * @param a of the first
   * @param b of the second
   * @param change what became of it
   */
  public record Measure(OptionalDouble a, OptionalDouble b, Change change) {
    static Measure of(OptionalDouble a, OptionalDouble b, double factor) {
      Change change = Change.UNKNOWN;
      if (a.isPresent() && b.isPresent()) {
        double first = a.getAsDouble();
        double second = b.getAsDouble();
        change =
            second > factor * first
                ? Change.MORE
                : first > factor * second ? Change.LESS : Change.SAME;
      }
      return new Measure(a, b, change);
    }
  }

  /**
   * A figure of both runs.
   *
   * @param backend {@code cpu} or {@code cuda}
   * @param suite the suite
   * @param work what was done
   * @param by who did it
   * @param dtype element type
   * @param sizes by letter
   * @param a milliseconds of the first run
   * @param b milliseconds of the second run
   * @param ratio median of the second over median of the first; empty if that is 0
   * @param time what became of the time
   * @param error largest error over sampled entries
   * @param parallelError largest error over the most parallel inputs
   * @param peakBytes most memory in use at once
   */
  public record Pair(
      String backend,
      String suite,
      String work,
      String by,
      String dtype,
      Map<String, Long> sizes,
      Spread a,
      Spread b,
      OptionalDouble ratio,
      Change time,
      Measure error,
      Measure parallelError,
      Measure peakBytes) {

    private static Pair of(Key key, Figure a, Figure b) {
      double before = a.milliseconds().median();
      return new Pair(
          key.backend(),
          key.suite(),
          key.work(),
          key.by(),
          key.dtype(),
          a.sizes(),
          a.milliseconds(),
          b.milliseconds(),
          before > 0
              ? OptionalDouble.of(b.milliseconds().median() / before)
              : OptionalDouble.empty(),
          BenchComparison.time(a.milliseconds(), b.milliseconds()),
          Measure.of(a.error(), b.error(), ERROR_FACTOR),
          Measure.of(a.parallelError(), b.parallelError(), ERROR_FACTOR),
          Measure.of(bytes(a), bytes(b), MEMORY_FACTOR));
    }

    private static OptionalDouble bytes(Figure f) {
      return f.peakBytes() == 0
          ? OptionalDouble.empty()
          : OptionalDouble.of((double) f.peakBytes());
    }

    /** Returns what it is, in words. */
    String name() {
      return new Key(backend, suite, work, by, dtype, sizes).name();
    }

    /** Returns whether Lamina has become slower beyond the spread. */
    boolean isSlower() {
      return by.equals(FigureTexts.OWN) && time == Change.MORE;
    }
  }

  /** What figures of two runs must have in common to be compared. */
  private record Key(
      String backend, String suite, String work, String by, String dtype, Map<String, Long> sizes) {
    static Key of(String backend, Figure f) {
      return new Key(backend, f.suite(), f.work(), f.by(), f.dtype(), f.sizes());
    }

    String name() {
      String who = by.equals(FigureTexts.OWN) ? "" : " by " + by;
      String size = sizes.isEmpty() ? "" : ", " + FigureTexts.sizes(sizes);
      return backend + " " + suite + ": " + work + who + ", " + dtype + size;
    }
  }

  static Change time(Spread a, Spread b) {
    // A round of 0 is a difference of times that noise has swallowed.
    if (Math.min(a.rounds(), b.rounds()) < FEWEST_ROUNDS || Math.min(a.min(), b.min()) <= 0) {
      return Change.UNKNOWN;
    }
    if (b.median() > a.max() && a.median() < b.min()) {
      return Change.MORE;
    }
    return b.median() < a.min() && a.median() > b.max() ? Change.LESS : Change.SAME;
  }

  /**
   * {@return the comparison}
   *
   * @param a the first run
   * @param b the second run
   */
  public static BenchComparison of(BenchResult a, BenchResult b) {
    Map<Key, List<Figure>> first = figures(a);
    Map<Key, List<Figure>> second = figures(b);
    List<Pair> pairs = new ArrayList<>();
    List<String> onlyInA = new ArrayList<>();
    first.forEach((key, figures) -> {
      List<Figure> others = second.getOrDefault(key, new ArrayList<>());
      for (Figure figure : figures) {
        if (others.isEmpty()) {
          onlyInA.add(key.name());
        } else {
          pairs.add(Pair.of(key, figure, others.removeFirst()));
        }
      }
    });
    List<String> onlyInB = new ArrayList<>();
    second.forEach((key, left) -> left.forEach(_ -> onlyInB.add(key.name())));
    List<String> warnings = warnings(a, b);
    if (!comparesTimes(pairs)) {
      warnings.add(
          "no time of Lamina's could be compared: none with three or more rounds is in both runs");
    }
    return new BenchComparison(name(a), name(b), warnings, pairs, onlyInA, onlyInB);
  }

  private static String name(BenchResult run) {
    return "Lamina %s, %s, %s".formatted(run.version(), run.date(), run.machine().processor());
  }

  private static Map<Key, List<Figure>> figures(BenchResult run) {
    Map<Key, List<Figure>> figures = new LinkedHashMap<>();
    for (BackendResult backend : run.backends()) {
      for (Figure f : backend.figures()) {
        figures.computeIfAbsent(Key.of(backend.backend(), f), _ -> new ArrayList<>()).add(f);
      }
    }
    return figures;
  }

  private static List<String> warnings(BenchResult a, BenchResult b) {
    List<String> warnings = new ArrayList<>();
    differ(warnings, "processor", a.machine().processor(), b.machine().processor());
    differ(warnings, "architecture", a.machine().architecture(), b.machine().architecture());
    differ(warnings, "number of cores", a.machine().cores(), b.machine().cores());
    differ(warnings, "memory", a.machine().memoryBytes(), b.machine().memoryBytes());
    differ(warnings, "system", a.machine().system(), b.machine().system());
    differ(warnings, "JVM", a.machine().jvm(), b.machine().jvm());
    if (a.equals(b)) {
      warnings.add("A and B are the same run");
    }
    if (isKnown(warnings, "A", a) && isKnown(warnings, "B", b)) {
      Circumstances first = a.circumstances();
      Circumstances second = b.circumstances();
      differ(warnings, "option ", first.options(), second.options());
      differ(warnings, "variable ", first.environment(), second.environment());
    }
    disturbed(warnings, "A", a);
    disturbed(warnings, "B", b);
    for (BackendResult first : a.backends()) {
      b.backends().stream()
          .filter(second -> second.backend().equals(first.backend()))
          .forEach(second -> backendsDiffer(warnings, first, second));
    }
    return warnings;
  }

  private static boolean isKnown(List<String> warnings, String name, BenchResult run) {
    boolean known = !run.circumstances().options().isEmpty();
    if (!known) {
      warnings.add(
          "%s does not say with which options and at which load it was made: an earlier version wrote it"
              .formatted(name));
    }
    return known;
  }

  private static void disturbed(List<String> warnings, String name, BenchResult run) {
    run.circumstances()
        .disturbance(run.machine().cores())
        .ifPresent(text -> warnings.add("in %s %s".formatted(name, text)));
  }

  private static void differ(
      List<String> warnings, String what, Map<String, String> a, Map<String, String> b) {
    Set<String> names = new LinkedHashSet<>(a.keySet());
    names.addAll(b.keySet());
    for (String name : names) {
      differ(
          warnings, what + name, a.getOrDefault(name, "not set"), b.getOrDefault(name, "not set"));
    }
  }

  private static void backendsDiffer(List<String> warnings, BackendResult a, BackendResult b) {
    String of = " of " + a.backend();
    differ(warnings, "device" + of, a.device(), b.device());
    differ(warnings, "detail" + of, a.detail(), b.detail());
    differ(warnings, "number of threads" + of, a.threads(), b.threads());
    differ(warnings, "library" + of, a.library(), b.library());
    Set<String> rivals = new LinkedHashSet<>(a.rivals().keySet());
    rivals.addAll(b.rivals().keySet());
    for (String rival : rivals) {
      differ(
          warnings,
          rival + of,
          a.rivals().getOrDefault(rival, "not asked for"),
          b.rivals().getOrDefault(rival, "not asked for"));
    }
    if (a.emulated() || b.emulated()) {
      String which = a.emulated() && b.emulated() ? "both runs" : "one of the runs";
      warnings.add("the device%s was imitated in %s: times mean nothing".formatted(of, which));
    }
  }

  private static void differ(List<String> warnings, String what, Object a, Object b) {
    if (!Objects.equals(a, b)) {
      warnings.add("the %s differs: %s and %s".formatted(what, a, b));
    }
  }

  /** {@return whether work of Lamina's takes longer in the second run, beyond the spread} */
  public boolean isSlower() {
    return pairs.stream().anyMatch(Pair::isSlower);
  }

  /** {@return whether the times of any work of Lamina's could be compared} */
  public boolean comparesTimes() {
    return comparesTimes(pairs);
  }

  private static boolean comparesTimes(List<Pair> pairs) {
    return pairs.stream()
        .anyMatch(p -> p.by().equals(FigureTexts.OWN) && p.time() != Change.UNKNOWN);
  }

  /** {@return what a person reads in a terminal} */
  public String text() {
    return ComparisonTexts.text(this);
  }

  /**
   * Writes the comparison as a page.
   *
   * @param file the page, in an existing folder
   * @throws FileException if it cannot be written
   */
  public void writePage(Path file) {
    ReportWriter.writePage(ComparisonTexts.page(this), file);
  }
}
