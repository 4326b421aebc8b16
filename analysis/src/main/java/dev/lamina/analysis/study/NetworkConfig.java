package dev.lamina.analysis.study;

import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * The fully connected network that a study is about.
 *
 * @param hidden widths of the hidden layers in order, at least one, each ≥ 1
 * @param activation activation of every hidden layer
 * @param init how the weights are drawn
 * @param bias whether layers have biases, which start at zero
 */
public record NetworkConfig(
    List<Integer> hidden, Activation activation, Initialisation init, boolean bias) {

  private static final NetworkConfig DEFAULT =
      new NetworkConfig(List.of(256, 256, 256), Activation.RELU, Initialisation.HE, true);

  /** Copies and checks the widths. */
  public NetworkConfig {
    hidden = List.copyOf(hidden);
    if (hidden.isEmpty() || Collections.min(hidden) < 1) {
      throw new IllegalArgumentException(
          "hidden must be one or more widths, each ≥ 1, but is " + hidden);
    }
  }

  /**
   * Reads the block {@code network { hidden, activation, init, bias }}; what is left out is as in
   * {@code { hidden = [256, 256, 256], activation = relu, init = he, bias = true }}.
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
                r.choice(
                    "init",
                    Arrays.stream(Initialisation.values())
                        .collect(Collectors.toMap(Initialisation::text, Function.identity())),
                    DEFAULT.init),
                r.flag("bias", DEFAULT.bias)))
        .orElse(DEFAULT);
  }

  /** {@return the number of hidden layers} */
  public int depth() {
    return hidden.size();
  }

  /**
   * {@return the network of the same activation and initialisation at infinite width}
   *
   * @param depth number of hidden layers, ≥ 1
   */
  public InfiniteNetwork infinite(int depth) {
    return InfiniteNetwork.of(depth, activation, init.gain(), 0);
  }
}
