package dev.lamina.analysis.degeneracy;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.stat.inference.KolmogorovSmirnovTest;

/**
 * Experiment E2: the evolution of ln sin&sup2; theta over the layers of equally wide networks, as
 * in figure 1 of arXiv 2302.09712, with histograms at chosen layers against the predicted
 * densities.
 */
public final class AngleEvolution {
  private AngleEvolution() {}

  /**
   * What to run.
   *
   * @param width number of units of every layer, at least 2
   * @param angle angle between the inputs in radians, in (0, pi/2]
   * @param layers number of layers, at least 1
   * @param histogramLayers layers to compare with the predicted densities, each in [1, layers]
   * @param bins bins per histogram, at least 1
   * @param monteCarlo number of networks, seed, threads
   */
  public record Config(
      int width,
      double angle,
      int layers,
      List<Integer> histogramLayers,
      int bins,
      MonteCarloSettings monteCarlo) {
    /** Copies the list and checks the ranges that nothing else checks. */
    public Config {
      histogramLayers = List.copyOf(histogramLayers);
      int deepest = layers;
      if (layers < 1 || bins < 1 || histogramLayers.stream().anyMatch(l -> l < 1 || l > deepest)) {
        throw new IllegalArgumentException(
            "angle evolution: layers and bins must be at least 1 and histogram layers in [1, layers],"
                + " but layers = "
                + layers
                + ", bins = "
                + bins
                + ", histogram layers = "
                + histogramLayers);
      }
    }

    /**
     * Returns the setting of the published figure: width 256, angle 0.1, 5000 networks, 31 layers,
     * histograms at layers 1 and 30.
     *
     * @param seed seed of the random numbers
     * @return the configuration
     */
    public static Config published(long seed) {
      return new Config(256, 0.1, 31, List.of(1, 30), 40, MonteCarloSettings.of(5000, seed));
    }
  }

  /**
   * All that is known of one layer. Layer 0 is the pair of inputs.
   *
   * @param layer number of the layer, from 0
   * @param sampled statistics of the samples
   * @param approximation1 mean by the paper's Approximation 1
   * @param approximation2Mean mean of the paper's Approximation 2, of its own density
   * @param approximation2Sd standard deviation of that density around its own mean
   * @param densityMean mean of the {@link Rule#DENSITY} rule
   * @param densitySd standard deviation of the {@link Rule#DENSITY} rule
   * @param infinite infinite-width prediction
   */
  public record Layer(
      int layer,
      SampleStatistics sampled,
      double approximation1,
      double approximation2Mean,
      double approximation2Sd,
      double densityMean,
      double densitySd,
      double infinite) {}

  /**
   * Samples of one layer against the predicted densities.
   *
   * @param layer number of the layer
   * @param edges bin edges of ln sin&sup2; theta, one more than bins
   * @param counts samples per bin
   * @param sampleDensity counts per unit of ln sin&sup2; theta, normalised to total 1
   * @param approximation2 the paper's Approximation 2
   * @param density the {@link Rule#DENSITY} rule
   */
  public record Histogram(
      int layer,
      List<Double> edges,
      List<Integer> counts,
      List<Double> sampleDensity,
      Curve approximation2,
      Curve density) {}

  /**
   * A predicted density over the range of a histogram.
   *
   * @param x points of ln sin&sup2; theta
   * @param density predicted density there
   * @param ksDistance one-sample Kolmogorov-Smirnov distance between samples and prediction
   * @param ksPValue p-value of that distance; with thousands of samples and Gaussian steps a small
   *     one is expected at deep layers, so read the distance
   */
  public record Curve(List<Double> x, List<Double> density, double ksDistance, double ksPValue) {}

  /**
   * What came out.
   *
   * @param layers layers 0 to the deepest
   * @param histograms one per histogram layer
   */
  public record Result(List<Layer> layers, List<Histogram> histograms) {
    /** Copies the lists. */
    public Result {
      layers = List.copyOf(layers);
      histograms = List.copyOf(histograms);
    }
  }

