package dev.lamina.ops;

import dev.lamina.matrix.Matrix;
import dev.lamina.matrix.ShapeException;
import java.util.List;

/**
 * The parameters of a batch normalisation y = γ (z − μ)/√(σ² + ε) + β (Ioffe and Szegedy 2015), one
 * of each per unit. The record owns nothing.
 *
 * @param scale γ, 1×n
 * @param shift β, 1×n
 * @param mean running mean of the batches, 1×n
 * @param variance running unbiased variance of the batches, 1×n
 * @param momentum share of the newest batch in the running values, in (0, 1]; usually 0.1
 * @param epsilon ε &gt; 0; usually 1e-5
 */
public record NormParameters(
    Matrix scale, Matrix shift, Matrix mean, Matrix variance, double momentum, double epsilon) {

  /**
   * Checks shapes and ranges.
   *
   * @throws ShapeException if the four rows do not have one shape and type
   * @throws IllegalArgumentException if a number is out of its range
   */
  public NormParameters {
    for (Matrix m : List.of(scale, shift, mean, variance)) {
      if (m.rows() != 1 || m.cols() != scale.cols() || m.dtype() != scale.dtype()) {
        throw new ShapeException(
            "batch norm: scale, shift, mean and variance must be 1×n of one type but are %s, %s, %s, %s"
                .formatted(scale.shape(), shift.shape(), mean.shape(), variance.shape()));
      }
    }
    if (!(momentum > 0 && momentum <= 1)) {
      throw new IllegalArgumentException(
          "batch norm: momentum must be in (0, 1] but is " + momentum);
    }
    if (!(epsilon > 0 && epsilon < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "batch norm: epsilon must be positive and finite but is " + epsilon);
    }
  }
}
