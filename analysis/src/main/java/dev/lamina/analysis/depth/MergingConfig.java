package dev.lamina.analysis.depth;

import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.List;
import java.util.Optional;

/**
 * What the section {@code merging} of a study trains and merges.
 *
 * @param plan how the network is trained before; not at all if it is read
 * @param network the file of a network that is trained already
 * @param thresholds minimal correlations above which layers are merged, each in (0, 1]
 * @param hiddenLayers numbers of hidden layers to which a network is merged, its most linear layers
 *     first, each ≥ 0
 * @param further epochs for which the networks are trained on, 0 for none
 */
public record MergingConfig(
    FollowedPlan plan,
    Optional<String> network,
    List<Double> thresholds,
    List<Integer> hiddenLayers,
    int further) {

  /** Copies the lists and checks them. */
  public MergingConfig {
    thresholds = List.copyOf(thresholds);
    hiddenLayers = List.copyOf(hiddenLayers);
    if (thresholds.isEmpty() && hiddenLayers.isEmpty()) {
      throw new IllegalArgumentException("thresholds or hidden-layers must list at least one");
    }
    for (double threshold : thresholds) {
      if (!(threshold > 0 && threshold <= 1)) {
        throw new IllegalArgumentException("thresholds must lie in (0, 1] but are " + thresholds);
      }
    }
    if (network.isPresent() && plan.epochs() > 0) {
      throw new IllegalArgumentException(
          "network = \"%s\" is merged as it is; leave out epochs = %d, or use further-epochs"
              .formatted(network.get(), plan.epochs()));
    }
  }

  /**
   * Reads the block {@code merging}: the keys of {@link FollowedPlan#read} with {@code epochs}, or
   * {@code network}, a file, instead of the epochs, and
   *
   * <pre>{@code
   * { thresholds = [0.99], hidden-layers = [], further-epochs = 0 }
   * }</pre>
   *
   * @param config the block
   * @param network the network under study
   * @return the configuration
   */
  static MergingConfig read(ConfigReader config, NetworkConfig network) {
    LinearityConfig.requireNoBridges(network);
    Optional<String> file =
        config.has("network") ? Optional.of(config.text("network")) : Optional.empty();
    int epochs =
        file.isPresent()
            ? config.integer("epochs", Bounds.atLeast(0), 0)
            : config.integer("epochs", Bounds.atLeast(1));
    FollowedPlan plan = FollowedPlan.read(config, epochs);
    List<Integer> hidden = config.integers("hidden-layers", Bounds.atLeast(0), List.of());
    if (file.isEmpty()) {
      hidden.stream()
          .filter(layers -> layers >= network.depth())
          .findFirst()
          .ifPresent(layers ->
              config.problem(
                  "hidden-layers",
                  "must be below the network's %d hidden layers but one is %d"
                      .formatted(network.depth(), layers)));
    }
    return new MergingConfig(
        plan,
        file,
        config.numbers("thresholds", Bounds.ANY, List.of(plan.threshold())),
        hidden,
        config.integer("further-epochs", Bounds.atLeast(0), 0));
  }
}
