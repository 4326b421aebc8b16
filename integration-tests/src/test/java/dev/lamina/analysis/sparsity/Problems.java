package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.training.Loss;
import dev.lamina.matrix.HostMatrix;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Small matrices given by formulas, and random ones. */
final class Problems {
  private Problems() {}

  /** Returns sin(a i + b j + c). */
  static double[][] grid(int rows, int cols, double a, double b, double c) {
    double[][] m = new double[rows][cols];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        m[i][j] = Math.sin(a * i + b * j + c);
      }
    }
    return m;
  }

  static double[][] transposed(double[][] m) {
    double[][] t = new double[m[0].length][m.length];
    for (int i = 0; i < m.length; i++) {
      for (int j = 0; j < m[0].length; j++) {
        t[j][i] = m[i][j];
      }
    }
    return t;
  }

  /** Makes a problem of data with samples in columns, as the paper writes them. */
  static RidgeProblem problem(
      double[][] x, double[][] y, Loss loss, double lambda, double biasStrength) {
    return new RidgeProblem(
        HostMatrix.of(transposed(x)), HostMatrix.of(transposed(y)), loss, lambda, biasStrength);
  }

  static double[][] random(int rows, int cols, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    double[][] m = new double[rows][cols];
    for (double[] row : m) {
      for (int j = 0; j < cols; j++) {
        row[j] = random.nextGaussian();
      }
    }
    return m;
  }

  /** Five samples: the problem of the golden cases. */
  static RidgeProblem golden(double lambda, double biasStrength) {
    return problem(
        grid(3, 5, .7, 1.3, .5), grid(2, 5, 1.1, .9, -.3), Loss.MSE, lambda, biasStrength);
  }
}
