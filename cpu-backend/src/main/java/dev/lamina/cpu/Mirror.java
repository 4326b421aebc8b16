package dev.lamina.cpu;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies what stands below the diagonal of a square matrix to above it. */
final class Mirror {
  /** 16 × 16 float32 values: both sides of the copy touch whole cache lines. */
  private static final int TILE = 16;

  private Mirror() {}

  /**
   * Sets {@code m[j][i] = m[i][j]} for all i &gt; j of a tile.
   *
   * @param m square
   * @param row first row
   * @param rowEnd one past the last row
   * @param col first column, ≤ row
   * @param colEnd one past the last column
   */
  static void lowerToUpper(HostMatrix m, long row, long rowEnd, long col, long colEnd) {
    for (long i = row; i < rowEnd; i += TILE) {
      for (long j = col; j < Math.min(colEnd, i + TILE); j += TILE) {
        int rows = (int) Math.min(TILE, rowEnd - i);
        int cols = (int) Math.min(TILE, colEnd - j);
        if (m.dtype() == DType.FLOAT32) {
          floats(m, i, rows, j, cols);
        } else {
          doubles(m, i, rows, j, cols);
        }
      }
    }
  }

  private static void floats(HostMatrix m, long row, int rows, long col, int cols) {
    MemorySegment s = m.segment();
    long stride = m.rowStride() * Float.BYTES;
    long from = m.byteOffset(row, col);
    long to = m.byteOffset(col, row);
    for (int j = 0; j < cols; j++) {
      int first = (int) Math.max(0, col + j + 1 - row);
      for (int i = first; i < rows; i++) {
        float value = s.get(ValueLayout.JAVA_FLOAT_UNALIGNED, from + i * stride + 4L * j);
        s.set(ValueLayout.JAVA_FLOAT_UNALIGNED, to + j * stride + 4L * i, value);
      }
    }
  }

  private static void doubles(HostMatrix m, long row, int rows, long col, int cols) {
    MemorySegment s = m.segment();
    long stride = m.rowStride() * Double.BYTES;
    long from = m.byteOffset(row, col);
    long to = m.byteOffset(col, row);
    for (int j = 0; j < cols; j++) {
      int first = (int) Math.max(0, col + j + 1 - row);
      for (int i = first; i < rows; i++) {
        double value = s.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, from + i * stride + 8L * j);
        s.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, to + j * stride + 8L * i, value);
      }
    }
  }
}
