package dev.lamina.analysis.regression;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.SolveOps;

/**
 * The factor of A = K + (σ² + jitter)·I and what follows from it.
 *
 * @param factor N×N float64 with L in its lower triangle, A = L Lᵀ; owned by who owns the matrix
 * @param weights α = A⁻¹Y, N×C float64; the caller closes it
 * @param jitter what was added to the diagonal beside the noise
 * @param logMarginalLikelihood −½ tr(YᵀA⁻¹Y) − (C/2) log det A − (NC/2) log 2π: all C outputs share
 *     the kernel (Rasmussen and Williams 2006, (5.8))
 */
record CholeskyFit(
    HostMatrix factor, HostMatrix weights, double jitter, double logMarginalLikelihood) {

  /**
   * Factors and solves.
   *
   * @param kernel N×N float64, K in its lower triangle; becomes the factor
   * @param y N×C
   */
  static CholeskyFit of(
      SolveOps solve, HostMatrix kernel, HostMatrix y, RegressionSettings settings) {
    KernelMatrices.addToDiagonal(kernel, settings.noise());
    double jitter = solve.cholesky(kernel, settings.jitter());
    HostMatrix weights = y.copy(DType.FLOAT64);
    try {
      solve.solve(kernel, weights);
      double quadratic = 0;
      for (long i = 0; i < y.rows(); i++) {
        for (long c = 0; c < y.cols(); c++) {
          quadratic += y.get(i, c) * weights.get(i, c);
        }
      }
      double likelihood =
          logLikelihood(y.rows(), y.cols(), quadratic, solve.logDeterminant(kernel));
      return new CholeskyFit(kernel, weights, jitter, likelihood);
    } catch (RuntimeException | Error e) {
      weights.close();
      throw e;
    }
  }

  /** Returns the log marginal likelihood from tr(YᵀA⁻¹Y) and log det A. */
  static double logLikelihood(long n, long outputs, double quadratic, double logDeterminant) {
    return -0.5 * (quadratic + outputs * (logDeterminant + n * Math.log(2 * Math.PI)));
  }
}
