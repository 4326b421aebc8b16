package dev.lamina.ops;

/**
 * Settings of {@link SolveOps#conjugateGradient}.
 *
 * @param tolerance stops when every column has ‖b − A x‖₂ ≤ tolerance·‖b‖₂, &gt; 0
 * @param maxIterations stops after so many steps at the latest, ≥ 1
 * @param preconditioner an approximate inverse of A
 */
public record ConjugateGradient(
    double tolerance, int maxIterations, Preconditioner preconditioner) {

  /** Checks the parameters. */
  public ConjugateGradient {
    if (!(tolerance > 0) || maxIterations < 1) {
      throw new IllegalArgumentException(
          "conjugate gradients need tolerance > 0 and maxIterations ≥ 1 but have %s and %d"
              .formatted(tolerance, maxIterations));
    }
  }

  /**
   * How far conjugate gradients got.
   *
   * @param iterations steps taken
   * @param residual largest ‖b − A x‖₂/‖b‖₂ over the columns
   * @param converged whether it is within the tolerance
   */
  public record Result(int iterations, double residual, boolean converged) {}
}
