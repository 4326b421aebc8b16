package dev.lamina.analysis.regression;

/**
 * How an iterative regression is computed.
 *
 * @param noise variance σ² of the observation noise, &gt; 0: without it the iteration need not
 *     converge
 * @param precision element types of kernel and vectors
 * @param tolerance stops when every output has ‖y − (K + σ²I)α‖ ≤ tolerance·‖y‖, &gt; 0
 * @param maxIterations stops after so many steps at the latest, ≥ 1
 * @param rank number of columns of the pivoted Cholesky preconditioner, ≥ 0; 0 is none
 */
public record IterativeSettings(
    double noise, Precision precision, double tolerance, int maxIterations, int rank) {

  /** Checks the parameters. */
  public IterativeSettings {
    if (!(noise > 0) || noise == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "iterative regression: noise (a variance) must be finite and > 0 but is " + noise);
    }
    if (!(tolerance > 0) || maxIterations < 1 || rank < 0) {
      throw new IllegalArgumentException(
          "iterative regression needs tolerance > 0, maxIterations ≥ 1 and rank ≥ 0 but has %s, %d and %d"
              .formatted(tolerance, maxIterations, rank));
    }
  }

  /**
   * {@return settings that predict classes as well as an exact fit: tolerance 10⁻³, which is far
   * below the spread of the outputs, 500 steps, 200 pivots}
   *
   * @param noise variance σ² &gt; 0
   */
  public static IterativeSettings ofNoise(double noise) {
    return new IterativeSettings(noise, Precision.MIXED, 1e-3, 500, 200);
  }
}
