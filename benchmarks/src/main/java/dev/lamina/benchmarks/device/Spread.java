package dev.lamina.benchmarks.device;

import java.util.List;
import java.util.Locale;

/**
 * Milliseconds of a piece of work.
 *
 * @param median median of the counted rounds
 * @param min fastest round
 * @param max slowest round
 * @param rounds how many
 */
public record Spread(double median, double min, double max, int rounds) {

  static Spread of(List<Double> rounds) {
    double[] sorted = rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int n = sorted.length;
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return new Spread(median, sorted[0], sorted[n - 1], n);
  }

  /** Returns how many times as long another one takes, in words. */
  String against(String what, Spread other) {
    return String.format(Locale.ROOT, "%s takes %.2f ×", what, other.median / median);
  }
}
