package dev.lamina.analysis.study;

import dev.lamina.analysis.network.NetworkPlan;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The fully connected network that a study or a training run is about.
 *
 * @param hidden widths of the hidden layers in order, at least one, each ≥ 1
 * @param activation activation of every hidden layer
 * @param init how weights and biases are drawn
 * @param bias whether layers have biases
 * @param batchNorm whether hidden layers are normalised in front of the activation
 * @param residual what hidden layers after the first add of what is in front of them
 */
public record NetworkConfig(
    List<Integer> hidden,
    Activation activation,
    WeightInit init,
    boolean bias,
    boolean batchNorm,
    Residual residual) {

  private static final NetworkConfig DEFAULT =
      new NetworkConfig(List.of(256, 256, 256), Activation.RELU, new WeightInit.He(), true);

  /** Copies and checks the widths. */
  public NetworkConfig {
    hidden = List.copyOf(hidden);
    if (hidden.isEmpty() || Collections.min(hidden) < 1) {
      throw new IllegalArgumentException(
          "hidden must be one or more widths, each ≥ 1, but is " + hidden);
    }
    if (residual.isPresent() && hidden.stream().distinct().count() > 1) {
      throw new IllegalArgumentException(
          "residual = %s needs hidden layers of equal widths but hidden is %s"
              .formatted(residual, hidden));
    }
  }

  /**
   * A network without normalisation and without residual connections.
   *
   * @param hidden widths of the hidden layers in order, at least one, each ≥ 1
   * @param activation activation of every hidden layer
   * @param init how weights and biases are drawn
   * @param bias whether layers have biases
   */
  public NetworkConfig(List<Integer> hidden, Activation activation, WeightInit init, boolean bias) {
    this(hidden, activation, init, bias, false, Residual.NONE);
  }

  /**
   * Reads the block {@code network { hidden, activation, init, bias, batch-norm, residual }}; what
   * is left out is as in {@code { hidden = [256, 256, 256], activation = relu, init = he, bias =
   * true, batch-norm = false, residual = none }}.
   *
   * @param network reads the block
   * @return the network; to be used only if the reader has reported no problem
   */
  public static NetworkConfig read(ConfigReader network) {
    return network
        .read(r ->
            new NetworkConfig(
                r.integers("hidden", Bounds.atLeast(1), DEFAULT.hidden),
                r.parsed("activation", Activation::parse, DEFAULT.activation),
                r.parsed("init", WeightInit::parse, DEFAULT.init),
                r.flag("bias", DEFAULT.bias),
                r.flag("batch-norm", false),
                r.parsed("residual", Residual::parse, Residual.NONE)))
        .orElse(DEFAULT);
  }

  /** {@return the number of hidden layers} */
  public int depth() {
    return hidden.size();
  }

  /**
   * {@return the network with its inputs and outputs, ready to be drawn}
   *
   * @param inputs number of inputs, ≥ 1
   * @param outputs number of outputs, ≥ 1
   */
  public NetworkPlan plan(int inputs, int outputs) {
    List<Integer> widths = new ArrayList<>();
    widths.add(inputs);
    widths.addAll(hidden);
    widths.add(outputs);
    return new NetworkPlan(widths, List.of(activation), init, bias, batchNorm, residual);
  }

  /**
   * Refuses normalisations and residual connections.
   *
   * @param what what is not defined for them
   * @throws IllegalArgumentException if the network has any
   */
  public void requirePlain(String what) {
    if (batchNorm || residual.isPresent()) {
      throw new IllegalArgumentException(
          "%s is for networks without %s; leave this section out or set %s"
              .formatted(
                  what,
                  batchNorm ? "batch normalisation" : "residual connections",
                  batchNorm ? "network.batch-norm = false" : "network.residual = none"));
    }
  }

  /**
   * {@return the variance of a weight between hidden layers times its fan-in: the weight variance
   * of the network's kernel}
   *
   * @throws IllegalArgumentException if hidden layers differ in it
   */
  public double weightVariance() {
    double first = weightVariance(0);
    for (int l = 1; l < hidden.size() - 1; l++) {
      if (Math.abs(weightVariance(l) - first) > 1e-12 * first) {
        throw new IllegalArgumentException(
            "init = %s gives layers between hidden widths %s different weight variances times fan-in, %s and %s; use he, lecun or ntk, or equal widths"
                .formatted(init, hidden, first, weightVariance(l)));
      }
    }
    return first;
  }

  /** Returns the variance times fan-in of the weights that follow a hidden layer. */
  private double weightVariance(int layer) {
    int fanIn = hidden.get(layer);
    int fanOut = hidden.get(Math.min(layer + 1, hidden.size() - 1));
    return fanIn * init.weightVariance(fanIn, fanOut);
  }

  /** {@return the variance of the biases of the fresh network, 0 if there are none} */
  public double biasVariance() {
    return bias ? init.biasVariance() : 0;
  }

  /**
   * {@return the network of the same activation and initialisation at infinite width}
   *
   * @param depth number of hidden layers, ≥ 1
   * @throws IllegalArgumentException if {@link #weightVariance} is not defined, or if the network
   *     has batch normalisations or residual connections, whose last layer is unlike the others
   */
  public InfiniteNetwork infinite(int depth) {
    requirePlain("the kernel of infinite width");
    return InfiniteNetwork.of(depth, activation, weightVariance(), biasVariance());
  }
}
