package dev.lamina.analysis.lego;

import java.util.Arrays;
import org.hipparchus.distribution.continuous.TDistribution;
import org.hipparchus.stat.descriptive.StreamingStatistics;

/**
 * A mean over runs with its 95 % interval by Student's t distribution.
 *
 * @param mean NaN if there are no numbers
 * @param half half the width of the interval; NaN for fewer than two numbers
 * @param count how many numbers
 */
record Interval(double mean, double half, long count) {
  private static final double UPPER = 0.975;

  /** Returns the interval of numbers; NaN is left out. */
  static Interval of(double... values) {
    StreamingStatistics statistics = new StreamingStatistics();
    Arrays.stream(values).filter(v -> !Double.isNaN(v)).forEach(statistics::addValue);
    long n = statistics.getN();
    double half =
        n < 2
            ? Double.NaN
            : new TDistribution(n - 1.0).inverseCumulativeProbability(UPPER)
                * statistics.getStandardDeviation()
                / Math.sqrt((double) n);
    return new Interval(n == 0 ? Double.NaN : statistics.getMean(), half, n);
  }

  /** Returns the lower end, or the mean itself if there is no interval. */
  double low() {
    return Double.isNaN(half) ? mean : mean - half;
  }

  /** Returns the upper end, or the mean itself if there is no interval. */
  double high() {
    return Double.isNaN(half) ? mean : mean + half;
  }
}
