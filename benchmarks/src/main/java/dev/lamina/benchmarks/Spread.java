package dev.lamina.benchmarks;

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

  /** Checks that the numbers are finite, not negative and in order. */
  public Spread {
    Checks.inOrder("milliseconds", min, median, max);
    if (rounds < 1) {
      throw new IllegalArgumentException("rounds: expected one or more, found " + rounds);
    }
  }

  /**
   * {@return the spread of some rounds}
   *
   * @param rounds milliseconds, one or more
   */
  public static Spread of(List<Double> rounds) {
    double[] sorted = rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
    int n = sorted.length;
    double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
    return new Spread(median, sorted[0], sorted[n - 1], n);
  }
}
