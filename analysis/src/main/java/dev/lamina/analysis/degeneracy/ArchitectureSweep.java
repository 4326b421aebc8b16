package dev.lamina.analysis.degeneracy;

import java.util.ArrayList;
import java.util.List;

/**
 * Predicts the final angle of many architectures under all rules side by side.
 *
 * <p>Serves several questions: which architectures degenerate, what finite width adds at equal
 * depth, whether the order of the widths matters (the same widths reversed have the same sum of
 * decrements but another drift, so only the sum is equal), how a measured angle of real data
 * changes the picture, and how likely narrow networks collapse outright.
 */
public final class ArchitectureSweep {
  private ArchitectureSweep() {}

  /**
   * What to run.
   *
   * @param architectures hidden widths of each network
   * @param inputDimension number of inputs, at least 1
   * @param outputs number of outputs, at least 1; counts in the number of weights alone
   * @param angle angle between the inputs in radians, in (0, pi]
   * @param convention which widths count as ReLU layers
   * @param monteCarlo samples of each architecture, seed, threads
   */
  public record Config(
      List<Architecture> architectures,
      int inputDimension,
      int outputs,
      double angle,
      Convention convention,
      MonteCarloSettings monteCarlo) {
    /** Copies the list. */
    public Config {
      architectures = List.copyOf(architectures);
    }

    /**
     * Returns the architectures for which values are published or tabulated.
     *
     * @return 2x85, 10x100, 32x256, 15x30, 35x75, 50x50, 20x20, 30x15 and 512 down to 32
     */
    public static List<Architecture> standardArchitectures() {
      return List.of(
          Architecture.parse("2x85"),
          Architecture.parse("10x100"),
          Architecture.parse("32x256"),
          Architecture.parse("15x30"),
          Architecture.parse("35x75"),
          Architecture.parse("50x50"),
          Architecture.parse("20x20"),
          Architecture.parse("30x15"),
          Architecture.parse("512,256,128,64,32"),
          Architecture.parse("32,64,128,256,512"));
    }
  }

  /**
   * Predicted ln sin&sup2; theta behind the last hidden layer.
   *
   * @param architecture hidden widths
   * @param weights number of weights of the bias-free network
   * @param infinite infinite-width rule
   * @param paper published mean
   * @param first first-order mean
   * @param digamma mean that is exact for small angles
   * @param density mean of the density rule
   * @param densitySd standard deviation of the density rule
   * @param collapseProbability probability that some layer merges almost parallel inputs
   * @param sampled statistics of the exact chain
   */
  public record Row(
      Architecture architecture,
      long weights,
      double infinite,
      double paper,
      double first,
      double digamma,
      double density,
      double densitySd,
      double collapseProbability,
      SampleStatistics sampled) {}

  /**
   * Runs the sweep.
   *
   * @param config what to run
   * @return one row per architecture, in the given order
   */
  public static List<Row> run(Config config) {
    List<Row> rows = new ArrayList<>();
    for (Architecture architecture : config.architectures()) {
      rows.add(row(architecture, config));
    }
    return rows;
  }

  /** Returns the row of one architecture. */
  static Row row(Architecture architecture, Config config) {
    int[] layers = config.convention().layers(architecture.widths(config.inputDimension()));
    double angle = config.angle();
    LayerDensity density = Degeneracy.densities(layers, angle).getLast();
    return new Row(
        architecture,
        architecture.weights(config.inputDimension(), config.outputs()),
        PointPrediction.of(layers, angle, Rule.INFINITE).lastMean(),
        PointPrediction.of(layers, angle, Rule.PAPER).lastMean(),
        PointPrediction.of(layers, angle, Rule.FIRST).lastMean(),
        PointPrediction.of(layers, angle, Rule.DIGAMMA).lastMean(),
        density.mean(),
        density.sd(),
        Degeneracy.collapseProbability(layers),
        AngleChain.run(layers, angle, config.monteCarlo()).getLast());
  }
}