  /**
   * Runs the experiment.
   *
   * @param config what to run
   * @return empirical and predicted paths and histograms
   */
  public static Result run(Config config) {
    int[] widths = new int[config.layers()];
    Arrays.fill(widths, config.width());
    Predictions predictions = new Predictions(widths, config.angle());
    AngleChain chain = new AngleChain(config.angle(), config.monteCarlo());
    List<Layer> layers = new ArrayList<>();
    List<Histogram> histograms = new ArrayList<>();
    double x0 = LogSin2.of(config.angle());
    layers.add(new Layer(0, chain.statistics(), x0, x0, 0, x0, 0, x0));
    for (int l = 1; l <= config.layers(); l++) {
      chain.advance(config.width());
      layers.add(predictions.layer(l, chain.statistics()));
      if (config.histogramLayers().contains(l)) {
        histograms.add(predictions.histogram(l, chain.samples(), config.bins()));
      }
    }
    return new Result(layers, histograms);
  }

  /** The predictions for all layers. */
  private static final class Predictions {
    private final double[] approximation1;
    private final List<LayerDensity> approximation2;
    private final List<LayerDensity> density;
    private final double[] infinite;

    Predictions(int[] widths, double angle) {
      DensityGrid grid = DensityGrid.covering(widths, angle);
      approximation1 = PaperApproximation.means(widths, angle);
      approximation2 = PaperApproximation.densities(widths, angle, grid);
      density = Degeneracy.densities(widths, angle, grid);
      infinite = PointPrediction.of(widths, angle, Rule.INFINITE).means();
    }

    Layer layer(int l, SampleStatistics sampled) {
      LayerDensity paper = approximation2.get(l - 1);
      LayerDensity own = density.get(l - 1);
      return new Layer(
          l,
          sampled,
          approximation1[l - 1],
          paper.mean(),
          paper.sd(),
          own.mean(),
          own.sd(),
          infinite[l - 1]);
    }

    Histogram histogram(int l, double[] samples, int bins) {
      double[] kept = Arrays.stream(samples).filter(x -> !Double.isNaN(x)).sorted().toArray();
      if (kept.length == 0) {
        throw new IllegalArgumentException(
            "angle evolution: all samples have collapsed before layer " + l + "; use wider layers");
      }
      double lower = kept[0];
      double step = Math.max(kept[kept.length - 1] - lower, 1e-12) / bins;
      int[] counts = new int[bins];
      for (double x : kept) {
        counts[(int) Math.min((x - lower) / step, bins - 1)]++;
      }
      List<Double> edges = new ArrayList<>();
      List<Double> heights = new ArrayList<>();
      for (int i = 0; i <= bins; i++) {
        edges.add(lower + i * step);
      }
      for (int count : counts) {
        heights.add(count / (kept.length * step));
      }
      return new Histogram(
          l,
          List.copyOf(edges),
          Arrays.stream(counts).boxed().toList(),
          List.copyOf(heights),
          curve(approximation2.get(l - 1), kept),
          curve(density.get(l - 1), kept));
    }

    private static Curve curve(LayerDensity law, double[] sorted) {
      double margin = 0.1 * (sorted[sorted.length - 1] - sorted[0]);
      List<Double> x = new ArrayList<>();
      List<Double> density = new ArrayList<>();
      for (int i = 0; i < law.grid().points(); i++) {
        double point = law.grid().x(i);
        if (point >= sorted[0] - margin && point <= sorted[sorted.length - 1] + margin) {
          x.add(point);
          density.add(law.density(i));
        }
      }
      double distance = law.ksDistance(sorted);
      double pValue = 1 - new KolmogorovSmirnovTest().cdf(distance, sorted.length);
      return new Curve(List.copyOf(x), List.copyOf(density), distance, Math.max(pValue, 0));
    }
  }
}
