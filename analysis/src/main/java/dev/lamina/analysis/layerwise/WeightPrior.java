package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;

/**
 * The Gaussian prior of a trained layer's own weights, which with the evidence form makes the
 * effective action S(W, b) = loss + fan_in ‖W‖²/(2 σ_w²) + ‖b‖²/(2 σ_b²): its minimum is the most
 * probable layer with everything above integrated out (derived).
 *
 * @param weightVariance σ_w² &gt; 0; each weight has the variance σ_w²/fan_in
 * @param biasVariance σ_b² ≥ 0; 0 for layers without bias
 */
public record WeightPrior(double weightVariance, double biasVariance) {

  /** Checks the ranges. */
  public WeightPrior {
    if (!(weightVariance > 0) || !(biasVariance >= 0)) {
      throw new IllegalArgumentException(
          "weight prior: weight variance must be > 0 and bias variance ≥ 0 but are %s and %s"
              .formatted(weightVariance, biasVariance));
    }
  }

  /**
   * {@return fan_in ‖W‖²/(2 σ_w²)}
   *
   * @param backend computes
   * @param weights W, outputs×fan_in
   */
  public double weights(Backend backend, DeviceMatrix weights) {
    return weights.cols() / (2 * weightVariance) * backend.gram().dot(weights, weights);
  }

  /**
   * {@return ‖b‖²/(2 σ_b²)}
   *
   * @param backend computes
   * @param bias b, 1×outputs or outputs×1
   */
  public double bias(Backend backend, DeviceMatrix bias) {
    requireBias();
    return backend.gram().dot(bias, bias) / (2 * biasVariance);
  }

  /**
   * Adds the gradient fan_in W/σ_w².
   *
   * @param backend computes
   * @param weights W, outputs×fan_in
   * @param gradient outputs×fan_in, added to
   */
  public void addWeightGradient(Backend backend, DeviceMatrix weights, DeviceMatrix gradient) {
    backend.layers().add(weights.cols() / weightVariance, weights, 1, gradient);
  }

  /**
   * Adds the gradient b/σ_b².
   *
   * @param backend computes
   * @param bias b
   * @param gradient as b, added to
   */
  public void addBiasGradient(Backend backend, DeviceMatrix bias, DeviceMatrix gradient) {
    requireBias();
    backend.layers().add(1 / biasVariance, bias, 1, gradient);
  }

  private void requireBias() {
    if (biasVariance == 0) {
      throw new IllegalArgumentException(
          "weight prior: bias variance 0 means a layer without bias, but there is one");
    }
  }
}
