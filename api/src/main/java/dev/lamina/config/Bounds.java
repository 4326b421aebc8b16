package dev.lamina.config;

/**
 * The numbers that a configuration value may be.
 *
 * @param low lower end, may be −∞
 * @param lowOpen whether the lower end itself is excluded
 * @param high upper end, may be +∞
 * @param highOpen whether the upper end itself is excluded
 */
public record Bounds(double low, boolean lowOpen, double high, boolean highOpen) {

  /** All finite numbers. */
  public static final Bounds ANY =
      new Bounds(Double.NEGATIVE_INFINITY, true, Double.POSITIVE_INFINITY, true);

  /** All finite numbers above 0. */
  public static final Bounds POSITIVE = above(0);

  /** All finite numbers from 0. */
  public static final Bounds NOT_NEGATIVE = atLeast(0);

  /**
   * {@return the finite numbers ≥ {@code low}}
   *
   * @param low lower end
   */
  public static Bounds atLeast(double low) {
    return new Bounds(low, false, Double.POSITIVE_INFINITY, true);
  }

  /**
   * {@return the finite numbers &gt; {@code low}}
   *
   * @param low lower end
   */
  public static Bounds above(double low) {
    return new Bounds(low, true, Double.POSITIVE_INFINITY, true);
  }

  /**
   * {@return the numbers from {@code low} to {@code high}, both included}
   *
   * @param low lower end
   * @param high upper end
   */
  public static Bounds between(double low, double high) {
    return new Bounds(low, false, high, false);
  }

  /**
   * {@return whether a number is allowed; NaN never is}
   *
   * @param value the number
   */
  public boolean contains(double value) {
    return (lowOpen ? value > low : value >= low) && (highOpen ? value < high : value <= high);
  }

  /** Returns an allowed number: what a reader hands on after it has reported a problem. */
  double anyInside() {
    for (double candidate : new double[] {low, low + 1, (low + high) / 2, high, 0}) {
      if (contains(candidate)) {
        return candidate;
      }
    }
    throw new IllegalStateException("there is no number " + this);
  }

  /** Returns the bounds as they read in an error message, such as {@code > 0}. */
  @Override
  public String toString() {
    boolean hasLow = low != Double.NEGATIVE_INFINITY;
    boolean hasHigh = high != Double.POSITIVE_INFINITY;
    if (!hasLow && !hasHigh) {
      return "finite";
    }
    String lower = (lowOpen ? "> " : "≥ ") + plain(low);
    String upper = (highOpen ? "< " : "≤ ") + plain(high);
    return hasLow && hasHigh ? lower + " and " + upper : hasLow ? lower : upper;
  }

  private static String plain(double value) {
    return value == Math.rint(value) && Math.abs(value) < 1e15
        ? Long.toString((long) value)
        : Double.toString(value);
  }
}
