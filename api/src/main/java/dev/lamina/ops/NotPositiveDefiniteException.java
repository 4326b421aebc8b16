package dev.lamina.ops;

/** Thrown when a matrix is not positive definite, even with the largest jitter tried. */
public final class NotPositiveDefiniteException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Zero-based row where the factorisation broke down; −1 if it was an iteration. */
  private final long pivot;

  /** The pivot or curvature. */
  private final double value;

  /** The largest diagonal addition that was tried. */
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
    this(
        "%s: the matrix is not positive definite: pivot %d is %s; largest jitter tried %s"
            .formatted(operation, pivot, value, jitter),
        value,
        pivot,
        jitter);
  }

  private NotPositiveDefiniteException(String message, double value, long pivot, double jitter) {
    super(message);
    this.pivot = pivot;
    this.value = value;
    this.jitter = jitter;
  }

  /**
   * {@return the exception for an operator that an iteration finds not positive definite: a
   * direction p with pᵀAp ≤ 0} There is no pivot then, and {@link #value()} is the curvature.
   *
   * @param operation what was being done
   * @param column zero-based column of the right-hand sides
   * @param step the iteration, from 1
   * @param curvature pᵀAp, ≤ 0 or NaN
   */
  public static NotPositiveDefiniteException curvature(
      String operation, long column, int step, double curvature) {
    return new NotPositiveDefiniteException(
        "%s: the operator is not positive definite: step %d of column %d found a direction p with pᵀAp = %s"
            .formatted(operation, step, column, curvature),
        curvature,
        -1,
        0);
  }

  /** {@return the zero-based row where a factorisation broke down; −1 if it was an iteration} */
  public long pivot() {
    return pivot;
  }

  /** {@return the value of that pivot or curvature} */
  public double value() {
    return value;
  }

  /** {@return the largest diagonal addition that was tried, 0 if none} */
  public double jitter() {
    return jitter;
  }
}
