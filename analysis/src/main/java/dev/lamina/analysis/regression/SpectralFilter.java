package dev.lamina.analysis.regression;

/**
 * A function g of the kernel matrix's eigenvalues. A fit with weights α = g(K) Y predicts k(x, X)
 * α; ridge regression and gradient flow differ in nothing but g.
 */
@FunctionalInterface
public interface SpectralFilter {

  /**
   * {@return g(λ)}
   *
   * @param eigenvalue λ ≥ 0; 0 stands for a direction that K does not have
   */
  double at(double eigenvalue);

  /**
   * {@return ridge regression: g(λ) = 1/(λ + noise)} Without noise it is the pseudo-inverse, g(0) =
   * 0.
   *
   * @param noise σ², finite and ≥ 0
   */
  static SpectralFilter ridge(double noise) {
    RegressionSettings.requireNoise(noise);
    return eigenvalue -> eigenvalue + noise == 0 ? 0 : 1 / (eigenvalue + noise);
  }

  /**
   * {@return gradient flow on ½ Σ ‖f − y‖² from f = 0: g(λ) = (1 − e^(−λτ))/λ} At τ = ∞ it is the
   * pseudo-inverse, g(0) = 0.
   *
   * @param time τ = learning rate × time, ≥ 0; may be ∞
   */
  static SpectralFilter gradientFlow(double time) {
    if (!(time >= 0)) {
      throw new IllegalArgumentException("training time must be ≥ 0 but is " + time);
    }
    if (time == Double.POSITIVE_INFINITY) {
      return ridge(0);
    }
    return eigenvalue -> eigenvalue == 0 ? time : -Math.expm1(-eigenvalue * time) / eigenvalue;
  }
}
