package dev.lamina.benchmarks.report;

import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Ratio;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * A figure of Lamina and how many times as long the rivals took for the same.
 *
 * @param figure Lamina's
 * @param rivals times of a rival over Lamina's, by the rival's name
 */
record Contest(Figure figure, Map<String, Double> rivals) {
  private static final int MOST_OF_A_SUITE = 3;

  /**
   * Returns the most telling figures of a backend: of each work the largest that was measured, with
   * a rival beside or a share of the ceiling, at most three of a suite; those with rivals first,
   * then those that take longest.
   */
  static List<Contest> telling(BackendResult backend) {
    Map<List<String>, Contest> largest = new LinkedHashMap<>();
    for (Figure f : backend.figures()) {
      if (f.by().equals(FigureTexts.OWN) && !f.suite().equals(BenchPage.CEILINGS)) {
        Contest contest = new Contest(f, rivals(f, backend));
        if (!contest.rivals().isEmpty() || f.ceilingShare().isPresent()) {
          largest.merge(List.of(f.suite(), f.work(), f.dtype()), contest, Contest::larger);
        }
      }
    }
    List<Contest> chosen = new ArrayList<>();
    largest.values().stream()
        .map(c -> c.figure().suite())
        .distinct()
        .forEach(suite ->
            largest.values().stream()
                .filter(c -> c.figure().suite().equals(suite))
                .sorted(
                    Comparator.comparing((Contest c) -> c.rivals().isEmpty())
                        .thenComparingDouble(c -> -c.figure().milliseconds().median()))
                .limit(MOST_OF_A_SUITE)
                .forEach(chosen::add));
    return chosen;
  }

  private static Contest larger(Contest a, Contest b) {
    boolean sameKind = a.rivals().isEmpty() == b.rivals().isEmpty();
    if (!sameKind) {
      return a.rivals().isEmpty() ? b : a;
    }
    int order = Double.compare(size(b.figure()), size(a.figure()));
    // Depths have the operations of their one product in common.
    boolean longer = b.figure().milliseconds().median() > a.figure().milliseconds().median();
    return order > 0 || (order == 0 && longer) ? b : a;
  }

  private static double size(Figure f) {
    return f.operations().orElse(f.milliseconds().median());
  }

  private static Map<String, Double> rivals(Figure own, BackendResult backend) {
    Map<String, Double> found = new LinkedHashMap<>();
    for (String rival : backend.rivals().keySet()) {
      against(own, rival, backend).ifPresent(times -> found.put(rival, times));
    }
    return found;
  }

  /** Round by round where that was noted, medians otherwise. */
  private static OptionalDouble against(Figure own, String rival, BackendResult backend) {
    for (Ratio ratio : own.ratios()) {
      if (ratio.to().equalsIgnoreCase(rival) && ratio.median() > 0) {
        return OptionalDouble.of(1 / ratio.median());
      }
    }
    return backend.figures().stream()
        .filter(f -> f.by().equals(rival))
        .filter(f -> f.suite().equals(own.suite()) && f.work().equals(own.work()))
        .filter(f -> f.dtype().equals(own.dtype()) && f.sizes().equals(own.sizes()))
        .filter(_ -> own.milliseconds().median() > 0)
        .mapToDouble(f -> times(f, own))
        .findFirst();
  }

  private static double times(Figure rival, Figure own) {
    return rival.ratios().stream()
        .filter(ratio -> ratio.to().equalsIgnoreCase(FigureTexts.OWN))
        .mapToDouble(Ratio::median)
        .findFirst()
        .orElse(rival.milliseconds().median() / own.milliseconds().median());
  }

  /** Returns {@code 21.8 × numpy's time …}; empty without rivals. */
  String text() {
    List<String> parts = new ArrayList<>();
    rivals.forEach((rival, times) ->
        parts.add("%s takes %s ×".formatted(rival, FigureTexts.number(times, 3))));
    return String.join(", ", parts);
  }
}
