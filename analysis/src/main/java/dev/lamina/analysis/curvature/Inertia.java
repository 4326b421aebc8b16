package dev.lamina.analysis.curvature;

/**
 * How many eigenvalues are positive, negative and zero. As zero counts |λ| ≤ 10⁻⁹ max(1, |λ|max),
 * unless another tolerance is given.
 *
 * @param positive n₊
 * @param negative n₋
 * @param zero n₀
 * @param tolerance largest |λ| that counts as zero
 */
public record Inertia(int positive, int negative, int zero, double tolerance) {
  private static final double RELATIVE = 1e-9;

  /**
   * {@return the inertia of a matrix with these eigenvalues}
   *
   * @param eigenvalues in any order
   */
  public static Inertia of(double[] eigenvalues) {
    double largest = 1;
    for (double value : eigenvalues) {
      largest = Math.max(largest, Math.abs(value));
    }
    return of(eigenvalues, RELATIVE * largest);
  }

  /**
   * {@return how many eigenvalues are beyond a tolerance that is given, such as that of a matrix
   * with which these are compared}
   *
   * @param eigenvalues in any order
   * @param tolerance largest |λ| that counts as zero
   */
  public static Inertia of(double[] eigenvalues, double tolerance) {
    int positive = 0;
    int negative = 0;
    for (double value : eigenvalues) {
      if (value > tolerance) {
        positive++;
      } else if (value < -tolerance) {
        negative++;
      }
    }
    return new Inertia(positive, negative, eigenvalues.length - positive - negative, tolerance);
  }

  @Override
  public String toString() {
    return "(" + positive + ", " + negative + ", " + zero + ")";
  }
}
