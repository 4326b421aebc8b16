package dev.lamina.analysis.degeneracy;

import java.util.ArrayList;
import java.util.List;

/**
 * Experiment E1: mean and variance of ln sin&sup2; theta' behind one ReLU layer, sampled, against
 * every rule, over angles and widths.
 *
 * <p>What to expect: at small angles the published mean is off by about 92/n&sup2;, the first-order
 * and the digamma mean by much less.
 */
public final class OneLayerExperiment {
  private OneLayerExperiment() {}

  /**
   * What to run.
   *
   * @param angles angles in front of the layer in radians, each in (0, pi]
   * @param widths widths of the layer, each at least 2
   * @param monteCarlo samples per angle and width, seed, threads
   */
  public record Config(List<Double> angles, List<Integer> widths, MonteCarloSettings monteCarlo) {
    /** Copies the lists. */
    public Config {
      angles = List.copyOf(angles);
      widths = List.copyOf(widths);
    }

    /**
     * Returns the standard grid: angles 0.01, 0.1, 0.5, 1, pi/2, 2.5 and widths 64, 256, 1024.
     *
     * @param monteCarlo samples per angle and width, seed, threads
     * @return the configuration
     */
    public static Config standard(MonteCarloSettings monteCarlo) {
      return new Config(
          List.of(0.01, 0.1, 0.5, 1.0, Math.PI / 2, 2.5), List.of(64, 256, 1024), monteCarlo);
    }
  }

  /**
   * One angle and width.
   *
   * @param angle angle in front of the layer in radians
   * @param width number of units
   * @param sampled statistics of the samples
   * @param sampledVariance variance of the samples
   * @param varianceStandardError standard error of that variance, from the fourth central moment
   * @param infinite infinite-width prediction
   * @param paperMean published mean
   * @param paperVariance published variance
   * @param first first-order mean
   * @param digamma mean that is exact for small angles
   * @param digammaVariance variance that is exact for small angles
   */
  public record Row(
      double angle,
      int width,
      SampleStatistics sampled,
      double sampledVariance,
      double varianceStandardError,
      double infinite,
      double paperMean,
      double paperVariance,
      double first,
      double digamma,
      double digammaVariance) {}

  /**
   * Runs the experiment.
   *
   * @param config what to run
   * @return one row per angle and width, widths varying fastest
   */
  public static List<Row> run(Config config) {
    List<Row> rows = new ArrayList<>();
    for (double angle : config.angles()) {
      for (int width : config.widths()) {
        rows.add(row(angle, width, config.monteCarlo()));
      }
    }
    return rows;
  }

  private static Row row(double angle, int width, MonteCarloSettings monteCarlo) {
    AngleChain chain = new AngleChain(angle, monteCarlo);
    chain.advance(width);
    SampleStatistics sampled = chain.statistics();
    AngleStep step = AngleStep.at(angle);
    SmallAngleLaw law = SmallAngleLaw.of(width);
    return new Row(
        angle,
        width,
        sampled,
        sampled.sd() * sampled.sd(),
        varianceStandardError(chain.samples(), sampled),
        step.infinite(),
        step.paperMean(width),
        step.paperVariance(width),
        step.firstOrder(width),
        step.digamma(law),
        step.digammaVariance(law));
  }

  private static double varianceStandardError(double[] samples, SampleStatistics statistics) {
    double fourth = 0;
    for (double x : samples) {
      if (!Double.isNaN(x)) {
        double square = (x - statistics.mean()) * (x - statistics.mean());
        fourth += square * square / statistics.count();
      }
    }
    double variance = statistics.sd() * statistics.sd();
    return Math.sqrt((fourth - variance * variance) / statistics.count());
  }
}
