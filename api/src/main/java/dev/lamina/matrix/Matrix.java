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

  /**
   * {@return a borrowed view of the same elements in the same order with another shape}
   *
   * @param rows number of rows, ≥ 0
   * @param cols number of columns, ≥ 0; rows·cols as now
   * @throws ShapeException if there is another number of entries, or there are gaps between rows
   */
  Matrix reshape(long rows, long cols);

  /**
   * Checks what {@link #reshape} asks.
   *
   * @param m the matrix
   * @param rows asked
   * @param cols asked
   * @throws ShapeException if it cannot be
   */
  static void requireReshape(Matrix m, long rows, long cols) {
    boolean gaps = m.rows() > 1 && m.rowStride() != m.cols();
    if (rows < 0 || cols < 0 || gaps || Math.multiplyExact(rows, cols) != m.rows() * m.cols()) {
      throw new ShapeException(
          "reshape: %s of row stride %d cannot become %d×%d: entries must stay as many, without gaps"
              .formatted(m.shape(), m.rowStride(), rows, cols));
    }
  }

  /** Frees the memory if this object owns it. Closing twice does nothing. */
  @Override
  void close();

  /** {@return the shape and element type as text, such as {@code 1000×3 float32}} */
  default String shape() {
    return rows() + "×" + cols() + (dtype() == DType.FLOAT32 ? " float32" : " float64");
  }
}
