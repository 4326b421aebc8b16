package dev.lamina.ops.iteration;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;

/** A symmetric positive definite float64 matrix A as {@link IterativeRefinement} needs it. */
public interface RefinedSystem {

  /** {@return the number of rows N} */
  long size();

  /** {@return ‖A‖∞, the largest sum of absolute values of a row} */
  double infinityNorm();

  /** {@return the diagonal of A} */
  double[] diagonal();

  /**
   * Factors S A S with S = diag(scale).
   *
   * @param dtype element type of the factor
   * @param scale N powers of two
   * @return the factor; the caller closes it
   * @throws dev.lamina.ops.NotPositiveDefiniteException if there is none
   */
  Factor factor(DType dtype, double[] scale);

  /**
   * Computes {@code r ← r − A x} in float64.
   *
   * @param x N×t
   * @param r N×t
   */
  void subtractProduct(HostMatrix x, HostMatrix r);

  /** A factor of the scaled matrix. */
  interface Factor extends AutoCloseable {

    /**
     * Solves in place.
     *
     * @param step N×t of the factor's element type
     */
    void solve(HostMatrix step);

    /** Frees the factor. */
    @Override
    void close();
  }
}
