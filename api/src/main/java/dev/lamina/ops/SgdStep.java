package dev.lamina.ops;

/**
 * The numbers of one step of gradient descent with momentum: for each parameter w with gradient g
 * and velocity v,
 *
 * <pre>  h = g + l2·w,   v ← momentum·v + h,   w ← w − rate·(nesterov ? h + momentum·v : v),</pre>
 *
 * the convention of PyTorch. Plain gradient descent needs no velocity: it is {@link LayerOps#add}
 * with {@code alpha = −rate} and {@code beta = 1 − rate·l2}.
 *
 * @param rate learning rate
 * @param momentum in [0, 1)
 * @param nesterov whether the step looks ahead (Nesterov 1983 as Sutskever et al. 2013)
 * @param l2 weight decay: the gradient of l2·‖w‖²/2 is added
 */
public record SgdStep(double rate, double momentum, boolean nesterov, double l2) {

  /**
   * Checks the ranges.
   *
   * @throws IllegalArgumentException if a number is out of its range
   */
  public SgdStep {
    if (!Double.isFinite(rate) || !(momentum >= 0 && momentum < 1) || !(l2 >= 0 && l2 <= 1e300)) {
      throw new IllegalArgumentException(
          "sgd: rate must be finite, momentum in [0, 1) and l2 ≥ 0 but are %s, %s, %s"
              .formatted(rate, momentum, l2));
    }
  }
}
