package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.learningcurve.CurvePoint.Estimate;
import dev.lamina.analysis.learningcurve.CurvePoint.Residual;
import dev.lamina.analysis.learningcurve.CurvePoint.SelfConsistent;
import java.util.List;
import java.util.Optional;
import java.util.function.ToDoubleFunction;

/**
 * How the error of Gaussian-process regression falls with the number of samples, from the spectrum
 * of the kernel alone.
 *
 * <p>With ridge s2, N samples, s = s2/N, m_i = λ_i s/(λ_i + s) and C_K = Σ m over all modes, what
 * is left of a mode of the target, (g − g*)/g on average over the samples, is
 *
 * <pre>
 *   s/(λ+s)                          equivalence kernel [published: arXiv 1906.05301]
 *   s/(λ+s) + (C_K/N) λ/(λ+s)²       with the sub-leading term [corrected]
 *   κ/(λ+κ)                          self-consistent [derived]
 * </pre>
 *
 * <p>The paper states the second line for the sphere but prints its general form, for any measure,
 * with the opposite relative sign; {@link MeasureModes} has both, and simulation tells them apart.
 * The perturbation theory assumes a Poisson number of samples of mean N and C_K much below s2. The
 * third line is the usual self-consistent estimate of ridge regression,
 *
 * <pre>
 *   N = Σ λ/(λ+κ) + s2/κ,    MSE = N/(N − Σ (λ/(λ+κ))²)·(Σ (κ/(λ+κ))² g² + label noise)
 * </pre>
 *
 * which agrees with the second line to its order and also holds without noise.
 */
public final class LearningCurve {
  /** Largest C_K/s2 at which the perturbation theory is called valid. */
  public static final double LARGEST_PERTURBATION = 0.5;

  private final Spectrum spectrum;
  private final double noise;
  private final double labelNoise;

  /**
   * Creates a curve.
   *
   * @param spectrum eigenvalues and target
   * @param noise s2, the ridge; finite and ≥ 0
   * @param labelNoise variance of the noise that the labels really have, often the same as the
   *     ridge or 0; finite and ≥ 0
   * @throws IllegalArgumentException if a noise is outside its range
   */
  public LearningCurve(Spectrum spectrum, double noise, double labelNoise) {
    requireNoise("noise", noise);
    requireNoise("label noise", labelNoise);
    this.spectrum = spectrum;
    this.noise = noise;
    this.labelNoise = labelNoise;
  }

  private static void requireNoise(String what, double value) {
    if (!(value >= 0 && value < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "learning curve: %s (a variance) must be finite and ≥ 0 but is %s"
              .formatted(what, value));
    }
  }

  /** {@return eigenvalues and target} */
  public Spectrum spectrum() {
    return spectrum;
  }

  /**
   * {@return what the theories say about a number of samples}
   *
   * @param samples N, finite and ≥ 1
   * @throws IllegalArgumentException if N is outside its range
   */
  public CurvePoint at(double samples) {
    if (!(samples >= 1 && samples < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "learning curve: the number of samples must be finite and ≥ 1 but is " + samples);
    }
    SelfConsistent resummed = selfConsistent(samples);
    if (noise == 0) {
      return new CurvePoint(
          samples,
          0,
          Double.NaN,
          Double.NaN,
          false,
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          resummed);
    }
    double s = noise / samples;
    double kernelSum = kernelSum(s);
    double strength = kernelSum / samples;
    // what noisy labels add to the prediction's variance, to leading order
    double spread = labelNoise == 0 ? 0 : labelNoise * freedom(s) / samples;
    return new CurvePoint(
        samples,
        noise,
        kernelSum,
        kernelSum / noise,
        kernelSum <= LARGEST_PERTURBATION * noise,
        Optional.of(estimate(m -> leading(m, s), spread)),
        Optional.of(estimate(m -> leading(m, s) + strength * correction(m, s), spread)),
        Optional.of(estimate(m -> leading(m, s) - strength * correction(m, s), spread)),
        resummed);
  }

  private static double leading(Mode m, double s) {
    return s / (m.eigenvalue() + s);
  }

  private static double correction(Mode m, double s) {
    double sum = m.eigenvalue() + s;
    return m.eigenvalue() / sum / sum;
  }

  private Estimate estimate(ToDoubleFunction<Mode> factor, double spread) {
    double mse = spread;
    for (Mode m : spectrum.targetModes()) {
      double r = factor.applyAsDouble(m);
      mse += m.weight() * r * r;
    }
    return new Estimate(mse, residuals(factor));
  }

  private List<Residual> residuals(ToDoubleFunction<Mode> factor) {
    return spectrum.targetModes().stream()
        .map(m -> new Residual(m.degree(), factor.applyAsDouble(m)))
        .toList();
  }

  /** Returns C_K; the unlisted eigenvalues, far below s, count in full. */
  private double kernelSum(double s) {
    double sum = spectrum.remainder();
    for (Mode m : spectrum.modes().reversed()) {
      sum += m.multiplicity() * (m.eigenvalue() * leading(m, s));
    }
    return sum;
  }

  /** Returns Σ (λ/(λ+κ))². */
  private double freedom(double kappa) {
    double sum = 0;
    for (Mode m : spectrum.modes().reversed()) {
      double learnt = m.eigenvalue() / (m.eigenvalue() + kappa);
      sum += m.eigenvalue() == 0 ? 0 : m.multiplicity() * learnt * learnt;
    }
    return sum;
  }

  private SelfConsistent selfConsistent(double samples) {
    double kappa = Kappa.solve(spectrum, noise, samples);
    double freedom = freedom(kappa);
    double rest = labelNoise;
    for (Mode m : spectrum.targetModes()) {
      double r = unlearnt(m, kappa);
      rest += m.weight() * r * r;
    }
    double noisy = rest == 0 ? 0 : samples / (samples - freedom) * rest;
    return new SelfConsistent(
        kappa, freedom, Math.max(0, noisy - labelNoise), noisy, residuals(m -> unlearnt(m, kappa)));
  }

  private static double unlearnt(Mode m, double kappa) {
    return m.eigenvalue() == 0 ? 1 : kappa / (m.eigenvalue() + kappa);
  }
}
