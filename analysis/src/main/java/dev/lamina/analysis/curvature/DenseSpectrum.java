package dev.lamina.analysis.curvature;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.List;

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
   * {@return eigenvalues at both ends, of all of them: equal ones as often as they are there}
   *
   * @param point where
   * @param form which form
   * @param k how many at each end, 1 to M
   * @throws IllegalArgumentException if there are more than {@value #LIMIT} parameters, or fewer
   *     than k
   */
  public static Lanczos.Extremes extremes(RiskPoint point, Form form, int k) {
    if (k < 1 || k > point.size()) {
      throw new IllegalArgumentException(
          "hessian: how many eigenvalues at each end must be 1 to %d, the number of parameters, but is %d"
              .formatted(point.size(), k));
    }
    List<Double> all = Arrays.stream(of(point, form)).boxed().toList();
    double largest = Math.max(Math.abs(all.getFirst()), Math.abs(all.getLast()));
    return new Lanczos.Extremes(
        all.reversed().subList(0, k),
        all.subList(0, k),
        0x1p-53 * point.size() * largest,
        point.size(),
        true);
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
