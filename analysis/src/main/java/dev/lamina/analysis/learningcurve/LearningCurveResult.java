package dev.lamina.analysis.learningcurve;

import java.util.List;
import java.util.Optional;

/**
 * What the section {@code learningCurve} of a study found.
 *
 * @param tail the powers of the cosine that count as noise; empty if the kernel is whole
 * @param coefficients b_0, b_1, … of the whole kernel
 * @param whole eigenvalues of the whole kernel, as many degrees as are shown
 * @param kept eigenvalues of the kernel without the tail; empty without a tail
 * @param trace K(x, x) of the whole kernel
 * @param targetPower mean square of the target: the error of predicting 0
 * @param theory the theories at numbers of samples between and at the simulated ones, ascending
 * @param wholeTheory the same for the whole kernel without any noise of a tail; empty without one
 * @param points one for each number of samples of the configuration, ascending
 * @param ridges what the sweep over ridges gave; empty if it was not asked for
 * @param noisyTraining what noisy training gave; empty if it was not asked for
 */
public record LearningCurveResult(
    Optional<Tail> tail,
    List<Double> coefficients,
    List<SphereSpectrum.Degree> whole,
    List<SphereSpectrum.Degree> kept,
    double trace,
    double targetPower,
    List<CurvePoint> theory,
    List<CurvePoint> wholeTheory,
    List<Compared> points,
    List<PrecisionPoint> ridges,
    Optional<LangevinResult> noisyTraining) {

  /** Copies the lists. */
  public LearningCurveResult {
    coefficients = List.copyOf(coefficients);
    whole = List.copyOf(whole);
    kept = List.copyOf(kept);
    theory = List.copyOf(theory);
    wholeTheory = List.copyOf(wholeTheory);
    points = List.copyOf(points);
    ridges = List.copyOf(ridges);
  }

  /**
   * The powers that count as noise.
   *
   * @param power r, the last power kept
   * @param noise s2_r, the sum of the coefficients above
   * @param remainder √N d^−(r+1)/2 for the largest N, which must be small
   */
  public record Tail(int power, double noise, double remainder) {}

  /**
   * Theory and measurement at one number of samples.
   *
   * @param theory the theories, with the tail as noise if there is one
   * @param whole the theories of the whole kernel
   * @param simulated real regression; empty without draws
   */
  public record Compared(CurvePoint theory, CurvePoint whole, Optional<SimulatedPoint> simulated) {}
}
