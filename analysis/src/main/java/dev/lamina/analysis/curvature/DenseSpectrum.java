package dev.lamina.analysis.curvature;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;

/** All eigenvalues of a quadratic form of the risk. */
public final class DenseSpectrum {
  /** With more parameters the matrix needs over 512 MiB, and its eigenvalues minutes. */
  public static final int LIMIT = 8192;

  private DenseSpectrum() {}

  /**
   * {@return the eigenvalues of the Hessian, ascending}
   *
   * @param point where
   * @param form which form
   * @throws IllegalArgumentException if there are more than {@value #LIMIT} parameters
   */
  public static double[] of(RiskPoint point, Form form) {
    requireSize(point.size());
    try (HostMatrix matrix = point.matrix(form)) {
      return eigenvalues(point.backend(), matrix);
    }
  }

  /**
   * Refuses what is too large.
   *
   * @param parameters their number
   * @throws IllegalArgumentException if there are more than {@value #LIMIT}
   */
  public static void requireSize(long parameters) {
    if (parameters > LIMIT) {
      throw new IllegalArgumentException(
          "hessian: a dense Hessian is for at most %d parameters but there are %d; the Lanczos method finds its extreme eigenvalues (--top) and its density (--density) without it"
              .formatted(LIMIT, parameters));
    }
  }

  /**
   * {@return the eigenvalues of a symmetric matrix, ascending}
   *
   * @param backend where
   * @param matrix M×M float64, overwritten
   */
  public static double[] eigenvalues(Backend backend, HostMatrix matrix) {
    try (HostMatrix values = HostMatrix.allocate(DType.FLOAT64, matrix.rows(), 1)) {
      backend.solve().symmetricEigen(matrix, values, false);
      return column(values);
    }
  }

  static double[] column(HostMatrix values) {
    double[] all = new double[Math.toIntExact(values.rows())];
    for (int i = 0; i < all.length; i++) {
      all[i] = values.get(i, 0);
    }
    return all;
  }
}
