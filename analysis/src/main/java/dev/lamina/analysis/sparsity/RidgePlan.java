package dev.lamina.analysis.sparsity;

/**
 * How {@link RidgeTraining} minimises.
 *
 * @param starts random starts of which the best counts, ≥ 1; the paper takes 3
 * @param adamSteps steps of Adam on the whole data at first, ≥ 0; the ridge is part of the gradient
 *     (2λW), never the decoupled decay
 * @param adamRate its learning rate, falling to zero along a cosine; positive
 * @param rounds how often L-BFGS and the exact steps take turns at most, ≥ 1
 * @param iterations steps of L-BFGS in a round, ≥ 0
 * @param scale factor of the initial weights, positive
 * @param seed of everything random
 */
public record RidgePlan(
    int starts,
    int adamSteps,
    double adamRate,
    int rounds,
    int iterations,
    double scale,
    long seed) {

  /** Checks the ranges. */
  public RidgePlan {
    if (starts < 1 || adamSteps < 0 || rounds < 1 || iterations < 0) {
      throw new IllegalArgumentException(
          "ridge training: starts and rounds must be ≥ 1, adam steps and iterations ≥ 0 but they are %d, %d, %d, %d"
              .formatted(starts, rounds, adamSteps, iterations));
    }
    if (!(adamRate > 0 && adamRate < 1e3) || !(scale > 0 && scale < 1e3)) {
      throw new IllegalArgumentException(
          "ridge training: rate and scale must be positive and below 1000 but are %s and %s"
              .formatted(adamRate, scale));
    }
  }

  /**
   * {@return three starts of 500 steps of Adam and at most 20 rounds of 200 steps of L-BFGS}
   *
   * @param seed of everything random
   */
  public static RidgePlan usual(long seed) {
    return new RidgePlan(3, 500, 0.01, 20, 200, 1, seed);
  }

  /**
   * {@return the same with other starts}
   *
   * @param count how many
   */
  public RidgePlan withStarts(int count) {
    return new RidgePlan(count, adamSteps, adamRate, rounds, iterations, scale, seed);
  }
}
