package dev.lamina.analysis.degeneracy;

import dev.lamina.kernel.Activation;
import dev.lamina.lowering.DualActivation;

/**
 * The angle recursion of infinitely wide ReLU networks, cos theta' = 2 J<sub>1,1</sub>(theta) (Cho
 * and Saul 2009; Jakub and Nica, arXiv 2302.09712), in a form without cancellation.
 *
 * <p>Works on 1 - cos theta instead of ln sin&sup2; theta and shares no code with {@link
 * AngleStep}, so each checks the other. Asymptotics: theta<sub>l</sub> ~ 3 pi / l.
 */
public final class InfiniteWidth {
  /** The same at every variance: ReLU is homogeneous. */
  private static final DualActivation RELU = DualActivation.of(Activation.RELU, 1);

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
    return 2 * Math.asin(Math.sqrt(RELU.complement(2 * half * half) / 2));
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
}
