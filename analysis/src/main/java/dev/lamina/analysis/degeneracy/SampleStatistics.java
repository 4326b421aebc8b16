package dev.lamina.analysis.degeneracy;

import java.util.Arrays;

/**
 * Statistics of ln sin&sup2; theta over the Monte-Carlo samples that have not collapsed.
 *
 * <p>A sample collapses when a layer makes its two inputs exactly parallel or one of them zero; it
 * stays collapsed in all deeper layers. All values but the counts are NaN when no sample is left,
 * and the spread is NaN when one is left.
 *
 * @param count samples that are left
 * @param excluded collapsed samples
 * @param mean mean of ln sin&sup2; theta
 * @param sd standard deviation (divisor count - 1)
 * @param median median, less sensitive than the mean to the long lower tail
 * @param lowerQuantile 2.5 % quantile
 * @param upperQuantile 97.5 % quantile
 */
public record SampleStatistics(
    int count,
    int excluded,
    double mean,
    double sd,
    double median,
    double lowerQuantile,
    double upperQuantile) {

  /**
   * Computes the statistics.
   *
   * @param values ln sin&sup2; theta of each sample, NaN for a collapsed one
   * @return the statistics
   */
  public static SampleStatistics of(double[] values) {
    double[] sorted = Arrays.stream(values).filter(v -> !Double.isNaN(v)).toArray();
    // In sorted order the sums do not depend on how the samples were spread over threads.
    Arrays.sort(sorted);
    int count = sorted.length;
    double median = quantile(sorted, 0.5);
    // Deviations from the median round less than the values: equal values have exactly no spread.
    double shift = 0;
    for (double v : sorted) {
      shift += v - median;
    }
    double mean = median + shift / count;
    double squares = 0;
    for (double v : sorted) {
      squares += (v - mean) * (v - mean);
    }
    return new SampleStatistics(
        count,
        values.length - count,
        count == 0 ? Double.NaN : mean,
        count < 2 ? Double.NaN : Math.sqrt(squares / (count - 1)),
        median,
        quantile(sorted, 0.025),
        quantile(sorted, 0.975));
  }

  /**
   * Returns the standard error of the mean, sd / sqrt(count).
   *
   * @return the standard error
   */
  public double standardError() {
    return sd / Math.sqrt(count);
  }

  /**
   * Returns the fraction of samples that have collapsed.
   *
   * @return a value in [0, 1]
   */
  public double excludedFraction() {
    return (double) excluded / ((double) count + excluded);
  }

  /** Returns a quantile by linear interpolation between order statistics. */
  private static double quantile(double[] sorted, double p) {
    if (sorted.length == 0) {
      return Double.NaN;
    }
    double position = p * (sorted.length - 1);
    int below = (int) position;
    int above = Math.min(below + 1, sorted.length - 1);
    return sorted[below] + (position - below) * (sorted[above] - sorted[below]);
  }
}
