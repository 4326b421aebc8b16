package dev.lamina.ops;

import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;

/**
 * Where the gradient with respect to the parameters of a {@link NormParameters} goes. The record
 * owns nothing.
 *
 * @param scale ∂loss/∂γ, 1×n
 * @param shift ∂loss/∂β, 1×n
 */
public record NormGradient(Matrix scale, Matrix shift) {

  /**
   * Checks the shapes.
   *
   * @throws ShapeException if the two rows do not have one shape and type
   */
  public NormGradient {
    if (scale.rows() != 1
        || shift.rows() != 1
        || scale.cols() != shift.cols()
        || scale.dtype() != shift.dtype()) {
      throw new ShapeException(
          "batch norm gradient: scale and shift must be 1×n of one type but are %s and %s"
              .formatted(scale.shape(), shift.shape()));
    }
  }
}
