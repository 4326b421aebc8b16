package dev.lamina.analysis.layerwise;

/**
 * What mini-batches of the evidence form are to all samples (derived; measured 0.8 % off at N =
 * 4000, b = 500). A batch of b has the noise σ_b² = σ² b/N, which keeps σ²/N, the scale that the
 * spectrum of the kernel is compared with; then loss_b − (Cb/2) log σ_b² estimates loss_N − (CN/2)
 * log σ², with no factor N/b. The batch must exceed the number of kernel modes with N λ &gt; σ².
 *
 * @param noise σ² of all samples, ≥ 0
 * @param samples N ≥ 1
 */
public record BatchRule(double noise, long samples) {

  /** Checks the ranges. */
  public BatchRule {
    if (!(noise >= 0) || samples < 1) {
      throw new IllegalArgumentException(
          "mini-batch rule: noise must be ≥ 0 and samples ≥ 1 but are %s and %d"
              .formatted(noise, samples));
    }
  }

  /**
   * {@return the noise of a batch, σ² b/N}
   *
   * @param batch b ≥ 1
   */
  public double noise(long batch) {
    return noise * batch / samples;
  }

  /**
   * {@return the evidence loss of all samples as a batch shows it}
   *
   * @param batchLoss value of the evidence form on the batch with {@link #noise(long)}
   * @param batch b ≥ 1
   * @param outputs C
   * @param centred whether the form was centred, which takes one (C/2) log σ² away on both sides
   */
  public double fullLoss(double batchLoss, long batch, long outputs, boolean centred) {
    long one = centred ? 1 : 0;
    double half = outputs / 2.0;
    return batchLoss
        - half * (batch - one) * Math.log(noise(batch))
        + half * (samples - one) * Math.log(noise);
  }
}
