package dev.lamina.analysis.degeneracy;

import java.util.Arrays;
import org.hipparchus.analysis.integration.gauss.GaussIntegratorFactory;
import org.hipparchus.special.Gamma;

/**
 * Mixed ReLU moments J<sub>a,b</sub>(theta) = E[relu(G)<sup>a</sup> relu(G')<sup>b</sup>] of a
 * standard normal pair with correlation cos theta, where relu<sup>0</sup> is the indicator of being
 * positive.
 *
 * <p>Three routes are offered: closed forms for the moments that the angle laws need, a recursion
 * for every (a, b), and an integral over one angle that shares nothing with the other two. Their
 * absolute errors are a few units in the last place of the moment at theta = 0; towards theta = pi,
 * where all moments vanish, only {@link #byQuadrature} keeps its relative accuracy.
 *
 * <p>Source: J<sub>1,1</sub>, J<sub>2,2</sub>, J<sub>3,1</sub> from Jakub and Nica, "Depth
 * Degeneracy in Neural Networks" (arXiv 2302.09712); the others, the recursion (Gaussian
 * integration by parts) and the integral (polar coordinates) are derived here.
 */
public final class ReluMoments {
  private static final double TWO_PI = 2 * Math.PI;
  private static final double SQRT_TWO_PI = Math.sqrt(TWO_PI);

  private ReluMoments() {}

  /**
   * Returns J<sub>0,0</sub> = (pi - t) / (2 pi), the probability that both are positive.
   *
   * @param theta angle in [0, pi]
   * @return the moment
   */
  public static double j00(double theta) {
    return (Math.PI - checked(theta)) / TWO_PI;
  }

  /**
   * Returns J<sub>1,0</sub> = (1 + cos t) / (2 sqrt(2 pi)).
   *
   * @param theta angle in [0, pi]
   * @return the moment
   */
  public static double j10(double theta) {
    return (1 + Math.cos(checked(theta))) / (2 * SQRT_TWO_PI);
  }

  /**
   * Returns J<sub>1,1</sub> = (sin t + (pi - t) cos t) / (2 pi).
   *
   * @param theta angle in [0, pi]
   * @return the moment
   */
  public static double j11(double theta) {
    return (Math.sin(checked(theta)) + (Math.PI - theta) * Math.cos(theta)) / TWO_PI;
  }

  /**
   * Returns J<sub>2,0</sub> = ((pi - t) + sin t cos t) / (2 pi).
   *
   * @param theta angle in [0, pi]
   * @return the moment
   */
  public static double j20(double theta) {
    return (Math.PI - checked(theta) + Math.sin(theta) * Math.cos(theta)) / TWO_PI;
  }

  /**
   * Returns J<sub>2,2</sub> = ((pi - t)(2 cos&sup2; t + 1) + 3 sin t cos t) / (2 pi).
   *
   * @param theta angle in [0, pi]
   * @return the moment
   */
  public static double j22(double theta) {
    double cos = Math.cos(checked(theta));
    return ((Math.PI - theta) * (2 * cos * cos + 1) + 3 * Math.sin(theta) * cos) / TWO_PI;
  }

  /**
   * Returns J<sub>3,1</sub> = (3 (pi - t) cos t + sin t cos&sup2; t + 2 sin t) / (2 pi).
   *
   * @param theta angle in [0, pi]
   * @return the moment
   */
  public static double j31(double theta) {
    double cos = Math.cos(checked(theta));
    double sin = Math.sin(theta);
    return (3 * (Math.PI - theta) * cos + sin * cos * cos + 2 * sin) / TWO_PI;
  }

