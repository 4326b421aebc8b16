package dev.lamina.benchmarks;

/**
 * Floating-point operations of the work in {@link Figure#operations}: multiplications, additions,
 * divisions and square roots, each one operation, each result by the method of the school book.
 *
 * <p>Source of factor and inverse: E. Anderson et al., "LAPACK Working Note 41: Installation Guide
 * for LAPACK", appendix C.
 */
final class Counts {
  private Counts() {}

  /** Returns those of a product of m×k by k×n numbers. */
  static double product(double m, double n, double k) {
    return 2 * m * n * k;
  }

  /** Returns those of X Xᵀ on and below the diagonal, X of n rows of d numbers. */
  static double gram(double n, double d) {
    return 2 * triangle(n) * d;
  }

  /** Returns those of the Cholesky factor of an n×n matrix. */
  static double cholesky(double n) {
    return n * (n + 1) * (2 * n + 1) / 6;
  }

  /** Returns those of the inverse of an n×n matrix on and below the diagonal from its factor. */
  static double inverse(double n) {
    return n * (4 * n * n + 3 * n + 5) / 6;
  }

  /** Returns those of the solutions of L Lᵀ X = B for an n×t matrix B. */
  static double solution(double n, double t) {
    return 2 * n * n * t;
  }

  /** Returns the number of entries of an n×n matrix on and below the diagonal. */
  static double triangle(double n) {
    return n * (n + 1) / 2;
  }
}
