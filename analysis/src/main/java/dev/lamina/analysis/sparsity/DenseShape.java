package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.ShapeException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/**
 * The sizes of a plain fully connected network.
 *
 * @param widths n₀ (inputs), n₁, …, n_{L−1} (hidden), n_L (outputs), each ≥ 1
 * @param activations σ of layers 1 to L − 1; the output layer has none
 */
public record DenseShape(List<Integer> widths, List<Activation> activations) {

  /**
   * Copies and checks the sizes.
   *
   * @throws ShapeException if a width is not positive or an activation too few or too many
   */
  public DenseShape {
    widths = List.copyOf(widths);
    activations = List.copyOf(activations);
    if (widths.size() < 2 || Collections.min(widths) < 1) {
      throw new ShapeException(
          "network shape: there must be inputs and outputs, and widths ≥ 1, but widths are "
              + widths);
    }
    if (activations.size() != widths.size() - 2) {
      throw new ShapeException(
          "network shape: there must be an activation for each of %d hidden layers but there are %d"
              .formatted(widths.size() - 2, activations.size()));
    }
  }

  /**
   * {@return the shape with one activation in all hidden layers}
   *
   * @param widths n₀ to n_L
   * @param activation σ
   */
  public static DenseShape of(List<Integer> widths, Activation activation) {
    return new DenseShape(widths, Collections.nCopies(Math.max(0, widths.size() - 2), activation));
  }

  /**
   * {@return the shape of a network}
   *
   * @param network without normalisations and residual connections, and without activation behind
   *     its last layer
   * @throws IllegalArgumentException if it has one of these
   */
  public static DenseShape of(Network network) {
    List<Activation> activations = new ArrayList<>();
    for (int l = 1; l <= network.depth(); l++) {
      switch (network.layers().get(l - 1)) {
        case DenseLayer layer -> {
          requirePlain(l, layer);
          if (l < network.depth()) {
            activations.add(layer.activation());
          } else if (!layer.activation().equals(Activation.IDENTITY)) {
            throw new IllegalArgumentException(
                "the covariance form needs outputs without activation but layer %d, the last, has %s"
                    .formatted(l, layer.activation()));
          }
        }
      }
    }
    return new DenseShape(network.widths().stream().map(Math::toIntExact).toList(), activations);
  }

  private static void requirePlain(int l, DenseLayer layer) {
    if (layer.norm().isPresent() || layer.residual().isPresent()) {
      throw new IllegalArgumentException(
          "the covariance form covers plain fully connected networks but layer %d %s"
              .formatted(
                  l,
                  layer.residual().isPresent()
                      ? "has a residual connection"
                      : "has a batch normalisation; fold it into the weights first"));
    }
  }

  /** {@return L, the number of layers with weights} */
  public int depth() {
    return widths.size() - 1;
  }

  /**
   * {@return whether σ(az) = aσ(z) for a &gt; 0 in every hidden layer: relu, leakyRelu, abs,
   * identity}
   */
  public boolean isHomogeneous() {
    return activations.stream().allMatch(DenseShape::isHomogeneous);
  }

  /**
   * {@return whether σ(az) = aσ(z) for a &gt; 0}
   *
   * @param activation σ
   */
  public static boolean isHomogeneous(Activation activation) {
    return activation instanceof Activation.PiecewiseLinear;
  }

  /** Returns n_l. */
  int width(int l) {
    return widths.get(l);
  }
}
