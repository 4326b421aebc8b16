package dev.lamina.ops;

/**
 * The numbers of one step of Adam (Kingma and Ba 2015): for each parameter w with gradient g and
 * moments m and v,
 *
 * <pre>
 *   h = g + l2·w,   m ← β₁m + (1 − β₁)h,   v ← β₂v + (1 − β₂)h²,
 *   w ← (1 − shrink)·w − rate·m/(√v + epsilon).
 * </pre>
 *
 * <p>The corrections for the moments' start at 0 are part of {@code rate} and {@code epsilon}; see
 * {@link #at}.
 *
 * @param rate learning rate times √(1 − β₂ᵗ)/(1 − β₁ᵗ)
 * @param beta1 β₁ in [0, 1)
 * @param beta2 β₂ in [0, 1)
 * @param epsilon &gt; 0
 * @param l2 weight decay through the gradient, ≥ 0
 * @param shrink weight decay beside the gradient (Loshchilov and Hutter 2019), ≥ 0
 */
public record AdamStep(
    double rate, double beta1, double beta2, double epsilon, double l2, double shrink) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public AdamStep {
    if (!Double.isFinite(rate)
        || !(beta1 >= 0 && beta1 < 1)
        || !(beta2 >= 0 && beta2 < 1)
        || !(epsilon > 0 && epsilon <= 1e300)
        || !(l2 >= 0 && l2 <= 1e300)
        || !(shrink >= 0 && shrink <= 1)) {
      throw new IllegalArgumentException(
          "adam: rate must be finite, both betas in [0, 1), epsilon > 0, l2 ≥ 0, shrink in [0, 1] but are %s, %s, %s, %s, %s, %s"
              .formatted(rate, beta1, beta2, epsilon, l2, shrink));
    }
  }

  /**
   * {@return step number t with the moments' start at 0 corrected, as PyTorch does it: rate·m̂/(√v̂
   * + epsilon) with m̂ = m/(1 − β₁ᵗ), v̂ = v/(1 − β₂ᵗ)} Keras adds its epsilon to the uncorrected
   * √v: for that pass {@code epsilon/√(1 − β₂ᵗ)}.
   *
   * @param t number of the step, from 1
   * @param rate learning rate
   * @param beta1 β₁
   * @param beta2 β₂
   * @param epsilon &gt; 0
   * @param l2 weight decay through the gradient
   * @param shrink weight decay beside the gradient
   */
  public static AdamStep at(
      long t, double rate, double beta1, double beta2, double epsilon, double l2, double shrink) {
    double first = 1 - StrictMath.pow(beta1, (double) t);
    double second = Math.sqrt(1 - StrictMath.pow(beta2, (double) t));
    return new AdamStep(rate * second / first, beta1, beta2, epsilon * second, l2, shrink);
  }
}
