package dev.lamina.ops;

/**
 * What a fully connected ReLU layer of infinite width does to a kernel matrix: the prior variances
 * of its parameters. Weights are drawn from N(0, σw²/fan-in) and biases from N(0, σb²), so that the
 * kernel of its pre-activations is σw² k₁(K) + σb² (Cho and Saul 2009; Lee et al. 2018).
 *
 * @param weightVariance σw², the variance of a weight times the number of inputs; finite, ≥ 0
 * @param biasVariance σb²; finite, ≥ 0
 */
public record WideLayer(double weightVariance, double biasVariance) {

  /** Checks the variances. */
  public WideLayer {
    require("weightVariance", weightVariance);
    require("biasVariance", biasVariance);
  }

  private static void require(String name, double variance) {
    if (!(variance >= 0 && variance < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a wide layer's " + name + " must be finite and ≥ 0 but is " + variance);
    }
  }
}
