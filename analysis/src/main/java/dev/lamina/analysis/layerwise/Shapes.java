package dev.lamina.analysis.layerwise;

import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;

/** Checks what objectives are called with. */
final class Shapes {
  private Shapes() {}

  /** Checks that activations and targets belong together. */
  static void require(Matrix activations, Matrix targets) {
    if (activations.rows() < 1
        || activations.cols() < 1
        || targets.cols() < 1
        || activations.rows() != targets.rows()) {
      throw new ShapeException(
          "layer loss: targets must have one row for each of the N ≥ 1 rows of the activations, and both at least one column; activations %s, targets %s"
              .formatted(activations.shape(), targets.shape()));
    }
    if (activations.dtype() != targets.dtype()) {
      throw new ShapeException(
          "layer loss: activations and targets must have one element type; activations %s, targets %s"
              .formatted(activations.shape(), targets.shape()));
    }
  }

  /** Checks that a gradient can be written. */
  static void requireGradient(DeviceMatrix activations, DeviceMatrix gradient) {
    if (gradient.rows() != activations.rows()
        || gradient.cols() != activations.cols()
        || gradient.dtype() != activations.dtype()) {
      throw new ShapeException(
          "layer loss: the gradient must have the shape of the activations; activations %s, gradient %s"
              .formatted(activations.shape(), gradient.shape()));
    }
  }
}
