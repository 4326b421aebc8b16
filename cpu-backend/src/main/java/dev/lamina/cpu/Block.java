package dev.lamina.cpu;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * A rectangle of a row-major matrix outside the heap, small enough for {@code int} sizes; it owns
 * nothing.
 *
 * @param segment memory that starts at entry (0, 0)
 * @param dtype element type
 * @param rows number of rows, ≥ 0
 * @param cols number of columns, ≥ 0
 * @param stride elements from one row to the next, ≥ max(cols, 1)
 */
record Block(MemorySegment segment, DType dtype, int rows, int cols, int stride) {

  /** Checks that the rectangle lies within the segment: native code checks nothing. */
  Block {
    if (rows < 0 || cols < 0 || stride < Math.max(cols, 1)) {
      throw new IllegalArgumentException(
          "a block needs rows ≥ 0, cols ≥ 0 and stride ≥ max(cols, 1) but has %d, %d, %d"
              .formatted(rows, cols, stride));
    }
    long needed = rows == 0 || cols == 0 ? 0 : ((rows - 1L) * stride + cols) * dtype.bytes();
    if (!segment.isNative() || segment.byteSize() < needed) {
      throw new IllegalArgumentException(
          "a %d×%d %s block of stride %d needs %d bytes outside the heap but the segment has %d"
              .formatted(rows, cols, dtype, stride, needed, segment.byteSize()));
    }
  }

  /**
   * Returns a rectangle of a matrix.
   *
   * @param m the matrix
   * @param row first row
   * @param rows number of rows
   * @param col first column
   * @param cols number of columns
   */
  static Block of(HostMatrix m, long row, long rows, long col, long cols) {
    long bytes =
        rows == 0 || cols == 0 ? 0 : ((rows - 1) * m.rowStride() + cols) * m.dtype().bytes();
    return new Block(
        m.segment().asSlice(bytes == 0 ? 0 : m.byteOffset(row, col), bytes),
        m.dtype(),
        Math.toIntExact(rows),
        Math.toIntExact(cols),
        Math.max(1, Math.toIntExact(m.rowStride())));
  }

  /** Returns all of a matrix that has {@code int} sizes. */
  static Block of(HostMatrix m) {
    return of(m, 0, m.rows(), 0, m.cols());
  }

  /**
   * Returns a rectangle of this block.
   *
   * @param row first row
   * @param rows number of rows
   * @param col first column
   * @param cols number of columns
   */
  Block part(int row, int rows, int col, int cols) {
    long bytes = rows == 0 || cols == 0 ? 0 : ((rows - 1L) * stride + cols) * dtype.bytes();
    long offset = bytes == 0 ? 0 : ((long) row * stride + col) * dtype.bytes();
    return new Block(segment.asSlice(offset, bytes), dtype, rows, cols, stride);
  }

  /** Returns an entry, widened to double. */
  double get(int row, int col) {
    long index = (long) row * stride + col;
    return dtype == DType.FLOAT32
        ? segment.get(ValueLayout.JAVA_FLOAT_UNALIGNED, index * Float.BYTES)
        : segment.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, index * Double.BYTES);
  }

  /** Sets an entry, rounded to the element type. */
  void set(int row, int col, double value) {
    long index = (long) row * stride + col;
    if (dtype == DType.FLOAT32) {
      segment.set(ValueLayout.JAVA_FLOAT_UNALIGNED, index * Float.BYTES, (float) value);
    } else {
      segment.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, index * Double.BYTES, value);
    }
  }
}
