package dev.lamina.analysis.layerwise;

import java.util.Locale;

/**
 * Which loss is made of the kernel matrix K that a layer's activations have above it, with A = K +
 * σ²I, B = A⁻¹, α = BY and C columns of Y. All but the published rivals {@link #HSIC} and {@link
 * #ALIGNMENT} are derived here from Gaussian-process regression (Rasmussen and Williams 2006,
 * chapters 2 and 5).
 */
public enum Form {
  /** ½ tr YᵀBY + (C/2) log det A: the negative log evidence without (NC/2) log 2π. */
  EVIDENCE,

  /** ½ tr YᵀBY: the data term alone. */
  FIT,

  /** ½‖Y − KBY‖² = (σ⁴/2)‖α‖²: half the squared training error of the posterior mean. */
  TRAINING_ERROR,

  /**
   * min_w ½‖Fw − Y‖² + (σ²/2)‖w‖² = (σ²/2) tr YᵀBY: the local loss of a ridge read-out, whose
   * weights w are found in closed form. F are features with FFᵀ = K.
   */
  RIDGE_READOUT,

  /** Σ −(C/2) log B_ii + |α_i|²/(2 B_ii): minus the leave-one-out log likelihood. */
  LOO_NLL,

  /** ½ Σ |α_i|²/B_ii²: half the squared leave-one-out error. */
  LOO_MSE,

  /**
   * The evidence form to second order in K, for noise far above K: |Y|²/(2σ²) + (NC/2) log σ² +
   * C/(2σ²) tr K − tr(YᵀKY)/(2σ⁴) − C/(4σ⁴) ‖K‖² + tr(YᵀK²Y)/(2σ⁶). Its parts are those of the
   * evidence form to the same order.
   */
  HIGH_NOISE,

  /**
   * −tr(K H Y YᵀH)/(N − 1)² with H = I − 11ᵀ/N: minus the Hilbert-Schmidt independence criterion
   * with a linear kernel of the targets (published: Gretton et al. 2005). The noise is not used.
   */
  HSIC,

  /**
   * −tr(HKH YYᵀ)/(‖HKH‖ ‖HYYᵀH‖), from −1 to 0: minus the centred kernel alignment (published:
   * Cortes et al. 2012, Kornblith et al. 2019). The noise is not used.
   */
  ALIGNMENT;

  /** {@return the name in commands and configurations, such as {@code loo-nll}} */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /** {@return whether the loss depends on the noise σ²} */
  public boolean usesNoise() {
    return this != HSIC && this != ALIGNMENT;
  }

  /** {@return whether A is factored, so that its log-determinant comes with the loss} */
  public boolean factors() {
    return usesNoise() && this != HIGH_NOISE;
  }

  /** {@return whether the loss needs no N×N matrix if only a read-out is above the layer} */
  public boolean hasFeatureSpace() {
    return factors() && !leavesOut();
  }

  /** {@return whether leave-one-out predictions are made} */
  boolean leavesOut() {
    return this == LOO_NLL || this == LOO_MSE;
  }
}
