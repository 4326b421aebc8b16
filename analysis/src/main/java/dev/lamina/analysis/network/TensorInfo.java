package dev.lamina.analysis.network;

import java.util.List;

/**
 * What a safetensors file says about one tensor.
 *
 * @param name its name
 * @param type element type
 * @param shape lengths of the axes, each ≥ 0; none for a single number
 * @param offset byte offset of the first element in the file
 * @param bytes number of bytes
 * @param headerOffset byte offset in the file of the tensor's description, for error messages
 */
public record TensorInfo(
    String name, TensorType type, List<Long> shape, long offset, long bytes, long headerOffset) {

  /** Copies the shape. */
  public TensorInfo {
    shape = List.copyOf(shape);
  }

  /** Returns the number of rows as a matrix: a tensor of one axis is a row. */
  long rows() {
    return shape.size() < 2 ? 1 : shape.getFirst();
  }

  /** Returns the number of columns as a matrix. */
  long cols() {
    return shape.isEmpty() ? 1 : shape.getLast();
  }

  /** {@return type and shape, such as {@code F32 [256, 784]}} */
  public String text() {
    return type + " " + shape;
  }
}
