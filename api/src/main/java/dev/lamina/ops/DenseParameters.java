package dev.lamina.ops;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import java.util.Optional;

/**
 * The parameters of a fully connected layer a = φ(x Wᵀ + 1 bᵀ). The record owns nothing.
 *
 * @param weights W, outputs×inputs: row o holds the weights into unit o
 * @param bias b as a 1×outputs row of the same element type; empty for a layer without bias
 * @param activation φ
 */
public record DenseParameters(
    Matrix weights, Optional<? extends Matrix> bias, Activation activation) {

  /**
   * Checks the shapes.
   *
   * @throws ShapeException if the bias does not fit the weights
   */
  public DenseParameters {
    requireBias("dense layer", weights, bias);
  }

  static void requireBias(String owner, Matrix weights, Optional<? extends Matrix> bias) {
    if (bias.isPresent()
        && (bias.get().rows() != 1
            || bias.get().cols() != weights.rows()
            || bias.get().dtype() != weights.dtype())) {
      throw new ShapeException(
          "%s: the bias must be 1×%d (rows of the weights) of the weights' type but is %s; weights %s"
              .formatted(owner, weights.rows(), bias.get().shape(), weights.shape()));
    }
  }
}
