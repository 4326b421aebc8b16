package dev.lamina.analysis.embedding;

/**
 * How likely a random layer is affine on data: the more of the line the data fill, the smaller the
 * lifted set [derived].
 */
public final class AffineChance {
  private AffineChance() {}

  /**
   * {@return the probability that all pre-activations of neurons with w, b ~ N(0, 1) are positive
   * on inputs that fill [−r, r]: (arctan(1/r)/π)^m}
   *
   * @param radius r, not negative
   * @param neurons m, at least 1
   */
  public static double relu(double radius, int neurons) {
    return chance(radius, neurons, 1);
  }

  /**
   * {@return the probability that each neuron stays on one of two branches: (2 arctan(1/r)/π)^m}
   *
   * @param radius r, not negative
   * @param neurons m, at least 1
   */
  public static double leakyRelu(double radius, int neurons) {
    return chance(radius, neurons, 2);
  }

  private static double chance(double radius, int neurons, int branches) {
    if (!(radius >= 0) || neurons < 1) {
      throw new IllegalArgumentException(
          "chance: the radius must be at least 0 and the number of neurons at least 1 but they are %s and %d"
              .formatted(radius, neurons));
    }
    // arctan(1/r) as the angle of (r, 1), which r = 0 has too
    return Math.pow(branches * Math.atan2(1, radius) / Math.PI, neurons);
  }
}
