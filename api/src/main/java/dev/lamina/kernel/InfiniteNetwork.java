package dev.lamina.kernel;

import java.util.Collections;
import java.util.List;

/**
 * A fully connected network in the limit of infinite width: what NNGP and tangent kernels are made
 * of.
 *
 * <p>With φ_l the activation of hidden layer l = 1…L, w_l and b_l the variances,
 *
 * <pre>
 *   K₀ = w₀·x·z/d + b₀                    T₀ = c₀·w₀·x·z/d + e₀·b₀
 *   K_l = [K_{l−1} +] w_l·E[φ_l φ_l] + b_l   T_l = c_l·w_l·E[φ_l φ_l] + e_l·b_l + (w_l·E[φ_l′ φ_l′] [+ 1])·T_{l−1}
 * </pre>
 *
 * where the expectations are over centred Gaussians with covariance K_{l−1} and the terms in
 * brackets stand for residual networks y_l = y_{l−1} + W_l φ_l(y_{l−1}) + b_l. In the NTK
 * parametrization c = e = 1; in the standard one c_l = fanIn_l/w_l and e_l = 1/b_l (0 if b_l = 0:
 * the layer has no bias).
 *
 * @param activations φ_1 … φ_L, L ≥ 1
 * @param weightVariances w_0 … w_L, each &gt; 0
 * @param biasVariances b_0 … b_L, each ≥ 0
 * @param residual whether each hidden layer is bridged by the identity
 * @param parametrization which parameters the tangent kernel differentiates by
 * @param widths hidden widths n_1 … n_L, used by the standard parametrization only and empty
 *     otherwise
 */
public record InfiniteNetwork(
    List<Activation> activations,
    List<Double> weightVariances,
    List<Double> biasVariances,
    boolean residual,
    Parametrization parametrization,
    List<Integer> widths) {

  /** Checks the parameters. */
  public InfiniteNetwork {
    activations = List.copyOf(activations);
    weightVariances = List.copyOf(weightVariances);
    biasVariances = biasVariances.stream().map(b -> b + 0.0).toList(); // −0 would be a second 0
    widths = List.copyOf(widths);
    int depth = activations.size();
    Parameters.atLeast("a network kernel", "depth", depth, 1);
    requireSize("weightVariance", weightVariances.size(), depth + 1);
    requireSize("biasVariance", biasVariances.size(), depth + 1);
    weightVariances.forEach(w -> Parameters.positive("a network kernel", "weightVariance", w));
    biasVariances.forEach(b -> Parameters.atLeast("a network kernel", "biasVariance", b, 0));
    requireSize("width", widths.size(), parametrization == Parametrization.STANDARD ? depth : 0);
    widths.forEach(n -> Parameters.atLeast("a network kernel", "width", n, 1));
  }

  private static void requireSize(String name, int size, int expected) {
    if (size != expected) {
      throw new IllegalArgumentException(
          "a network kernel: %s must have %d values but has %d".formatted(name, expected, size));
    }
  }

  /**
   * {@return the network with one activation and the same variances in all layers, in the NTK
   * parametrization and without residual connections}
   *
   * @param depth number of hidden layers, ≥ 1
   * @param activation φ
   * @param weightVariance w &gt; 0
   * @param biasVariance b ≥ 0
   */
  public static InfiniteNetwork of(
      int depth, Activation activation, double weightVariance, double biasVariance) {
    Parameters.atLeast("a network kernel", "depth", depth, 1);
    return new InfiniteNetwork(
        Collections.nCopies(depth, activation),
        Collections.nCopies(depth + 1, weightVariance),
        Collections.nCopies(depth + 1, biasVariance),
        false,
        Parametrization.NTK,
        List.of());
  }

  /** {@return the number of hidden layers L} */
  public int depth() {
    return activations.size();
  }

  /**
   * {@return the network that ends after hidden layer {@code depth}}
   *
   * @param depth number of hidden layers to keep, from 1 to {@link #depth()}
   */
  public InfiniteNetwork prefix(int depth) {
    if (depth < 1 || depth > depth()) {
      throw new IllegalArgumentException(
          "depth must be 1 to %d, the depth of the network, but is %d".formatted(depth(), depth));
    }
    return new InfiniteNetwork(
        activations.subList(0, depth),
        weightVariances.subList(0, depth + 1),
        biasVariances.subList(0, depth + 1),
        residual,
        parametrization,
        widths.isEmpty() ? widths : widths.subList(0, depth));
  }

  void requireDerivatives(String owner) {
    for (Activation a : activations) {
      if (!Activation.hasDerivative(a)) {
        throw new IllegalArgumentException(
            "%s: activation %s has no square-integrable derivative, so there is no tangent kernel; nngp takes it"
                .formatted(owner, a));
      }
    }
  }
}
