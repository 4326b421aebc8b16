package dev.lamina.analysis.trainability;

import dev.lamina.analysis.trainability.TrainabilityResult.Estimate;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.hipparchus.stat.correlation.PearsonsCorrelation;
import org.hipparchus.stat.correlation.SpearmansCorrelation;
import org.hipparchus.stat.descriptive.rank.Percentile;

/** Correlations of pairs of numbers with bootstrap intervals (Efron and Tibshirani 1993). */
final class Correlations {
  private static final int RESAMPLES = 2000;

  private Correlations() {}

  /** A correlation of two lists. */
  @FunctionalInterface
  private interface Measure {
    double of(double[] x, double[] y);
  }

  /** Returns the correlation of the ranks, equal numbers sharing a mean rank. */
  static double spearman(double[] x, double[] y) {
    return constant(x) || constant(y) ? Double.NaN : new SpearmansCorrelation().correlation(x, y);
  }

  /** Returns the correlation of the numbers. */
  static double pearson(double[] x, double[] y) {
    return constant(x) || constant(y) ? Double.NaN : new PearsonsCorrelation().correlation(x, y);
  }

  /**
   * Returns the rank correlation with its interval.
   *
   * @param x at least 3 numbers
   * @param y as many
   * @param seed of the resampling
   */
  static Estimate estimateSpearman(double[] x, double[] y, long seed) {
    return estimate(Correlations::spearman, x, y, seed);
  }

  /** Returns the correlation with its interval; see {@link #estimateSpearman}. */
  static Estimate estimatePearson(double[] x, double[] y, long seed) {
    return estimate(Correlations::pearson, x, y, seed);
  }

  private static Estimate estimate(Measure measure, double[] x, double[] y, long seed) {
    double value = measure.of(x, y);
    if (Double.isNaN(value)) {
      return new Estimate(Double.NaN, Double.NaN, Double.NaN);
    }
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    double[] drawn =
        IntStream.range(0, RESAMPLES)
            .mapToDouble(_ -> {
              int[] rows = random.ints(x.length, 0, x.length).toArray();
              return measure.of(
                  Arrays.stream(rows).mapToDouble(i -> x[i]).toArray(),
                  Arrays.stream(rows).mapToDouble(i -> y[i]).toArray());
            })
            .filter(Double::isFinite) // a draw of equal points has no correlation
            .toArray();
    Percentile percentile = new Percentile();
    percentile.setData(drawn);
    return new Estimate(value, percentile.evaluate(2.5), percentile.evaluate(97.5));
  }

  private static boolean constant(double[] x) {
    return Arrays.stream(x).distinct().count() < 2;
  }
}
