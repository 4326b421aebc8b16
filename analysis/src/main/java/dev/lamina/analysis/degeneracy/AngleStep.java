package dev.lamina.analysis.degeneracy;

/**
 * Everything about the angle in front of a ReLU layer that the prediction of the angle behind it
 * needs, for every rule and every width.
 *
 * <p>With the moments J of {@link ReluMoments} at theta,
 *
 * <pre>
 * S = 1 - 4 J11&sup2;
 * B = 8 J11&sup2; J22 - 8 J11&#8308; + 4 J11&sup2; - 8 J11 J31 + J22 + 1       R = B / S&sup2;
 * C = 2 J11&sup2; - 4 J11 J31 + J22 + 1                             T = C / S
 * u = 1 + (4 J22 - 1)/n,   w = 1 - 1/n
 * </pre>
 *
 * (Theorem 1 of Jakub and Nica, arXiv 2302.09712). Angles below 0.2 use power series, because the
 * differences above lose digits like 1e-16/theta&#8308;.
 *
 * @param theta angle in front of the layer in radians, in [0, pi]
 * @param logS ln S
 * @param r R, the coefficient of the numerator's variance
 * @param t T, the coefficient of the covariance of numerator and denominator
 * @param j22 J<sub>2,2</sub>(theta)
 */
public record AngleStep(double theta, double logS, double r, double t, double j22) {

  /**
   * Returns the step from an angle.
   *
   * @param theta angle in radians, in (0, pi]
   * @return the step
   * @throws IllegalArgumentException if the angle is outside (0, pi]
   */
  public static AngleStep at(double theta) {
    checkAngle(theta);
    return theta < SmallAngleSeries.LIMIT ? series(theta, LogSin2.of(theta)) : closed(theta);
  }

  /**
   * Returns the step from x = ln sin&sup2; theta of an angle of at most pi/2. Unlike {@link
   * #at(double)} it also serves where the angle itself would underflow.
   *
   * @param x ln sin&sup2; theta; values above 0 count as 0
   * @return the step
   * @throws IllegalArgumentException if x is NaN or minus infinity
   */
  public static AngleStep atLogSin2(double x) {
    if (!(x > Double.NEGATIVE_INFINITY)) {
      throw new IllegalArgumentException("angle step: ln sin^2 theta must be finite but is " + x);
    }
    double theta = LogSin2.toAngle(x);
    return theta < SmallAngleSeries.LIMIT ? series(theta, x) : closed(theta);
  }

  static void checkAngle(double theta) {
    if (!(theta > 0 && theta <= Math.PI)) {
      throw new IllegalArgumentException(
          "the starting angle must be in (0, pi] rad but is " + theta);
    }
  }

  private static AngleStep series(double theta, double x) {
    return new AngleStep(
        theta,
        x + SmallAngleSeries.logSRatio(theta),
        SmallAngleSeries.r(theta),
        SmallAngleSeries.t(theta),
        ReluMoments.j22(theta));
  }

  private static AngleStep closed(double theta) {
    double j11 = ReluMoments.j11(theta);
    double j22 = ReluMoments.j22(theta);
    double j31 = ReluMoments.j31(theta);
    double square = j11 * j11;
    double s = 1 - 4 * square;
    double b = 8 * square * (j22 - square) + 4 * square - 8 * j11 * j31 + j22 + 1;
    double c = 2 * square - 4 * j11 * j31 + j22 + 1;
    return new AngleStep(theta, Math.log(s), b / (s * s), c / s, j22);
  }

  /**
   * Returns x' of the infinite-width rule cos theta' = 2 J11, that is ln S.
   *
   * @return predicted ln sin&sup2; theta'
   */
  public double infinite() {
    return logS;
  }

  /**
   * Returns the published mean mu = ln[(n-1) S / (4 J22 - 1 + n)] + 4 (J22+1)/(n u&sup2;) - 4 R/(n
   * w&sup2;) (Theorem 1 of arXiv 2302.09712). Its error is O(1/n&sup2;) with a large constant for
   * small angles, see {@link SmallAngleLaw}.
   *
   * @param width number of units n, at least 2
   * @return predicted mean of ln sin&sup2; theta'
   */
  public double paperMean(int width) {
    SmallAngleLaw.checkWidth(width);
    double n = width;
    double u = 1 + (4 * j22 - 1) / n;
    double w = 1 - 1 / n;
    // (n-1)/(4 J22 - 1 + n) = 1/(1 + 4 J22/(n-1)): log1p keeps its digits for very wide layers.
    return logS - Math.log1p(4 * j22 / (n - 1)) + 4 * (j22 + 1) / (n * u * u) - 4 * r / (n * w * w);
  }

  /**
   * Returns the published variance sigma&sup2; = 8 (J22+1)/(n u&sup2;) + 8 R/(n w&sup2;) - 16 T/(n
   * u w) (Theorem 1 of arXiv 2302.09712).
   *
   * @param width number of units n, at least 2
   * @return predicted variance of ln sin&sup2; theta' given theta
   */
  public double paperVariance(int width) {
    SmallAngleLaw.checkWidth(width);
    double n = width;
    double u = 1 + (4 * j22 - 1) / n;
    double w = 1 - 1 / n;
    return Math.max(0, 8 * (j22 + 1) / (n * u * u) + 8 * r / (n * w * w) - 16 * t / (n * u * w));
  }

  /**
   * Returns the mean to first order in 1/n and nothing more: ln S - 4 (R - 1)/n. Derived here.
   *
   * @param width number of units n, at least 2
   * @return predicted mean of ln sin&sup2; theta'
   */
  public double firstOrder(int width) {
    SmallAngleLaw.checkWidth(width);
    return logS - 4 * (r - 1) / width;
  }

  /**
   * Returns the mean ln S - 2 (R - 1) rho_exact(n): first order in 1/n, rescaled so that it is
   * exact for small angles at every width. Derived here.
   *
   * @param law small-angle law of the layer's width
   * @return predicted mean of ln sin&sup2; theta'
   */
  public double digamma(SmallAngleLaw law) {
    return logS - 2 * (r - 1) * law.decrement();
  }

  /**
   * Returns the variance that goes with {@link #digamma}: [8 (J22+1) + 8 R - 16 T]/8 v_exact(n),
   * exact for small angles at every width and right to first order in 1/n elsewhere. Derived here.
   *
   * @param law small-angle law of the layer's width
   * @return predicted variance of ln sin&sup2; theta' given theta
   */
  public double digammaVariance(SmallAngleLaw law) {
    return Math.max(0, (j22 + 1 + r - 2 * t) * law.variance());
  }
}
