package dev.lamina.analysis.layerwise;

/**
 * How a softmax read-out is trained beside the layer that it reads.
 *
 * @param rate learning rate of its Adam steps, &gt; 0
 * @param decay λ ≥ 0 of the penalty (λ/2)‖V‖² of its weights, which is part of the loss
 * @param seed of its first weights
 */
public record SoftmaxSettings(double rate, double decay, long seed) {

  /** Checks the ranges. */
  public SoftmaxSettings {
    if (!(rate > 0) || !(decay >= 0)) {
      throw new IllegalArgumentException(
          "softmax read-out: rate must be > 0 and decay ≥ 0 but are %s and %s"
              .formatted(rate, decay));
    }
  }
}
