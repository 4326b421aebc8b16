package dev.lamina.analysis.regression;

import dev.lamina.ops.Jitter;

/**
 * What a kernel regression assumes and how it is computed.
 *
 * @param noise variance σ² of the observation noise, which is also the ridge; finite and ≥ 0
 * @param precision element types
 * @param jitter which additions to the diagonal may be tried if K + σ²I is not positive definite
 */
public record RegressionSettings(double noise, Precision precision, Jitter jitter) {

  /** Checks the noise. */
  public RegressionSettings {
    requireNoise(noise);
  }

  /**
   * {@return settings with float32 kernel entries and the default jitter}
   *
   * @param noise variance σ² ≥ 0
   */
  public static RegressionSettings ofNoise(double noise) {
    return new RegressionSettings(noise, Precision.MIXED, Jitter.DEFAULT);
  }

  /**
   * {@return the same settings with another precision}
   *
   * @param other element types
   */
  public RegressionSettings with(Precision other) {
    return new RegressionSettings(noise, other, jitter);
  }

  static void requireNoise(double noise) {
    if (!(noise >= 0) || noise == Double.POSITIVE_INFINITY) {
      throw new IllegalArgumentException(
          "regression: noise (a variance) must be finite and ≥ 0 but is " + noise);
    }
  }
}
