package dev.lamina.analysis.sparsity;

/**
 * How {@link RepresentationTraining} minimises L_ε.
 *
 * @param order whether all layers move together or in turns
 * @param sweeps rounds over the layers, or of the joint L-BFGS, at most; ≥ 1
 * @param iterations steps of L-BFGS for a layer, or for all, in a round; ≥ 1
 * @param tolerance ends once a round lowers the loss by less than this share; ≥ 0
 */
public record RepresentationPlan(Order order, int sweeps, int iterations, double tolerance) {

  /** Which representations move at once. */
  public enum Order {
    /** Z_1, …, Z_L together. */
    JOINT,
    /** One Z_l after the other, from the first, the others fixed. */
    LAYERWISE
  }

  /** Checks the ranges. */
  public RepresentationPlan {
    if (sweeps < 1 || iterations < 1 || !(tolerance >= 0 && tolerance < 1)) {
      throw new IllegalArgumentException(
          "representation training: sweeps and iterations must be ≥ 1, the tolerance in [0, 1) but they are %d, %d, %s"
              .formatted(sweeps, iterations, tolerance));
    }
  }

  /**
   * {@return at most 50 rounds of 200 steps, to 1e-14}
   *
   * @param order whether all layers move together or in turns
   */
  public static RepresentationPlan usual(Order order) {
    return new RepresentationPlan(order, 50, 200, 1e-14);
  }
}
