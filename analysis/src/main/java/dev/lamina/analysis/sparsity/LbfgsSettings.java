package dev.lamina.analysis.sparsity;

/**
 * When {@link Lbfgs} ends.
 *
 * @param memory pairs of steps and gradient changes that are kept, ≥ 1
 * @param maxIterations most steps, ≥ 0
 * @param gradientTolerance ends once ‖gradient‖ ≤ this times max(1, ‖point‖); ≥ 0
 * @param lossTolerance ends once ten steps together lower the value by less than this times its
 *     size; ≥ 0
 */
public record LbfgsSettings(
    int memory, int maxIterations, double gradientTolerance, double lossTolerance) {

  private static final long LONG_HISTORY_BYTES = 64 << 20;

  /** Checks the ranges. */
  public LbfgsSettings {
    if (memory < 1 || maxIterations < 0 || !(gradientTolerance >= 0) || !(lossTolerance >= 0)) {
      throw new IllegalArgumentException(
          "l-bfgs: memory must be ≥ 1, iterations and tolerances ≥ 0 but they are %d, %d, %s, %s"
              .formatted(memory, maxIterations, gradientTolerance, lossTolerance));
    }
  }

  /**
   * {@return 20 pairs, gradients to 1e-13 and losses to 1e-15}
   *
   * @param maxIterations most steps
   */
  public static LbfgsSettings of(int maxIterations) {
    return new LbfgsSettings(20, maxIterations, 1e-13, 1e-15);
  }

  /**
   * {@return as many pairs as 64 MB hold, from 20 to 100} At kinks of relu only a long history
   * makes steps along the valley that they form.
   *
   * @param maxIterations most steps
   * @param variables of the function
   */
  static LbfgsSettings of(int maxIterations, long variables) {
    long pairs = LONG_HISTORY_BYTES / (2 * Double.BYTES * Math.max(1, variables));
    return new LbfgsSettings(Math.clamp(pairs, 20, 100), maxIterations, 1e-13, 1e-15);
  }
}
