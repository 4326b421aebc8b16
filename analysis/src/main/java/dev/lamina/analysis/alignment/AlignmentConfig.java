package dev.lamina.analysis.alignment;

import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.Collections;
import java.util.List;

/**
 * What the section {@code alignment} of a study trains and measures. Training is by stochastic
 * gradient descent with momentum on the cross-entropy.
 *
 * @param depths numbers of weight layers, ascending, each ≥ 2; the last is followed over time
 * @param rates learning rate for each depth
 * @param runs initialisations of each depth, ≥ 1
 * @param epochs most passes over the training data
 * @param batch examples per step
 * @param momentum of the descent
 * @param weightDecay of the descent
 * @param target running loss at which training ends; 0 for none
 * @param targetEpochs epochs in a row for which it must hold
 * @param examples measured examples of the training and of the test data
 * @param timesPerDecade measurements per factor of ten of the steps; 0 for none
 * @param permutations permuted labels for the null level
 * @param labelNoise share of training labels that are drawn at random
 * @param probes sign vectors for the kernels' norms; 0 for exact norms
 */
public record AlignmentConfig(
    List<Integer> depths,
    List<Double> rates,
    int runs,
    int epochs,
    int batch,
    double momentum,
    double weightDecay,
    double target,
    int targetEpochs,
    int examples,
    int timesPerDecade,
    int permutations,
    double labelNoise,
    int probes) {

  /** Copies the lists and checks that they belong together. */
  public AlignmentConfig {
    depths = List.copyOf(depths);
    rates =
        rates.size() == 1
            ? Collections.nCopies(depths.size(), rates.getFirst())
            : List.copyOf(rates);
    if (depths.isEmpty() || rates.size() != depths.size()) {
      throw new IllegalArgumentException(
          "rates must be one number or one for each of the %d depths but there are %d"
              .formatted(depths.size(), rates.size()));
    }
    for (int i = 1; i < depths.size(); i++) {
      if (depths.get(i) <= depths.get(i - 1)) {
        throw new IllegalArgumentException("depths must ascend but are " + depths);
      }
    }
  }

  /**
   * Reads the block {@code alignment}; what is left out is as in
   *
   * <pre>{@code
   * { depths = [4], rates = [0.01], runs = 3, epochs = 100, batch = 100, momentum = 0.9,
   *   weight-decay = 0, target = 0.02, target-epochs = 1, examples = 200, times-per-decade = 4,
   *   permutations = 20, label-noise = 0, probes = 0 }
   * }</pre>
   *
   * where the depth is that of the study's network.
   *
   * @param config the block
   * @param network the network under study
   * @return the configuration
   */
  static AlignmentConfig read(ConfigReader config, NetworkConfig network) {
    return new AlignmentConfig(
        config.integers("depths", Bounds.between(2, 1000), List.of(network.depth() + 1)),
        config.numbers("rates", Bounds.POSITIVE, List.of(0.01)),
        config.integer("runs", Bounds.between(1, 1000), 3),
        config.integer("epochs", Bounds.atLeast(1), 100),
        config.integer("batch", Bounds.atLeast(1), 100),
        config.number("momentum", Bounds.between(0, 1), 0.9),
        config.number("weight-decay", Bounds.NOT_NEGATIVE, 0),
        config.number("target", Bounds.NOT_NEGATIVE, 0.02),
        config.integer("target-epochs", Bounds.atLeast(1), 1),
        config.integer("examples", Bounds.between(2, 20_000), 200),
        config.integer("times-per-decade", Bounds.between(0, 50), 4),
        config.integer("permutations", Bounds.between(0, 1000), 20),
        config.number("label-noise", Bounds.between(0, 1), 0),
        config.integer("probes", Bounds.between(0, 100_000), 0));
  }

  /** Returns the settings of the measurement of a network after training. */
  AlignmentSettings settings(long seed) {
    return new AlignmentSettings(
        probes == 0 ? new Denominator.Exact() : new Denominator.Probes(probes),
        permutations,
        false,
        false,
        seed);
  }
}
