package dev.lamina.ops;

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
}
