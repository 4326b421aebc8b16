package dev.lamina.cli;

import org.hipparchus.linear.RealMatrix;

/**
 * How much a network's outputs changed.
 *
 * @param largest largest change of an output
 * @param size largest output before, at least 1
 */
record OutputChange(double largest, double size) {
  /** Largest relative change that rounding may make of what keeps outputs. */
  static final double ROUNDING = 1e-9;

  /** Compares outputs on the same samples. */
  static OutputChange between(RealMatrix before, RealMatrix after) {
    double largest = 0;
    double size = 1;
    for (int i = 0; i < before.getRowDimension(); i++) {
      for (int j = 0; j < before.getColumnDimension(); j++) {
        double old = before.getEntry(i, j);
        size = Math.max(size, Math.abs(old));
        // max, not >: NaN has to stay
        largest = Math.max(largest, Math.abs(after.getEntry(i, j) - old));
      }
    }
    return new OutputChange(largest, size);
  }

  /** Returns the largest change over the size of the outputs. */
  double relative() {
    return largest / size;
  }

  /**
   * Refuses a network whose outputs are not those before.
   *
   * @param operation for the message
   * @param tolerance of the relative change
   */
  void require(String operation, double tolerance) {
    if (!(relative() <= tolerance)) {
      throw new IllegalArgumentException(
          "%s: outputs changed by %s, %s; nothing was written"
              .formatted(
                  operation,
                  largest,
                  Double.isFinite(largest)
                      ? "more than " + tolerance + " of their size"
                      : "which is not finite"));
    }
  }
}
