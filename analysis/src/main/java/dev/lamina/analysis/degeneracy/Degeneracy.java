package dev.lamina.analysis.degeneracy;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Predicts how the angle between two inputs shrinks through a freshly initialised, bias-free, fully
 * connected ReLU network.
 *
 * <pre>
 * DegeneracyPrediction p =
 *     Degeneracy.predict(new int[] {784, 100, 100}, Math.PI / 2, Rule.DENSITY, Convention.NETWORK);
 * p.last().angle();
 * </pre>
 */
public final class Degeneracy {
  /** Monte-Carlo settings used where none are given: 20,000 samples, seed 1, all processors. */
  private static final int DEFAULT_SAMPLES = 20_000;

  private Degeneracy() {}

  /**
   * Predicts with 20,000 samples and seed 1 where the rule is {@link Rule#MONTE_CARLO}.
   *
   * @param widths input dimension, then hidden widths, as {@link Convention} describes
   * @param angle angle between the two inputs in radians, in (0, pi]
   * @param rule rule to predict with
   * @param convention which entries of the width list count as ReLU layers
   * @return the prediction for each counted layer
   * @throws IllegalArgumentException if there is no hidden layer, a counted layer has fewer than 2
   *     units, or the angle is outside (0, pi]
   */
  public static DegeneracyPrediction predict(
      int[] widths, double angle, Rule rule, Convention convention) {
    return predict(widths, angle, rule, convention, MonteCarloSettings.of(DEFAULT_SAMPLES, 1));
  }

  /**
   * Predicts.
   *
   * @param widths input dimension, then hidden widths, as {@link Convention} describes
   * @param angle angle between the two inputs in radians, in (0, pi]
   * @param rule rule to predict with
   * @param convention which entries of the width list count as ReLU layers
   * @param monteCarlo samples and seed, used by {@link Rule#MONTE_CARLO} alone
   * @return the prediction for each counted layer
   * @throws IllegalArgumentException if there is no hidden layer, a counted layer has fewer than 2
   *     units, or the angle is outside (0, pi]
   */
  public static DegeneracyPrediction predict(
      int[] widths, double angle, Rule rule, Convention convention, MonteCarloSettings monteCarlo) {
    int[] layers = convention.layers(widths);
    AngleStep.checkAngle(angle);
    List<PredictedLayer> predicted =
        switch (rule) {
          case INFINITE, PAPER, FIRST, DIGAMMA ->
              fromPoints(layers, PointPrediction.of(layers, angle, rule));
          case DENSITY -> fromDensities(layers, densities(layers, angle));
          case MONTE_CARLO -> fromSamples(layers, AngleChain.run(layers, angle, monteCarlo));
        };
    return new DegeneracyPrediction(
        rule, convention, angle, predicted, collapseProbability(layers));
  }

  /**
   * Propagates the law of the {@link Rule#DENSITY} rule on a grid that fits the layers.
   *
   * @param layers widths of the ReLU layers in order (no input dimension), each at least 2
   * @param angle angle between the two inputs in radians, in (0, pi]
   * @return the law behind each layer
   */
  public static List<LayerDensity> densities(int[] layers, double angle) {
    return densities(layers, angle, DensityGrid.covering(layers, angle));
  }

  /**
   * Propagates the law of the {@link Rule#DENSITY} rule: Gaussian steps with the mean {@link
   * AngleStep#digamma} and the variance {@link AngleStep#digammaVariance}.
   *
   * @param layers widths of the ReLU layers in order (no input dimension), each at least 2
   * @param angle angle between the two inputs in radians, in (0, pi]
   * @param grid points of ln sin&sup2; theta
   * @return the law behind each layer
   */
  public static List<LayerDensity> densities(int[] layers, double angle, DensityGrid grid) {
    return DensityChain.run(layers, angle, grid, TransitionLaw.digamma());
  }

  /**
   * Returns 1 - prod(1 - (n_l + 1) 2<sup>-n_l</sup>), the probability that some layer merges two
   * almost parallel inputs completely. Matters for widths up to about 12; an upper bound where the
   * inputs are not almost parallel ({@link SmallAngleLaw#collapseProbability(int, double)}).
   *
   * @param layers widths of the ReLU layers, each at least 2
   * @return the probability, accurate also where it is far below 1e-16
   */
  public static double collapseProbability(int... layers) {
    double logSurvival = 0;
    for (int width : layers) {
      logSurvival += Math.log1p(-SmallAngleLaw.collapseProbability(width));
    }
    return -Math.expm1(logSurvival);
  }

  private static List<PredictedLayer> fromPoints(int[] layers, PointPrediction points) {
    List<PredictedLayer> predicted = new ArrayList<>(layers.length);
    double[] means = points.means();
    double[] variances = points.variances();
    for (int l = 0; l < layers.length; l++) {
      double variance = variances[l];
      OptionalDouble sd =
          Double.isNaN(variance) ? OptionalDouble.empty() : OptionalDouble.of(Math.sqrt(variance));
      predicted.add(layer(layers, l, means[l], sd, Optional.empty()));
    }
    return predicted;
  }

  private static List<PredictedLayer> fromDensities(int[] layers, List<LayerDensity> densities) {
    List<PredictedLayer> predicted = new ArrayList<>(layers.length);
    for (int l = 0; l < layers.length; l++) {
      LayerDensity density = densities.get(l);
      OptionalDouble sd = OptionalDouble.of(density.sd());
      predicted.add(layer(layers, l, density.mean(), sd, Optional.empty()));
    }
    return predicted;
  }

  private static List<PredictedLayer> fromSamples(int[] layers, List<SampleStatistics> statistics) {
    List<PredictedLayer> predicted = new ArrayList<>(layers.length);
    for (int l = 0; l < layers.length; l++) {
      SampleStatistics s = statistics.get(l);
      OptionalDouble sd = Double.isNaN(s.sd()) ? OptionalDouble.empty() : OptionalDouble.of(s.sd());
      predicted.add(layer(layers, l, s.mean(), sd, Optional.of(s)));
    }
    return predicted;
  }

  private static PredictedLayer layer(
      int[] layers, int l, double mean, OptionalDouble sd, Optional<SampleStatistics> samples) {
    return new PredictedLayer(l + 1, layers[l], mean, sd, LogSin2.toAngle(mean), samples);
  }
}
