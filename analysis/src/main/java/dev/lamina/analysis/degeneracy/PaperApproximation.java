package dev.lamina.analysis.degeneracy;

import java.util.List;

/**
 * The two simple approximations of arXiv 2302.09712 for small angles.
 *
 * <pre>
 * 1:  x' = x - (2/(3 pi)) theta - rho(n),     theta = asin(exp(x/2))
 * 2:  the same plus sqrt(8 n)/(n + 5) N(0, 1)
 * </pre>
 *
 * with the published rho(n) of {@link SmallAngleLaw#publishedDecrement(int)}.
 */
public final class PaperApproximation {
  private PaperApproximation() {}

  /**
   * Returns x' of Approximation 1.
   *
   * @param x ln sin&sup2; theta in front of the layer
   * @param width number of units, at least 2
   * @return ln sin&sup2; theta behind it
   */
  public static double next(double x, int width) {
    return x - 2 / (3 * Math.PI) * LogSin2.toAngle(x) - SmallAngleLaw.publishedDecrement(width);
  }

  /**
   * Returns the standard deviation sqrt(8 n)/(n + 5) of one step of Approximation 2.
   *
   * @param width number of units n, at least 2
   * @return the standard deviation
   */
  public static double stepSd(int width) {
    SmallAngleLaw.checkWidth(width);
    return Math.sqrt(8.0 * width) / (width + 5.0);
  }

  /**
   * Follows Approximation 1 through the layers.
   *
   * @param layers widths of the ReLU layers in order, each at least 2
   * @param angle starting angle in radians, in (0, pi/2], where ln sin&sup2; names the angle
   * @return ln sin&sup2; theta behind each layer
   * @throws IllegalArgumentException if the angle is outside (0, pi/2] or a width below 2
   */
  public static double[] means(int[] layers, double angle) {
    checkAcute(angle);
    Convention.checkLayers(layers);
    double[] means = new double[layers.length];
    double x = LogSin2.of(angle);
    for (int l = 0; l < layers.length; l++) {
      x = next(x, layers[l]);
      means[l] = x;
    }
    return means;
  }

  /**
   * Propagates the law of Approximation 2 by quadrature, as the authors' notebook does: the first
   * step is Gaussian with the full published mean and variance. The mean and the standard deviation
   * of each result are those of its own density (the notebook subtracts the square of another mean,
   * which inflates its standard deviation from 0.86 to 0.94 at layer 31 of its example).
   *
   * @param layers widths of the ReLU layers in order, each at least 2
   * @param angle starting angle in radians, in (0, pi/2]
   * @param grid points of x
   * @return the law behind each layer
   * @throws IllegalArgumentException if the angle is outside (0, pi/2] or a width below 2
   */
  public static List<LayerDensity> densities(int[] layers, double angle, DensityGrid grid) {
    checkAcute(angle);
    return DensityChain.run(layers, angle, grid, TransitionLaw.approximation2());
  }

  private static void checkAcute(double angle) {
    if (!(angle > 0 && angle <= Math.PI / 2)) {
      throw new IllegalArgumentException(
          "the small-angle approximations need an angle in (0, pi/2] rad but it is " + angle);
    }
  }
}
