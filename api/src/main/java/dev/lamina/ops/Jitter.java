package dev.lamina.ops;

import dev.lamina.matrix.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Which multiples of the identity {@link SolveOps#cholesky} may add to make a matrix positive
 * definite: first nothing, then {@code first}·m, {@code first}·m·10, … where m is the mean of the
 * diagonal.
 *
 * @param first first addition relative to the mean diagonal entry, &gt; 0
 * @param attempts how many additions to try, ≥ 0; 0 allows none
 */
public record Jitter(double first, int attempts) {

  /** No addition: a matrix that is not positive definite throws. */
  public static final Jitter NONE = new Jitter(1e-10, 0);

  /** Up to six additions from 10⁻¹⁰ to 10⁻⁵ of the mean diagonal entry. */
  public static final Jitter DEFAULT = new Jitter(1e-10, 6);

  /** Checks the parameters. */
  public Jitter {
    if (!(first > 0) || attempts < 0) {
      throw new IllegalArgumentException(
          "jitter needs first > 0 and attempts ≥ 0 but has %s and %d".formatted(first, attempts));
    }
  }

  /**
   * {@return the additions to try, smallest first: those that change the diagonal at all}
   *
   * @param diagonal the diagonal of the matrix
   * @param dtype the element type that sums are rounded to
   */
  public List<Double> additions(double[] diagonal, DType dtype) {
    double mean = Arrays.stream(diagonal).sum() / diagonal.length;
    List<Double> additions = new ArrayList<>();
    for (int k = 0; k < attempts; k++) {
      double addition = first * Math.pow(10, k) * mean;
      if (addition > 0
          && Arrays.stream(diagonal).anyMatch(d -> rounded(d + addition, dtype) != d)) {
        additions.add(addition);
      }
    }
    return additions;
  }

  private static double rounded(double value, DType dtype) {
    return dtype == DType.FLOAT32 ? (float) value : value;
  }
}
