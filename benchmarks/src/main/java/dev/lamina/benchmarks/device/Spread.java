package dev.lamina.benchmarks.device;

import java.util.List;

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
}
