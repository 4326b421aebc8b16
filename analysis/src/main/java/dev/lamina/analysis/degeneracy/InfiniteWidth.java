package dev.lamina.analysis.degeneracy;

/**
 * The angle recursion of infinitely wide ReLU networks, cos theta' = 2 J<sub>1,1</sub>(theta) (Cho
 * and Saul 2009; Jakub and Nica, arXiv 2302.09712), in a form without cancellation.
 *
 * <p>Works on 1 - cos theta instead of ln sin&sup2; theta and shares no code with {@link
 * AngleStep}, so each checks the other. Asymptotics: theta<sub>l</sub> ~ 3 pi / l.
 */
public final class InfiniteWidth {
  private InfiniteWidth() {}

  /**
   * Returns the angle behind one infinitely wide ReLU layer from
   *
   * <pre>
   * 1 - cos theta' = 2 sin&sup2;(theta/2) - (sin theta - theta cos theta)/pi
   * </pre>
   *
   * @param theta angle in front of the layer in radians, in [0, pi]
   * @return angle behind it, in [0, pi/2]
   * @throws IllegalArgumentException if the angle is outside [0, pi]
   */
  public static double nextAngle(double theta) {
    if (!(theta >= 0 && theta <= Math.PI)) {
      throw new IllegalArgumentException(
          "infinite width: angle must be in [0, pi] but is " + theta);
    }
    double half = Math.sin(theta / 2);
    double complement = 2 * half * half - sineMinusScaledCosine(theta) / Math.PI;
    return 2 * Math.asin(Math.sqrt(Math.max(0, complement) / 2));
  }

  /**
   * Returns the angle behind each of the given number of infinitely wide layers.
   *
   * @param theta angle between the inputs in radians, in (0, pi]
   * @param layers number of layers, at least 0
   * @return angles in radians; entry l is the angle behind layer l, entry 0 the starting angle
   */
  public static double[] angles(double theta, int layers) {
    AngleStep.checkAngle(theta);
    double[] angles = new double[layers + 1];
    angles[0] = theta;
    for (int l = 1; l <= layers; l++) {
      angles[l] = nextAngle(angles[l - 1]);
    }
    return angles;
  }

  /** Returns sin t - t cos t; by its series t^3/3 (1 - t^2/10 + t^4/280 - ...) for small t. */
  private static double sineMinusScaledCosine(double t) {
    if (t > 0.5) {
      return Math.sin(t) - t * Math.cos(t);
    }
    double square = t * t;
    double term = t * square / 3;
    double sum = 0;
    // term_k = (-1)^k 2(k+1) t^(2k+3) / (2k+3)!; eight terms leave less than 1e-20 t^3 at t = 0.5
    for (int k = 0; k < 8; k++) {
      sum += term;
      term *= -square * (k + 2) / ((k + 1.0) * (2 * k + 4) * (2 * k + 5));
    }
    return sum;
  }
}
