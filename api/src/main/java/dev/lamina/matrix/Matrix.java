package dev.lamina.matrix;

/**
 * A dense row-major matrix of floating-point numbers.
 *
 * <p>Entry (i, j) lies {@code i * rowStride() + j} elements after entry (0, 0). The object that
 * allocated the memory frees it in {@link #close()}; closing a borrowed view frees nothing.
 */
public sealed interface Matrix extends AutoCloseable permits HostMatrix, DeviceMatrix {

  /** {@return the number of rows, at least 0} */
  long rows();

  /** {@return the number of columns, at least 0} */
  long cols();

  /** {@return the distance between the starts of two successive rows in elements, ≥ cols} */
  long rowStride();

  /** {@return the element type} */
  DType dtype();

  /**
   * {@return a borrowed view of the rows {@code from} (inclusive) to {@code to} (exclusive)}
   *
   * @param from first row, 0 ≤ from ≤ to
   * @param to one past the last row, ≤ rows()
   * @throws IndexOutOfBoundsException if the range does not lie within the matrix
   */
  Matrix rows(long from, long to);

  /** Frees the memory if this object owns it. Closing twice does nothing. */
  @Override
  void close();

  /** {@return the shape and element type as text, such as {@code 1000×3 float32}} */
  default String shape() {
    return rows() + "×" + cols() + (dtype() == DType.FLOAT32 ? " float32" : " float64");
  }
}
