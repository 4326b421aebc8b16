package dev.lamina.analysis.learningcurve;

/**
 * The eigenfunctions that share an eigenvalue of a kernel's integral operator.
 *
 * @param degree what it is called: on a sphere the degree l of the harmonics, in a list the number
 *     of the row from 0
 * @param eigenvalue λ ≥ 0
 * @param multiplicity how many orthonormal eigenfunctions there are, &gt; 0
 * @param weight Σ g² of the target over them, ≥ 0
 */
public record Mode(int degree, double eigenvalue, double multiplicity, double weight) {
  /** Checks the ranges. */
  public Mode {
    requireNotNegative("eigenvalue", degree, eigenvalue);
    requireNotNegative("multiplicity", degree, multiplicity);
    requireNotNegative("weight", degree, weight);
    if (multiplicity == 0) {
      throw new IllegalArgumentException(
          "spectrum: multiplicity of mode %d must be positive but is 0".formatted(degree));
    }
  }

  private static void requireNotNegative(String what, int degree, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "spectrum: %s of mode %d must be finite and not negative but is %s"
              .formatted(what, degree, value));
    }
  }

  /**
   * {@return the same mode with another weight}
   *
   * @param target Σ g² of the target
   */
  public Mode withWeight(double target) {
    return new Mode(degree, eigenvalue, multiplicity, target);
  }
}
