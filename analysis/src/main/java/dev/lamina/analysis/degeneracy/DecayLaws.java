package dev.lamina.analysis.degeneracy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Experiment E3: how the angle goes to zero with depth.
 *
 * <p>Infinitely wide networks: theta<sub>l</sub> ~ 3 pi / l whatever the start. Finite ones:
 * exponentially, the mean of ln sin&sup2; theta falls by a fixed amount per layer once the angle is
 * small; that amount is {@link SmallAngleLaw#decrement}, not the published one.
 */
public final class DecayLaws {
  private DecayLaws() {}

  /**
   * What to run.
   *
   * @param infiniteDepth number of infinitely wide layers, at least 1, starting from pi/2
   * @param widths widths of the finite networks, each at least 2
   * @param angle starting angle of the finite networks in radians; small, so that the limit holds
   *     from the first layer on
   * @param layers depth of the finite networks, at least 1
   * @param monteCarlo number of networks per width, seed, threads
   */
  public record Config(
      int infiniteDepth,
      List<Integer> widths,
      double angle,
      int layers,
      MonteCarloSettings monteCarlo) {
    /** Copies the list and checks the depths. */
    public Config {
      widths = List.copyOf(widths);
      if (infiniteDepth < 1 || layers < 1) {
        throw new IllegalArgumentException(
            "decay laws: depths must be at least 1 but are " + infiniteDepth + " and " + layers);
      }
    }

    /**
     * Returns the standard setting: 100,000 infinitely wide layers; widths 15, 64 and 256 from
     * angle 1e-4 through 100 layers.
     *
     * @param monteCarlo number of networks per width, seed, threads
     * @return the configuration
     */
    public static Config standard(MonteCarloSettings monteCarlo) {
      return new Config(100_000, List.of(15, 64, 256), 1e-4, 100, monteCarlo);
    }
  }

  /**
   * The infinite-width angle at one depth.
   *
   * @param layer number of layers passed
   * @param angle angle in radians
   * @param ratio layer * angle / (3 pi), which tends to 1
   */
  public record InfiniteDecay(int layer, double angle, double ratio) {}

  /**
   * The decay at one finite width.
   *
   * @param law small-angle law of the width, with the exact and the published decrement
   * @param layers sampled ln sin&sup2; theta behind layers 1, 2, ...
   * @param startLogSin2 ln sin&sup2; of the starting angle
   * @param slope sampled mean change of ln sin&sup2; theta per layer
   * @param slopeStandardError its standard error
   */
  public record FiniteDecay(
      SmallAngleLaw law,
      List<SampleStatistics> layers,
      double startLogSin2,
      double slope,
      double slopeStandardError) {}

  /**
   * What came out.
   *
   * @param infinite infinite width at depths 1, 2, 5, 10, 20, 50, ... and the last one
   * @param finite one entry per width
   */
  public record Result(List<InfiniteDecay> infinite, List<FiniteDecay> finite) {
    /** Copies the lists. */
    public Result {
      infinite = List.copyOf(infinite);
      finite = List.copyOf(finite);
    }
  }

  /**
   * Runs the experiment.
   *
   * @param config what to run
   * @return both decay laws
   */
  public static Result run(Config config) {
    List<FiniteDecay> finite = new ArrayList<>();
    for (int width : config.widths()) {
      finite.add(finite(width, config));
    }
    return new Result(infinite(config.infiniteDepth()), finite);
  }

  private static List<InfiniteDecay> infinite(int depth) {
    List<InfiniteDecay> rows = new ArrayList<>();
    double angle = Math.PI / 2;
    for (int l = 1; l <= depth; l++) {
      angle = InfiniteWidth.nextAngle(angle);
      if (isMilestone(l) || l == depth) {
        rows.add(new InfiniteDecay(l, angle, l * angle / (3 * Math.PI)));
      }
    }
    return rows;
  }

  private static boolean isMilestone(int layer) {
    int leading = layer;
    while (leading % 10 == 0) {
      leading /= 10;
    }
    return leading == 1 || leading == 2 || leading == 5;
  }

  private static FiniteDecay finite(int width, Config config) {
    int[] layers = new int[config.layers()];
    Arrays.fill(layers, width);
    List<SampleStatistics> statistics = AngleChain.run(layers, config.angle(), config.monteCarlo());
    double start = LogSin2.of(config.angle());
    SampleStatistics last = statistics.getLast();
    return new FiniteDecay(
        SmallAngleLaw.of(width),
        statistics,
        start,
        (last.mean() - start) / config.layers(),
        last.standardError() / config.layers());
  }
}
