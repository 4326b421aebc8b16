package dev.lamina.analysis.depth;

import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.List;

/**
 * What the section {@code linearity} of a study trains and looks at.
 *
 * @param plan how networks are trained
 * @param depths numbers of hidden layers, all different
 * @param norms scales γ that batch normalisations begin with; 0 for a network without
 * @param runs initialisations of each, ≥ 1
 * @param curves epochs after which the outputs are drawn, for one input and one output
 */
public record LinearityConfig(
    FollowedPlan plan, List<Integer> depths, List<Double> norms, int runs, List<Integer> curves) {

  /** Copies the lists and checks them. */
  public LinearityConfig {
    depths = List.copyOf(depths);
    norms = List.copyOf(norms);
    curves = List.copyOf(curves);
    requireDistinct("depths", depths);
    requireDistinct("norms", norms);
    int epochs = plan.epochs();
    curves.stream()
        .filter(epoch -> epoch > epochs)
        .findFirst()
        .ifPresent(epoch -> {
          throw new IllegalArgumentException(
              "curves must not lie beyond epochs = %d but one is at %d".formatted(epochs, epoch));
        });
    if (plan.batch() == 1 && norms.stream().anyMatch(norm -> norm > 0)) {
      throw new IllegalArgumentException(
          "batch must be 0 or at least 2 with norms, which need a variance, but is 1");
    }
  }

  private static void requireDistinct(String key, List<?> values) {
    if (values.isEmpty() || values.stream().distinct().count() < values.size()) {
      throw new IllegalArgumentException(
          key + " must list at least one, each once, but are " + values);
    }
  }

  /**
   * Reads the block {@code linearity}: the keys of {@link FollowedPlan#read} with {@code epochs},
   * and
   *
   * <pre>{@code
   * { depths = [3], norms = [none], runs = 1, curves = [] }
   * }</pre>
   *
   * where the depth is that of the study's network, and so is the normalisation.
   *
   * @param config the block
   * @param network the network under study
   * @return the configuration
   */
  static LinearityConfig read(ConfigReader config, NetworkConfig network) {
    requireNoBridges(network);
    return new LinearityConfig(
        FollowedPlan.read(config, config.integer("epochs", Bounds.atLeast(1))),
        config.integers("depths", Bounds.between(1, 1000), List.of(network.depth())),
        config.parsedList("norms", LinearityConfig::norm, List.of(network.batchNorm() ? 1.0 : 0.0)),
        config.integer("runs", Bounds.between(1, 1000), 1),
        config.integers("curves", Bounds.atLeast(0), List.of()));
  }

  /** Refuses networks that add pre-activations. */
  static void requireNoBridges(NetworkConfig network) {
    if (network.residual() == Residual.PRE_ACTIVATION) {
      throw new IllegalArgumentException(
          "linearity and merging are not defined for layers that add the pre-activations of the layer before; set network.residual = post-activation or none");
    }
  }

  private static double norm(String text) {
    double scale;
    try {
      scale = text.equals("none") ? 0 : Double.parseDouble(text);
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException(norms(text), e);
    }
    if (!text.equals("none") && !(scale > 0 && scale < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(norms(text));
    }
    return scale;
  }

  private static String norms(String text) {
    return "must be none or a positive scale of batch normalisations but is " + text;
  }
}
