package dev.lamina.ops;

import dev.lamina.matrix.Matrix;
import java.util.Optional;

/**
 * Where the gradient with respect to the parameters of a {@link DenseParameters} goes. The record
 * owns nothing.
 *
 * @param weights ∂loss/∂W, outputs×inputs
 * @param bias ∂loss/∂b, 1×outputs; empty for a layer without bias
 */
public record DenseGradient(Matrix weights, Optional<? extends Matrix> bias) {

  /**
   * Checks the shapes.
   *
   * @throws dev.lamina.matrix.ShapeException if the bias does not fit the weights
   */
  public DenseGradient {
    DenseParameters.requireBias("dense gradient", weights, bias);
  }
}
