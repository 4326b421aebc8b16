package dev.lamina.analysis.sparsity;

import java.util.Random;

/** Matrices for tests. */
final class TestMatrices {
  private TestMatrices() {}

  /** Returns sin(a i + b j + c), n×m. */
  static double[][] grid(int n, int m, double a, double b, double c) {
    double[][] grid = new double[n][m];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        grid[i][j] = Math.sin(a * i + b * j + c);
      }
    }
    return grid;
  }

  static double[][] gaussian(int n, int m, long seed) {
    Random random = new Random(seed);
    double[][] values = new double[n][m];
    for (double[] row : values) {
      for (int j = 0; j < m; j++) {
        row[j] = random.nextGaussian();
      }
    }
    return values;
  }
}
