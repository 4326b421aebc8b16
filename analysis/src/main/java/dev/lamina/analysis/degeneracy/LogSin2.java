package dev.lamina.analysis.degeneracy;

/**
 * Conversions between an angle theta and x = ln sin&sup2; theta, the variable in which the angle of
 * a deep network moves by nearly independent steps.
 */
public final class LogSin2 {
  private LogSin2() {}

  /**
   * Returns ln sin&sup2; theta.
   *
   * @param theta angle in radians, in (0, pi]; pi counts as the double nearest to pi, whose sine is
   *     1.2e-16
   * @return ln sin&sup2; theta, at most 0
   */
  public static double of(double theta) {
    return 2 * Math.log(Math.sin(theta));
  }

  /**
   * Returns the angle in [0, pi/2] with ln sin&sup2; theta = x.
   *
   * <p>Uses the arc tangent of sine and cosine, with the cosine from expm1, instead of
   * asin(exp(x/2)): near x = 0 the arc sine loses half of the digits.
   *
   * @param x ln sin&sup2; theta; values above 0, which rounding or a Gaussian approximation can
   *     produce, count as 0, and NaN gives NaN
   * @return angle in radians; 0 for x below about -1490, where the angle underflows
   */
  public static double toAngle(double x) {
    double clamped = Math.min(x, 0);
    return Math.atan2(Math.exp(clamped / 2), Math.sqrt(-Math.expm1(clamped)));
  }
}
