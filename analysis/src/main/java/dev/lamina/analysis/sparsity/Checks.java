package dev.lamina.analysis.sparsity;

import dev.lamina.matrix.ShapeException;

/** What every analysis of L2-regularised networks demands of its arguments. */
final class Checks {
  private Checks() {}

  static double positive(String what, double value) {
    if (!(value > 0) || Double.isInfinite(value)) {
      throw new IllegalArgumentException(
          "%s must be a finite number > 0 but is %s: without a ridge the norms of the weights cost nothing"
              .formatted(what, value));
    }
    return value;
  }

  /** Requires finite matrices of as many columns, one for each sample. */
  static void samples(double[][] x, double[][] y) {
    requireMatrix("x", x);
    requireMatrix("y", y);
    if (x[0].length != y[0].length) {
      throw new ShapeException(
          "sparsity: x and y must have equally many columns, one for each sample, but are %d×%d and %d×%d"
              .formatted(x.length, x[0].length, y.length, y[0].length));
    }
  }

  private static void requireMatrix(String name, double[][] m) {
    if (m.length == 0 || m[0].length == 0) {
      throw new ShapeException("sparsity: %s must not be empty".formatted(name));
    }
    for (int i = 0; i < m.length; i++) {
      if (m[i].length != m[0].length) {
        throw new ShapeException(
            "sparsity: rows of %s must be equally long but row 0 has %d numbers and row %d has %d"
                .formatted(name, m[0].length, i, m[i].length));
      }
      for (int j = 0; j < m[i].length; j++) {
        if (!Double.isFinite(m[i][j])) {
          throw new IllegalArgumentException(
              "sparsity: numbers must be finite but row %d, column %d of %s is %s"
                  .formatted(i, j, name, m[i][j]));
        }
      }
    }
  }
}
