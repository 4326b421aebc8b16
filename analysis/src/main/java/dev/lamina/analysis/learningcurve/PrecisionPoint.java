package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.learningcurve.SimulatedPoint.Mean;
import dev.lamina.matrix.DType;

/**
 * Regression with one ridge and one element type of the kernel matrix.
 *
 * @param samples N
 * @param ridge what is added to the diagonal
 * @param dtype element type of the kernel's entries
 * @param mse mean squared error against the noise-free target
 * @param smallest smallest eigenvalue of the computed kernel matrices; negative ones are rounding
 * @param theory self-consistent prediction of the mean squared error in exact arithmetic
 */
public record PrecisionPoint(
    int samples, double ridge, DType dtype, Mean mse, double smallest, double theory) {

  /** {@return whether all matrices with the ridge are positive definite, so that Cholesky works} */
  public boolean positiveDefinite() {
    return smallest + ridge > 0;
  }
}
