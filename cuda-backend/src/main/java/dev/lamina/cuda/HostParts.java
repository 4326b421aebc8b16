package dev.lamina.cuda;

import dev.lamina.matrix.HostMatrix;

/** Rectangles of host matrices. */
final class HostParts {
  private static final int SQUARE = 32;

  private HostParts() {}

  /** Returns a rectangle of a matrix as a borrowed matrix. */
  static HostMatrix part(HostMatrix m, long row, long rows, long col, long cols) {
    boolean empty = rows == 0 || cols == 0;
    long elements = empty ? 0 : (rows - 1) * m.rowStride() + cols;
    return HostMatrix.borrow(
        m.segment().asSlice(empty ? 0 : m.byteOffset(row, col), elements * m.dtype().bytes()),
        m.dtype(),
        rows,
        cols,
        Math.max(m.rowStride(), cols));
  }

  /** Copies what is below the diagonal of a square matrix to above it. */
  static void lowerToUpper(HostMatrix m) {
    transpose(m, true);
  }

  /** Copies what is above the diagonal of a square matrix to below it. */
  static void upperToLower(HostMatrix m) {
    transpose(m, false);
  }

  /** Goes square by square, so that both the rows read and the rows written stay in cache. */
  private static void transpose(HostMatrix m, boolean fromLower) {
    long n = m.rows();
    for (long row = 0; row < n; row += SQUARE) {
      for (long col = 0; col <= row; col += SQUARE) {
        for (long i = row; i < Math.min(n, row + SQUARE); i++) {
          for (long j = col; j < Math.min(i, col + SQUARE); j++) {
            if (fromLower) {
              m.set(j, i, m.get(i, j));
            } else {
              m.set(i, j, m.get(j, i));
            }
          }
        }
      }
    }
  }
}
