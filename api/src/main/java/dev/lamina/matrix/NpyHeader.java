package dev.lamina.matrix;

import java.util.List;
import java.util.stream.Collectors;

/**
 * What a {@code .npy} file says about its array.
 *
 * @param version major version of the format: 1, 2 or 3
 * @param type element type
 * @param fortranOrder whether the first index changes fastest
 * @param shape lengths of the axes, each ≥ 0; their product is checked against the file's length
 * @param dataOffset byte offset of the first element
 */
public record NpyHeader(
    int version, NpyType type, boolean fortranOrder, List<Long> shape, long dataOffset) {

  /** Copies the shape. */
  public NpyHeader {
    shape = List.copyOf(shape);
  }

  /** {@return the number of elements} */
  public long count() {
    long count = 1;
    for (long length : shape) {
      count = Math.multiplyExact(count, length);
    }
    return count;
  }

  /** Returns the length of the first axis: the number of rows. */
  long rows() {
    return shape.getFirst();
  }

  /** Returns the number of elements per row, all axes but the first taken together. */
  long cols() {
    long cols = 1;
    for (long length : shape.subList(1, shape.size())) {
      cols = Math.multiplyExact(cols, length);
    }
    return cols;
  }

  /** Returns whether the elements lie in the file row by row. */
  boolean isRowMajor() {
    return !fortranOrder || shape.stream().filter(length -> length != 1).count() <= 1;
  }

  /** {@return the shape the way NumPy writes it, such as {@code (150, 4)}} */
  public String shapeText() {
    return shape.stream()
        .map(String::valueOf)
        .collect(Collectors.joining(", ", "(", shape.size() == 1 ? ",)" : ")"));
  }
}
