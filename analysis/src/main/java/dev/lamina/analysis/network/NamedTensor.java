package dev.lamina.analysis.network;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.List;

/**
 * A tensor to be written.
 *
 * @param name its name
 * @param shape lengths of the axes, as many elements as the matrix
 * @param matrix the elements, row by row; the caller owns it
 */
public record NamedTensor(String name, List<Long> shape, HostMatrix matrix) {

  /** Copies and checks the shape. */
  public NamedTensor {
    shape = List.copyOf(shape);
    long count = 1;
    for (long length : shape) {
      count = Math.multiplyExact(count, length);
    }
    if (count != Math.multiplyExact(matrix.rows(), matrix.cols())) {
      throw new ShapeException(
          "tensor %s: shape %s must have as many elements as the matrix %s"
              .formatted(name, shape, matrix.shape()));
    }
  }

  /**
   * {@return a tensor of two axes}
   *
   * @param name its name
   * @param matrix the elements
   */
  public static NamedTensor matrix(String name, HostMatrix matrix) {
    return new NamedTensor(name, List.of(matrix.rows(), matrix.cols()), matrix);
  }

  /**
   * {@return a tensor of one axis}
   *
   * @param name its name
   * @param row the elements, 1×n
   */
  public static NamedTensor vector(String name, HostMatrix row) {
    return new NamedTensor(name, List.of(Math.multiplyExact(row.rows(), row.cols())), row);
  }

  long bytes() {
    return Math.multiplyExact(
        Math.multiplyExact(matrix.rows(), matrix.cols()), matrix.dtype().bytes());
  }
}