  /**
   * Returns J<sub>a,b</sub> for any orders by the recursion
   *
   * <pre>
   * J(a,b) = (a-1) J(a-2,b) + b cos t J(a-1,b-1)                               a &ge; 2, b &ge; 1
   * J(a,0) = (a-1) J(a-2,0) + cos t sin^(a-1) t h(a-1) / sqrt(2 pi)            a &ge; 2
   * </pre>
   *
   * with h(k) = E[relu(Z)<sup>k</sup>], starting from J<sub>0,0</sub>, J<sub>1,0</sub>,
   * J<sub>1,1</sub>. Takes O(a b) operations.
   *
   * @param a order of the first factor, at least 0
   * @param b order of the second factor, at least 0
   * @param theta angle in [0, pi]
   * @return the moment
   * @throws IllegalArgumentException if an order is negative or the angle is outside [0, pi]
   */
  public static double moment(int a, int b, double theta) {
    checkOrders(a, b);
    checked(theta);
    int high = Math.max(a, b);
    int low = Math.min(a, b);
    double[][] known = new double[high + 1][low + 1];
    for (double[] row : known) {
      Arrays.fill(row, Double.NaN);
    }
    return recurse(high, low, theta, known);
  }

  private static double recurse(int a, int b, double theta, double[][] known) {
    if (a < b) {
      return recurse(b, a, theta, known);
    }
    if (Double.isNaN(known[a][b])) {
      known[a][b] = fromLower(a, b, theta, known);
    }
    return known[a][b];
  }

  private static double fromLower(int a, int b, double theta, double[][] known) {
    if (a == 0) {
      return j00(theta);
    }
    if (a == 1) {
      return b == 0 ? j10(theta) : j11(theta);
    }
    double cos = Math.cos(theta);
    double byTwo = (a - 1) * recurse(a - 2, b, theta, known);
    return b == 0
        ? byTwo + cos * Math.pow(Math.sin(theta), a - 1) * halfNormalMoment(a - 1) / SQRT_TWO_PI
        : byTwo + b * cos * recurse(a - 1, b - 1, theta, known);
  }

  /**
   * Returns E[relu(Z)<sup>k</sup>] = 2<sup>k/2-1</sup> Gamma((k+1)/2) / sqrt(pi) for a standard
   * normal Z; 1/2 for k = 0.
   *
   * @param k order, at least 0
   * @return the moment
   */
  public static double halfNormalMoment(int k) {
    checkOrders(k, 0);
    return Math.pow(2, k / 2.0 - 1) * Gamma.gamma((k + 1) / 2.0) / Math.sqrt(Math.PI);
  }

  /**
   * Returns J<sub>a,b</sub> from polar coordinates, a route independent of {@link #moment}:
   *
   * <pre>
   * 2^((a+b)/2) Gamma((a+b)/2 + 1) / (2 pi) * Integral_{t-pi/2}^{pi/2} cos^a(p) cos^b(p-t) dp
   * </pre>
   *
   * The integrand is a trigonometric polynomial of degree a + b, so Gauss-Legendre quadrature with
   * a + b + 24 nodes is exact to rounding.
   *
   * @param a order of the first factor, at least 0
   * @param b order of the second factor, at least 0
   * @param theta angle in [0, pi]
   * @return the moment
   * @throws IllegalArgumentException if an order is negative or the angle is outside [0, pi]
   */
  public static double byQuadrature(int a, int b, double theta) {
    checkOrders(a, b);
    double lower = checked(theta) - Math.PI / 2;
    double upper = Math.PI / 2;
    if (lower >= upper) {
      return 0;
    }
    double integral =
        new GaussIntegratorFactory()
            .legendre(a + b + 24, lower, upper)
            .integrate(p -> Math.pow(Math.cos(p), a) * Math.pow(Math.cos(p - theta), b));
    double half = (a + b) / 2.0;
    return Math.pow(2, half) * Gamma.gamma(half + 1) / TWO_PI * integral;
  }

  private static double checked(double theta) {
    if (!(theta >= 0 && theta <= Math.PI)) {
      throw new IllegalArgumentException(
          "ReLU moment: angle must be in [0, pi] but is " + theta + " rad");
    }
    return theta;
  }

  private static void checkOrders(int a, int b) {
    if (a < 0 || b < 0) {
      throw new IllegalArgumentException(
          "ReLU moment: orders must be at least 0 but are a = " + a + ", b = " + b);
    }
  }
}
