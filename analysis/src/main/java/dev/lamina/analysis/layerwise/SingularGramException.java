package dev.lamina.analysis.layerwise;

import dev.lamina.ops.NotPositiveDefiniteException;
import java.util.Locale;

/** Thrown when K + σ²I cannot be factored: the noise is 0 or lost in rounding. */
public final class SingularGramException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** Whether the matrix is finite. */
  private final boolean finite;

  private SingularGramException(
      String message, boolean finite, NotPositiveDefiniteException cause) {
    super(message, cause);
    this.finite = finite;
  }

  /** {@return whether the matrix is finite; if not, activations or variances are too large} */
  public boolean isFinite() {
    return finite;
  }

  /**
   * Returns the exception for a factorisation that broke down.
   *
   * @param noise σ²
   * @param size rows of the matrix
   * @param cause where it broke down
   */
  static SingularGramException of(double noise, long size, NotPositiveDefiniteException cause) {
    return new SingularGramException(
        Double.isFinite(cause.value())
            ? singular(noise, size, cause.pivot(), cause.value())
            : "layer loss: the Gram matrix of size %d is not finite in row %d; activations and variances must be small enough that their products stay finite"
                .formatted(size, cause.pivot()),
        Double.isFinite(cause.value()),
        cause);
  }

  /**
   * Returns the exception for a pivot that is lost in rounding.
   *
   * @param noise σ²
   * @param size rows of the matrix
   * @param row of the pivot
   * @param pivot its value
   */
  static SingularGramException of(double noise, long size, long row, double pivot) {
    return new SingularGramException(singular(noise, size, row, pivot), true, null);
  }

  private static String singular(double noise, long size, long row, double pivot) {
    return String.format(
        Locale.ROOT,
        "layer loss: the Gram matrix of size %d with noise %s is singular: pivot %d is %.3g; give more noise, at least about 1e-10 of the mean diagonal entry in float64 and 1e-4 in float32",
        size,
        noise,
        row,
        pivot);
  }
}
