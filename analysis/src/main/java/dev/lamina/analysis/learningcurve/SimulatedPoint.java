package dev.lamina.analysis.learningcurve;

import java.util.List;
import org.hipparchus.distribution.continuous.TDistribution;

/**
 * What regression on random samples really did.
 *
 * @param samples N
 * @param draws how many samples of size N were drawn
 * @param mse mean squared error against the noise-free target, on test points
 * @param residuals (g − g*)/g on each degree of the target, by exact projection
 * @param jitter the largest number that had to be added to the diagonal beside the noise, 0 if none
 */
public record SimulatedPoint(
    int samples, int draws, Mean mse, List<Residual> residuals, double jitter) {
  /** Copies the list. */
  public SimulatedPoint {
    residuals = List.copyOf(residuals);
  }

  /**
   * A mean over draws.
   *
   * @param mean the mean
   * @param standardError its standard error; NaN for one draw
   */
  public record Mean(double mean, double standardError) {
    /**
     * {@return half the width of the 95 % interval of the mean, by Student's distribution; NaN for
     * one draw}
     *
     * @param draws how many numbers the mean is of
     */
    public double interval(int draws) {
      return draws < 2
          ? Double.NaN
          : standardError * new TDistribution(draws - 1.0).inverseCumulativeProbability(0.975);
    }

    /** Returns the mean of numbers with its standard error. */
    static Mean of(double[] values) {
      double sum = 0;
      for (double v : values) {
        sum += v;
      }
      double mean = sum / values.length;
      double squares = 0;
      for (double v : values) {
        squares += (v - mean) * (v - mean);
      }
      double n = values.length;
      return new Mean(mean, n > 1 ? Math.sqrt(squares / (n - 1) / n) : Double.NaN);
    }
  }

  /**
   * What was left of one degree.
   *
   * @param degree l
   * @param factor mean of (g − g*)/g
   */
  public record Residual(int degree, Mean factor) {}
}
