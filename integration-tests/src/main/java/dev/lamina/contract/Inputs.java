package dev.lamina.contract;

import dev.lamina.matrix.DType;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Random inputs with fixed seeds, never zero, already rounded to the element type. */
final class Inputs {
  private static final RandomGeneratorFactory<RandomGenerator> GENERATOR =
      RandomGeneratorFactory.of("L64X128MixRandom");

  /** Largest magnitude of an entry before its row is scaled. */
  private static final double LARGEST = 1.5;

  private Inputs() {}

  static RandomGenerator generator(long seed) {
    return GENERATOR.create(seed);
  }

  /**
   * Returns rows of uniform entries whose norms differ by up to a factor of two: mean squares of
   * about 0.4 to 1.3, so that no network kernel leaves the range in which {@link NaiveDual} is
   * exact.
   */
  static double[][] rows(long seed, DType dtype, int rows, int cols) {
    RandomGenerator random = generator(seed);
    double[][] x = new double[rows][cols];
    for (double[] row : x) {
      double scale = random.nextDouble(0.7, 1.3);
      for (int j = 0; j < cols; j++) {
        double magnitude = random.nextDouble(0.01, LARGEST);
        row[j] = round(dtype, random.nextBoolean() ? scale * magnitude : -scale * magnitude);
      }
    }
    return x;
  }

  /**
   * Returns a symmetric positive definite matrix: the Gram matrix of {@link #rows} with N columns
   * over N, plus {@code ridge} on the diagonal.
   */
  static double[][] positiveDefinite(long seed, DType dtype, int n, double ridge) {
    double[][] x = rows(seed, dtype, n, n);
    double[][] a = NaiveGram.multiply(x, NaiveGram.transpose(x));
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i][j] = round(dtype, a[i][j] / n + (i == j ? ridge : 0));
      }
    }
    return a;
  }

  /** Returns the nearest number of the element type. */
  static double round(DType dtype, double value) {
    return dtype == DType.FLOAT32 ? (double) (float) value : value;
  }
}
