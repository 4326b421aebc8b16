package dev.lamina.cuda;

import dev.lamina.matrix.DType;
import java.util.Objects;

/**
 * A rectangle of a row-major matrix in device memory; it owns nothing.
 *
 * @param address address of entry (0, 0)
 * @param dtype element type
 * @param rows number of rows, ≥ 0
 * @param cols number of columns, ≥ 0
 * @param stride elements from one row to the next, ≥ cols
 */
record DeviceBlock(long address, DType dtype, long rows, long cols, long stride) {

  /** Checks the sizes: device code checks nothing. */
  DeviceBlock {
    if (rows < 0 || cols < 0 || stride < cols) {
      throw new IllegalArgumentException(
          "a device block needs rows ≥ 0, cols ≥ 0 and stride ≥ cols but has %d, %d, %d"
              .formatted(rows, cols, stride));
    }
  }

  /** Returns a rectangle of this one. */
  DeviceBlock part(long row, long partRows, long col, long partCols) {
    Objects.checkFromIndexSize(row, partRows, rows);
    Objects.checkFromIndexSize(col, partCols, cols);
    long offset = Math.multiplyExact(Math.addExact(Math.multiplyExact(row, stride), col), bytes());
    return new DeviceBlock(address + offset, dtype, partRows, partCols, stride);
  }

  /** Returns some rows of this one. */
  DeviceBlock rows(long from, long to) {
    return part(from, to - from, 0, cols);
  }

  /** Returns whether there is nothing between the rows. */
  boolean contiguous() {
    return stride == cols || rows <= 1;
  }

  boolean isEmpty() {
    return rows == 0 || cols == 0;
  }

  private long bytes() {
    return dtype.bytes();
  }

  /** Returns the bytes of a matrix without gaps. */
  static long bytes(DType dtype, long rows, long cols) {
    return Math.multiplyExact(Math.multiplyExact(rows, cols), (long) dtype.bytes());
  }
}
