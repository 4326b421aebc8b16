package dev.lamina.ops;

/** Thrown when a matrix is not positive definite, even with the largest jitter tried. */
public final class NotPositiveDefiniteException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final long pivot;
  private final double value;
  private final double jitter;

  /**
   * Creates the exception.
   *
   * @param operation what was being done
   * @param pivot zero-based row where the factorisation broke down
   * @param value the pivot's value there, ≤ 0 or NaN
   * @param jitter the largest diagonal addition that was tried, 0 if none
   */
  public NotPositiveDefiniteException(String operation, long pivot, double value, double jitter) {
    super(
        "%s: the matrix is not positive definite: pivot %d is %s; largest jitter tried %s"
            .formatted(operation, pivot, value, jitter));
    this.pivot = pivot;
    this.value = value;
    this.jitter = jitter;
  }

  /** Returns the zero-based row where the factorisation broke down. */
  public long pivot() {
    return pivot;
  }

  /** Returns the value of that pivot. */
  public double value() {
    return value;
  }

  /** Returns the largest diagonal addition that was tried. */
  public double jitter() {
    return jitter;
  }
}
