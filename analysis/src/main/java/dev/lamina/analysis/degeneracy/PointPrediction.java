package dev.lamina.analysis.degeneracy;

import java.util.HashMap;
import java.util.Map;

/** The path of ln sin&sup2; theta through the layers under one of the point rules. */
final class PointPrediction {
  private final double[] means;
  private final double[] variances;

  private PointPrediction(double[] means, double[] variances) {
    this.means = means;
    this.variances = variances;
  }

  /** Returns ln sin&sup2; theta behind each layer. */
  double[] means() {
    return means.clone();
  }

  /** Returns ln sin&sup2; theta behind the last layer. */
  double lastMean() {
    return means[means.length - 1];
  }

  /** Returns the accumulated variance behind each layer; NaN for rules that give none. */
  double[] variances() {
    return variances.clone();
  }

  /**
   * Follows a point rule through the layers in O(depth), after O(width) once per distinct width for
   * {@link Rule#DIGAMMA}.
   *
   * <p>The published variance is accumulated as v' = c&sup2; v + sigma&sup2;, where c is the slope
   * of x -> ln S across one standard deviation on both sides of the mean. A derivative at the mean
   * would be infinite at pi/2, where x is stationary in theta.
   */
  static PointPrediction of(int[] layers, double angle, Rule rule) {
    Convention.checkLayers(layers);
    Map<Integer, SmallAngleLaw> laws = new HashMap<>();
    double[] means = new double[layers.length];
    double[] variances = new double[layers.length];
    AngleStep step = AngleStep.at(angle);
    for (int l = 0; l < layers.length; l++) {
      int width = layers[l];
      means[l] = mean(step, rule, width, laws);
      double carried = l == 0 ? 0 : carriedSd(means[l - 1], Math.sqrt(variances[l - 1]));
      variances[l] =
          rule == Rule.PAPER ? carried * carried + step.paperVariance(width) : Double.NaN;
      step = AngleStep.atLogSin2(means[l]);
    }
    return new PointPrediction(means, variances);
  }

  private static double carriedSd(double x, double sd) {
    return Double.isNaN(sd)
        ? sd
        : (AngleStep.atLogSin2(x + sd).infinite() - AngleStep.atLogSin2(x - sd).infinite()) / 2;
  }

  private static double mean(
      AngleStep step, Rule rule, int width, Map<Integer, SmallAngleLaw> laws) {
    return switch (rule) {
      case INFINITE -> step.infinite();
      case PAPER -> step.paperMean(width);
      case FIRST -> step.firstOrder(width);
      case DIGAMMA -> step.digamma(laws.computeIfAbsent(width, SmallAngleLaw::of));
      case DENSITY, MONTE_CARLO ->
          throw new IllegalArgumentException("'" + rule + "' is not a point rule");
    };
  }
}
