package dev.lamina.lowering;

import dev.lamina.matrix.DType;

/**
 * What lowering needs to know of the data.
 *
 * @param dimension d, the number of columns, ≥ 1
 * @param maxSquaredNorm the largest ‖x‖² of any row, finite
 * @param dtype element type of the data and of the kernel matrix: series are as long as it can tell
 */
public record InputScale(long dimension, double maxSquaredNorm, DType dtype) {

  /**
   * Describes data in float64.
   *
   * @param dimension d, the number of columns, ≥ 1
   * @param maxSquaredNorm the largest ‖x‖² of any row, finite
   */
  public InputScale(long dimension, double maxSquaredNorm) {
    this(dimension, maxSquaredNorm, DType.FLOAT64);
  }
}
