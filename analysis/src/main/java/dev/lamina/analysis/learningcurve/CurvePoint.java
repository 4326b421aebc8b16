package dev.lamina.analysis.learningcurve;

import java.util.List;
import java.util.Optional;

/**
 * What the theories say about one number of samples.
 *
 * @param samples N, or the mean of a Poisson number of samples
 * @param noise s2: ridge and what acts like it
 * @param kernelSum C_K = Σ m over all modes, m = λs/(λ+s), s = s2/N; NaN without noise
 * @param perturbation C_K/s2, which must be small for the first two theories; NaN without noise
 * @param valid whether it is at most one half
 * @param ek the equivalence kernel [published]; empty without noise
 * @param subLeading the same with the next term, in the sign that simulation confirms [corrected];
 *     empty without noise
 * @param subLeadingPublished the same with the printed sign [published], for comparison
 * @param selfConsistent the resummed form [derived], valid at any noise
 */
public record CurvePoint(
    double samples,
    double noise,
    double kernelSum,
    double perturbation,
    boolean valid,
    Optional<Estimate> ek,
    Optional<Estimate> subLeading,
    Optional<Estimate> subLeadingPublished,
    SelfConsistent selfConsistent) {

  /**
   * What is left of the target.
   *
   * @param mse mean squared error of the prediction against the noise-free target: Σ g² factor²,
   *     and what noisy labels add to leading order, label noise·Σ (λ/(λ+s))²/N over all modes
   *     [derived]
   * @param residuals factor of (g − g*) on each mode of which the target has something
   */
  public record Estimate(double mse, List<Residual> residuals) {
    /** Copies the list. */
    public Estimate {
      residuals = List.copyOf(residuals);
    }
  }

  /**
   * What is left of one mode.
   *
   * @param degree degree of the mode
   * @param factor (g − g*)/g
   */
  public record Residual(int degree, double factor) {}

  /**
   * The self-consistent form.
   *
   * @param kappa κ, the noise per sample as the spectrum sees it
   * @param freedom Σ (λ/(λ+κ))², the effective number of parameters; below N
   * @param mse mean squared error against the noise-free target
   * @param mseNoisy the same against labels with their noise
   * @param residuals κ/(λ+κ) on each mode of which the target has something
   */
  public record SelfConsistent(
      double kappa, double freedom, double mse, double mseNoisy, List<Residual> residuals) {
    /** Copies the list. */
    public SelfConsistent {
      residuals = List.copyOf(residuals);
    }
  }
}
