package dev.lamina.contract;

import java.math.BigDecimal;
import java.math.MathContext;

/**
 * The oracle of wide ReLU layers on kernel matrices: the formulas of Cho and Saul (2009) as they
 * are printed, entry by entry. What would cancel near parallel rows, K_ii K_jj − K_ij², is taken
 * exactly.
 */
final class NaiveWideLayer {
  private static final MathContext DIGITS = MathContext.DECIMAL64;

  private NaiveWideLayer() {}

  /**
   * What a pair of rows has.
   *
   * @param s √(K_ii K_jj)
   * @param opposite s sin θ
   * @param theta θ
   */
  record Pair(double s, double opposite, double theta) {
    static Pair of(double[][] k, int i, int j) {
      BigDecimal product = new BigDecimal(k[i][i]).multiply(new BigDecimal(k[j][j]));
      BigDecimal value = new BigDecimal(k[i][j]);
      BigDecimal rest = product.subtract(value.multiply(value)).max(BigDecimal.ZERO);
      double opposite = root(rest);
      return new Pair(root(product), opposite, Math.atan2(opposite, k[i][j]));
    }

    private static double root(BigDecimal square) {
      double value = square.doubleValue();
      boolean normal = value > Double.MIN_NORMAL && value < Double.POSITIVE_INFINITY;
      return normal ? Math.sqrt(value) : square.sqrt(DIGITS).doubleValue();
    }

    /** E[relu(u) relu(v)] with covariance {@code value}. */
    double dual(double value) {
      return (opposite + (Math.PI - theta) * value) / (2 * Math.PI);
    }

    /** E[relu'(u) relu'(v)], where a function that is 0 has slope 0. */
    double slope() {
      return s == 0 ? 0 : (Math.PI - theta) / (2 * Math.PI);
    }
  }

  /** Returns σw² k₁(K) + σb². */
  static double[][] forward(double weight, double bias, double[][] k) {
    int n = k.length;
    double[][] f = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        f[i][j] = weight * (i == j ? k[i][i] / 2 : Pair.of(k, i, j).dual(k[i][j])) + bias;
      }
    }
    return f;
  }

  /** Returns the magnitude of what {@link #forward} adds up. */
  static double[][] forwardScale(double weight, double bias, double[][] k) {
    int n = k.length;
    double[][] scale = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        scale[i][j] = weight * Math.sqrt(k[i][i]) * Math.sqrt(k[j][j]) + bias;
      }
    }
    return scale;
  }

  /** Returns H with Σ H_ij dK_ij = Σ G_ij dF_ij for symmetric G and dK. */
  static double[][] adjoint(double weight, double[][] k, double[][] g) {
    return adjoint(weight, k, g, false);
  }

  /** Returns the magnitude of what {@link #adjoint} adds up. */
  static double[][] adjointScale(double weight, double[][] k, double[][] g) {
    return adjoint(weight, k, NaiveGram.abs(g), true);
  }

  private static double[][] adjoint(double weight, double[][] k, double[][] g, boolean scale) {
    int n = k.length;
    double[][] h = new double[n][n];
    for (int i = 0; i < n; i++) {
      double sum = g[i][i] / 2;
      for (int j = 0; j < n; j++) {
        if (j != i) {
          Pair pair = Pair.of(k, i, j);
          h[i][j] = weight * g[i][j] * (scale ? 1 : pair.slope());
          if (k[i][i] > 0) {
            sum += 2 * g[i][j] * (pair.opposite / k[i][i]) / (4 * Math.PI);
          }
        }
      }
      h[i][i] = weight * sum;
    }
    return h;
  }
}
