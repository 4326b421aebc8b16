package dev.lamina.analysis.data;

import dev.lamina.analysis.data.PreprocessingStep.Extent;
import dev.lamina.matrix.HostMatrix;
import java.util.stream.LongStream;

/** Loops over the features of samples. Sums are in float64 and in a fixed order. */
final class FeatureLoops {
  private FeatureLoops() {}

  /**
   * Replaces each entry by (x − shift)·factor.
   *
   * @param shift one number per column, or one for all
   * @param factor one number per column, or one for all
   */
  static void affine(HostMatrix x, double[] shift, double[] factor) {
    LongStream.range(0, x.rows())
        .parallel()
        .forEach(i -> {
          for (int j = 0; j < x.cols(); j++) {
            x.set(i, j, (x.get(i, j) - at(shift, j)) * at(factor, j));
          }
        });
  }

  private static double at(double[] numbers, int column) {
    return numbers.length == 1 ? numbers[0] : numbers[column];
  }

  /** Returns the mean of each column, or of the whole matrix. */
  static double[] means(HostMatrix x, Extent extent) {
    double[] sums = new double[Math.toIntExact(x.cols())];
    for (long i = 0; i < x.rows(); i++) {
      for (int j = 0; j < sums.length; j++) {
        sums[j] += x.get(i, j);
      }
    }
    for (int j = 0; j < sums.length; j++) {
      sums[j] /= x.rows();
    }
    return extent == Extent.FEATURES ? sums : new double[] {mean(sums)};
  }

  private static double mean(double[] numbers) {
    double sum = 0;
    for (double number : numbers) {
      sum += number;
    }
    return sum / numbers.length;
  }

  /**
   * Returns the root mean square of x − mean, of each column if there is a mean for each, else of
   * the whole matrix; exactly 0 for a constant column.
   */
  static double[] deviations(HostMatrix x, double[] mean) {
    int cols = Math.toIntExact(x.cols());
    double[] squares = new double[cols];
    boolean[] varies = new boolean[mean.length];
    for (long i = 0; i < x.rows(); i++) {
      for (int j = 0; j < cols; j++) {
        int k = mean.length == 1 ? 0 : j;
        double value = x.get(i, j);
        squares[j] += (value - mean[k]) * (value - mean[k]);
        // The rounded mean of equal numbers may differ from them.
        varies[k] |= value != x.get(0, k);
      }
    }
    double[] deviations = new double[mean.length];
    for (int k = 0; k < deviations.length; k++) {
      double sum = mean.length == 1 ? mean(squares) : squares[k];
      deviations[k] = varies[k] ? Math.sqrt(sum / x.rows()) : 0;
    }
    return deviations;
  }

  /**
   * Gives each row a norm.
   *
   * @throws DataException if a row is zero
   */
  static void normaliseRows(HostMatrix x, double norm, String part) {
    for (long i = 0; i < x.rows(); i++) {
      double largest = 0;
      for (long j = 0; j < x.cols(); j++) {
        largest = Math.max(largest, Math.abs(x.get(i, j)));
      }
      if (largest == 0) {
        throw new DataException(
            ("normalise-rows: row %d of the %s samples (counted from 0) is all zeros and has no"
                    + " direction; leave it out or drop the step")
                .formatted(i, part));
      }
      double squares = 0;
      for (long j = 0; j < x.cols(); j++) {
        double scaled = x.get(i, j) / largest; // The squares of very small or large numbers.
        squares += scaled * scaled;
      }
      double divisor = Math.sqrt(squares);
      for (long j = 0; j < x.cols(); j++) {
        x.set(i, j, x.get(i, j) / largest / divisor * norm);
      }
    }
  }
}
