package dev.lamina.benchmarks.report;

import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Ratio;
import dev.lamina.benchmarks.Spread;
import dev.lamina.benchmarks.Suite;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * A figure of Lamina and how many times as long the rivals took for the same.
 *
 * @param figure Lamina's
 * @param rivals what the rivals took, by the rival's name
 */
record Contest(Figure figure, Map<String, Rival> rivals) {
  private static final int FEW_ROUNDS = 3;
  private static final double WIDE_SPREAD = 2;

  private static final String KERNEL = Suite.KERNEL.id();
  private static final String FLOAT32 = "float32";
  private static final String FLOAT64 = "float64";

  /** What tells most, in the order in which it is shown. */
  private static final List<Kind> KINDS =
      List.of(
          new Kind("lower triangle", FLOAT32, List.of(Suite.GRAM.id())),
          new Kind("Gram matrix", FLOAT32, List.of(Suite.GRAM.id(), KERNEL)),
          new Kind("NNGP and tangent kernel", FLOAT32, List.of(KERNEL, Suite.DEPTH_SWEEP.id())),
          new Kind("K v", FLOAT32, List.of(Suite.MULTIPLY.id())),
          new Kind("Cholesky", FLOAT64, List.of(Suite.SOLVE.id())),
          new Kind("training step", FLOAT32, List.of(Suite.LAYER_STEP.id())),
          new Kind("norms of the tangent kernels", FLOAT64, List.of(Suite.ALIGNMENT.id())));

  /**
   * What a rival took.
   *
   * @param times its time over Lamina's
   * @param rounds how often it ran
   * @param spread its slowest round over its fastest
   */
  record Rival(double times, int rounds, double spread) {}

  /**
   * Works that are shown: the first of the suites that has any counts.
   *
   * @param work how their names begin
   * @param dtype element type
   * @param suites where they are measured
   */
  private record Kind(String work, String dtype, List<String> suites) {
    boolean has(Figure f, String suite) {
      return f.by().equals(FigureTexts.OWN)
          && f.suite().equals(suite)
          && f.dtype().equals(dtype)
          && f.work().startsWith(work);
    }
  }

  /**
   * Returns the most telling figures of a backend, each work once and of the largest size measured:
   * the Gram matrix, both kernels, products with the kernel matrix, Cholesky's factor, training
   * steps and alignment.
   */
  static List<Contest> telling(BackendResult backend) {
    Map<String, Contest> chosen = new LinkedHashMap<>();
    for (Kind kind : KINDS) {
      for (String suite : kind.suites()) {
        Map<String, Figure> largest = new LinkedHashMap<>();
        backend.figures().stream()
            .filter(f -> kind.has(f, suite))
            .forEach(f -> largest.merge(name(f), f, Contest::larger));
        largest.forEach((name, f) -> chosen.putIfAbsent(name, new Contest(f, rivals(f, backend))));
        if (!largest.isEmpty()) {
          break;
        }
      }
    }
    return List.copyOf(chosen.values());
  }

  /** Returns what the work is called outside its suite. */
  private static String name(Figure f) {
    return f.suite().equals(Suite.GRAM.id()) && f.work().startsWith("lower triangle")
        ? "Gram matrix"
        : f.work();
  }

  /** Returns the first when nothing tells them apart. */
  private static Figure larger(Figure a, Figure b) {
    Comparator<Figure> bySize =
        Comparator.comparingLong((Figure f) -> f.sizes().getOrDefault("N", 0L))
            .thenComparingDouble(f -> f.operations().orElse(0))
            .thenComparingDouble(f -> f.milliseconds().median());
    return bySize.compare(b, a) > 0 ? b : a;
  }

  private static Map<String, Rival> rivals(Figure own, BackendResult backend) {
    Map<String, Rival> found = new LinkedHashMap<>();
    for (String rival : backend.rivals().keySet()) {
      Optional<Figure> its =
          backend.figures().stream()
              .filter(f -> f.by().equals(rival))
              .filter(f -> f.suite().equals(own.suite()) && f.work().equals(own.work()))
              .filter(f -> f.dtype().equals(own.dtype()) && f.sizes().equals(own.sizes()))
              .findFirst();
      Spread spread = its.orElse(own).milliseconds();
      times(own, rival, its)
          .ifPresent(times -> found.put(rival, new Rival(times, spread.rounds(), spread(spread))));
    }
    return found;
  }

  /** Round by round where that was noted, medians otherwise. */
  private static OptionalDouble times(Figure own, String rival, Optional<Figure> its) {
    for (Ratio ratio : own.ratios()) {
      if (ratio.to().equalsIgnoreCase(rival) && ratio.median() > 0) {
        return OptionalDouble.of(1 / ratio.median());
      }
    }
    return its.isPresent() && own.milliseconds().median() > 0
        ? OptionalDouble.of(times(its.get(), own))
        : OptionalDouble.empty();
  }

  private static double times(Figure rival, Figure own) {
    return rival.ratios().stream()
        .filter(ratio -> ratio.to().equalsIgnoreCase(FigureTexts.OWN))
        .mapToDouble(Ratio::median)
        .findFirst()
        .orElse(rival.milliseconds().median() / own.milliseconds().median());
  }

  private static double spread(Spread spread) {
    return spread.max() / spread.min();
  }

  /** Returns what was done. */
  String work() {
    return name(figure);
  }

  /**
   * Returns {@code numpy takes 21.8 ×} for each rival; {@code ~21.8 ×} if a round took twice as
   * long as another, and a word of it if there were fewer than three. Empty without rivals.
   */
  String text() {
    List<String> parts = new ArrayList<>();
    rivals.forEach((name, rival) -> {
      double widest = Math.max(rival.spread(), spread(figure.milliseconds()));
      int fewest = Math.min(rival.rounds(), figure.milliseconds().rounds());
      boolean few = fewest < FEW_ROUNDS;
      parts.add(
          "%s takes %s%s ×%s"
              .formatted(
                  name,
                  few || widest > WIDE_SPREAD ? "~" : "",
                  FigureTexts.number(rival.times(), 3),
                  few ? " (few rounds)" : ""));
    });
    return String.join(", ", parts);
  }

  /** Returns how long it took beside other work of Lamina and of the library, and the rivals. */
  String beside() {
    List<String> parts = new ArrayList<>();
    for (Ratio ratio : figure.ratios()) {
      if (!rivals.containsKey(ratio.to())) {
        parts.add(FigureTexts.number(ratio.median(), 3) + " × " + ratio.to());
      }
    }
    if (!rivals.isEmpty()) {
      parts.add(text());
    }
    return String.join("; ", parts);
  }
}
