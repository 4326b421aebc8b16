package dev.lamina.analysis.embedding;

/**
 * An interval on which an activation is, exactly or nearly, a line: φ(u) = slope·u + offset.
 *
 * @param low its lower end, may be −∞
 * @param high its upper end, may be ∞
 * @param slope λ, not 0
 * @param offset μ
 * @param accuracy how well the line fits
 */
public record AffineSegment(
    double low, double high, double slope, double offset, Accuracy accuracy) {

  /** Checks the numbers. */
  public AffineSegment {
    if (!(low < high) || !Double.isFinite(offset) || !Double.isFinite(slope) || slope == 0) {
      throw new IllegalArgumentException(
          "affine segment: low must be below high, the slope finite and not 0, but it is (%s, %s) with slope %s and offset %s"
              .formatted(low, high, slope, offset));
    }
  }

  /** {@return whether the activation is exactly the line} */
  public boolean isExact() {
    return accuracy instanceof Accuracy.Exact;
  }

  @Override
  public String toString() {
    return "(%s, %s)".formatted(low, high);
  }

  /**
   * {@return how far values are from the nearer end: positive only if all lie inside}
   *
   * @param min the least value
   * @param max the largest value
   */
  public double margin(double min, double max) {
    return Math.min(min - low, high - max);
  }

  /**
   * {@return the line's value}
   *
   * @param u where
   */
  public double line(double u) {
    return slope * u + offset;
  }
}
