package dev.lamina.analysis.propagation;

import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.List;

/**
 * What the section {@code propagation} of a study computes.
 *
 * @param cosine where the cosine between the two inputs comes from
 * @param depths numbers of layers whose profiles are shown, ascending
 * @param networks networks to compare
 * @param deepest largest depth of the equilibrium layer against depth
 */
public record PropagationConfig(
    StartCosine cosine, List<Integer> depths, List<WideNetwork> networks, int deepest) {

  private static final List<Integer> DEPTHS = List.of(10, 20, 50, 100);

  /** Copies and checks the lists. */
  public PropagationConfig {
    depths = depths.stream().distinct().sorted().toList();
    networks = networks.stream().distinct().toList();
    if (depths.isEmpty() || networks.isEmpty()) {
      throw new IllegalArgumentException(
          "depths and activations or residual must not be empty: there would be nothing to show");
    }
  }

  /**
   * Reads the block {@code propagation { cosine, depths, activations, residual, biasVariance,
   * deepest }}; what is left out is as in
   *
   * <pre>{@code
   * { cosine = data, depths = [10, 20, 50, 100], activations = [relu, tanh], residual = [0.5],
   *   biasVariance = 0.05, deepest = 1000 }
   * }</pre>
   *
   * where the activation of the study's network comes first if it is another. Plain networks are at
   * the edge of chaos; {@code biasVariance} is for activations that are not piecewise linear, and
   * {@code residual} lists the alphas of residual relu networks.
   *
   * @param config the block
   * @param network the network under study
   * @return the configuration
   */
  static PropagationConfig read(ConfigReader config, NetworkConfig network) {
    requireCovered(network);
    List<Activation> usual = new ArrayList<>();
    if (Activation.hasDerivative(network.activation())) {
      usual.add(network.activation());
    }
    usual.addAll(List.of(Activation.RELU, Activation.Smooth.TANH));
    boolean chosen = config.has("activations");
    List<Activation> activations =
        config.parsedList("activations", Activation::parse, usual.stream().distinct().toList());
    double bias = config.number("biasVariance", Bounds.POSITIVE, WideNetwork.SMOOTH_BIAS_VARIANCE);
    List<WideNetwork> networks = new ArrayList<>();
    for (Activation activation : activations) {
      boolean own = !chosen && activation.equals(network.activation());
      critical(config, activation, bias, own, networks);
    }
    for (double alpha : config.numbers("residual", Bounds.POSITIVE, List.of(0.5))) {
      networks.add(WideNetwork.residual(Activation.RELU, alpha));
    }
    return new PropagationConfig(
        config.parsed("cosine", StartCosine::parse, new StartCosine.Measured()),
        config.integers("depths", Bounds.between(1, 10_000), DEPTHS),
        networks,
        config.integer("deepest", Bounds.between(2, 100_000), 1000));
  }

  /** Refuses normalisations, and layers that add their inputs behind the activation. */
  static void requireCovered(NetworkConfig network) {
    if (network.batchNorm()) {
      network.requirePlain("signal propagation at infinite width");
    }
    if (network.residual() == Residual.POST_ACTIVATION) {
      throw new IllegalArgumentException(
          "signal propagation at infinite width takes residual layers that add pre-activations, not their inputs; leave this section out or set network.residual = pre-activation or none");
    }
  }

  /** Adds a network at the edge of chaos, where there is one. */
  private static void critical(
      ConfigReader config,
      Activation activation,
      double bias,
      boolean optional,
      List<WideNetwork> networks) {
    boolean kinked = activation instanceof Activation.PiecewiseLinear;
    try {
      networks.add(WideNetwork.critical(activation, kinked ? 0 : bias));
    } catch (IllegalArgumentException e) {
      // Nobody asked for the network's own activation here, so it may be left out.
      if (!optional) {
        config.problem("activations", e.getMessage());
      }
    }
  }
}
