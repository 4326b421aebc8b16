package dev.lamina.analysis.learningcurve;

/**
 * Eigenfunctions of a kernel in any measure, given at the points of a quadrature rule, and the mean
 * prediction of regression from the general form of arXiv 1906.05301:
 *
 * <pre>
 *   ⟨g* − g⟩_j = − s/(λ_j+s) g_j ∓ (N/s2²) m_j Σ_{i,k} s/(λ_i+s) m_k g_i ∫ φ_i φ_j φ_k² dμ
 * </pre>
 *
 * with s = s2/N and m = λs/(λ+s). The minus sign is {@link Sign#CORRECTED}; the paper prints a
 * plus.
 */
public final class MeasureModes {
  private final double[] eigenvalues;
  private final double[][] functions;
  private final double[] weights;

  /** Which sign the second term has. */
  public enum Sign {
    /** The sign that simulation confirms. */
    CORRECTED(-1),
    /** The sign in print. */
    PUBLISHED(1);

    private final double factor;

    Sign(double factor) {
      this.factor = factor;
    }
  }

  /**
   * Copies the functions.
   *
   * @param eigenvalues λ_i ≥ 0
   * @param functions φ_i at the points, one row per eigenvalue; orthonormal in the measure
   * @param weights weights of the points, which sum to 1
   * @throws IllegalArgumentException if lengths disagree, an eigenvalue is negative or not finite,
   *     or the functions are not orthonormal to 10⁻⁶
   */
  public MeasureModes(double[] eigenvalues, double[][] functions, double[] weights) {
    if (eigenvalues.length == 0 || functions.length != eigenvalues.length) {
      throw new IllegalArgumentException(
          "modes: there must be one function for each of at least one eigenvalue but there are %d and %d"
              .formatted(functions.length, eigenvalues.length));
    }
    this.eigenvalues = eigenvalues.clone();
    this.weights = weights.clone();
    this.functions = new double[functions.length][];
    for (int i = 0; i < functions.length; i++) {
      if (!(eigenvalues[i] >= 0 && eigenvalues[i] < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "modes: eigenvalue %d must be finite and not negative but is %s"
                .formatted(i, eigenvalues[i]));
      }
      if (functions[i].length != weights.length) {
        throw new IllegalArgumentException(
            "modes: function %d must have %d values, one for each weight, but has %d"
                .formatted(i, weights.length, functions[i].length));
      }
      this.functions[i] = functions[i].clone();
    }
    requireOrthonormal();
  }

  private void requireOrthonormal() {
    for (int i = 0; i < functions.length; i++) {
      for (int j = 0; j <= i; j++) {
        double product = 0;
        for (int p = 0; p < weights.length; p++) {
          product += weights[p] * functions[i][p] * functions[j][p];
        }
        if (!(Math.abs(product - (i == j ? 1 : 0)) < 1e-6)) {
          throw new IllegalArgumentException(
              "modes: functions must be orthonormal but ⟨φ_%d φ_%d⟩ is %s"
                  .formatted(i, j, product));
        }
      }
    }
  }

  /**
   * Returns ⟨g* − g⟩_j.
   *
   * @param target g_j, one for each eigenvalue
   * @param noise s2 &gt; 0
   * @param samples N, mean of the Poisson number of samples, ≥ 1
   * @param sign which sign the second term has
   * @return one number for each eigenvalue
   */
  public double[] meanError(double[] target, double noise, double samples, Sign sign) {
    if (target.length != eigenvalues.length || !(noise > 0) || !(samples >= 1)) {
      throw new IllegalArgumentException(
          "modes: the target must have %d numbers, noise be > 0 and samples ≥ 1 but they are %d, %s, %s"
              .formatted(eigenvalues.length, target.length, noise, samples));
    }
    double s = noise / samples;
    // Σ_i s/(λ_i+s) g_i φ_i and Σ_k m_k φ_k² at the points: the double sum is one integral
    double[] rest = new double[weights.length];
    double[] spread = new double[weights.length];
    for (int i = 0; i < eigenvalues.length; i++) {
      double left = s / (eigenvalues[i] + s);
      for (int p = 0; p < weights.length; p++) {
        double phi = functions[i][p];
        rest[p] += left * target[i] * phi;
        spread[p] += eigenvalues[i] * left * phi * phi;
      }
    }
    double[] error = new double[eigenvalues.length];
    for (int j = 0; j < error.length; j++) {
      double left = s / (eigenvalues[j] + s);
      double integral = 0;
      for (int p = 0; p < weights.length; p++) {
        integral += weights[p] * rest[p] * spread[p] * functions[j][p];
      }
      error[j] =
          -left * target[j]
              + sign.factor * samples / (noise * noise) * eigenvalues[j] * left * integral;
    }
    return error;
  }
}
