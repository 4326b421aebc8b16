package dev.lamina.analysis.sparsity;

import java.util.Locale;

/** How the repulsion R_l of a layer is computed. */
public enum ForceForm {
  /** B_l has rank N: R_l = −2[WᵀZ_{l+1}M_l⁺]∘σ′(Z_l), W = Z_{l+1}B_l⁺, without the bias row. */
  PLAIN,
  /**
   * B_l has a rank below N, so that the constraint on Z_{l+1} binds: R_l = −[WᵀΛ]∘σ′(Z_l) with the
   * multiplier Λ = −(∂C/∂Z_{l+1})/λ that the layers above fix (derived). That is (∂C/∂Z_l)/λ. On
   * kinks σ′ is the slope of least residual.
   */
  MULTIPLIER,
  /** The output layer: (∂C/∂Z_L)/λ. */
  COST,
  /** R_l = −2[B_l TᵀT]∘σ′(Z_l), T = Z_{l+1}(M_l + εI)⁻¹, of the Tikhonov loss (derived). */
  TIKHONOV;

  /**
   * {@return the word in results: {@code plain}, {@code multiplier}, {@code cost}, {@code
   * tikhonov}}
   */
  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
