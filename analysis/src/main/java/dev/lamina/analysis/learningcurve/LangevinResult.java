package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.learningcurve.SimulatedPoint.Mean;
import java.util.List;
import java.util.function.Function;
import org.hipparchus.stat.regression.SimpleRegression;

/**
 * What noisy training of finite networks left, beside the Gaussian process.
 *
 * @param mean posterior means of the Gaussian process at the test inputs
 * @param variance its posterior variances there
 * @param largestRate 2/h with h = θ + T and θ the largest eigenvalue of the tangent kernel matrix:
 *     from there on training of wide networks diverges
 * @param stiffContinuous variance Tθ/(θ + T) of the training outputs along the eigenvector of θ,
 *     for infinitely small steps [derived: tangent features taken as fixed]
 * @param stiffTheory the same for the step taken: divided by 1 − ηh/2
 * @param widths one entry for each width
 */
public record LangevinResult(
    List<Double> mean,
    List<Double> variance,
    double largestRate,
    double stiffContinuous,
    double stiffTheory,
    List<Width> widths) {

  private static final double SURE = 3;

  /** Copies the lists. */
  public LangevinResult {
    mean = List.copyOf(mean);
    variance = List.copyOf(variance);
    widths = List.copyOf(widths);
  }

  /**
   * {@return the exponent p of error ∝ width^p, by least squares on logarithms over the widths
   * whose error is at least three times what chance gives it; NaN if there are fewer than two}
   *
   * @param error which error
   */
  public double exponent(Function<Width, Mean> error) {
    SimpleRegression line = new SimpleRegression();
    for (Width w : widths) {
      Mean e = error.apply(w);
      if (e.mean() >= SURE * e.standardError()) {
        line.addData(Math.log(w.width()), Math.log(e.mean()));
      }
    }
    return line.getSlope();
  }

  /**
   * What networks of one width left.
   *
   * @param width width of the hidden layers
   * @param outputs moments of the outputs over training steps
   * @param conditional the same from the posterior of the read-out given the features at each
   *     measurement: less noise, the same law for infinitely small steps
   * @param prior the same from networks drawn from the prior, weighted by their evidence: no
   *     training, no step; empty lists if it was left out
   * @param effectiveDraws effective number of these networks; NaN if it was left out
   * @param stiff measured variance of the training outputs along the stiffest mode
   */
  public record Width(
      int width,
      Moments outputs,
      Moments conditional,
      Moments prior,
      double effectiveDraws,
      Mean stiff) {}

  /**
   * Means and variances of the test outputs with errors against the Gaussian process.
   *
   * @param mean means at the test inputs
   * @param variance variances there
   * @param meanError root mean square over test inputs of the difference of the means; its
   *     "standard error" is the size that chance alone gives it
   * @param varianceError the same for the variances
   */
  public record Moments(
      List<Double> mean, List<Double> variance, Mean meanError, Mean varianceError) {
    /** Copies the lists. */
    public Moments {
      mean = List.copyOf(mean);
      variance = List.copyOf(variance);
    }
  }
}
