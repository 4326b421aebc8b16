package dev.lamina.cpu;

import dev.lamina.matrix.DType;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/** Copies blocks to transposed places. */
final class Transposed {
  /** 16 × 16 float32 values: both sides of the copy touch whole cache lines. */
  private static final int EDGE = 16;

  private Transposed() {}

  /**
   * Copies a block so that {@code to[j][i] = from[i][j]}.
   *
   * @param from m×n
   * @param to n×m of the same element type; must not overlap {@code from}
   */
  static void copy(Block from, Block to) {
    for (int i = 0; i < from.rows(); i += EDGE) {
      int rows = Math.min(EDGE, from.rows() - i);
      for (int j = 0; j < from.cols(); j += EDGE) {
        int cols = Math.min(EDGE, from.cols() - j);
        copySquare(from, i, rows, j, cols, to);
      }
    }
  }

  private static void copySquare(Block from, int row, int rows, int col, int cols, Block to) {
    for (int j = col; j < col + cols; j++) {
      for (int i = row; i < row + rows; i++) {
        move(from, i, j, to, j, i);
      }
    }
  }

  /** Copies the strictly lower triangle of a square block to its strictly upper one. */
  static void lowerToUpper(Block square) {
    for (int j = 0; j < square.cols(); j++) {
      for (int i = j + 1; i < square.rows(); i++) {
        move(square, i, j, square, j, i);
      }
    }
  }

  /** Copies the strictly upper triangle of a square block to its strictly lower one. */
  static void upperToLower(Block square) {
    for (int i = 0; i < square.rows(); i++) {
      for (int j = 0; j < i; j++) {
        move(square, j, i, square, i, j);
      }
    }
  }

  private static void move(Block from, int i, int j, Block to, int k, int l) {
    MemorySegment source = from.segment();
    MemorySegment target = to.segment();
    long at = (long) i * from.stride() + j;
    long into = (long) k * to.stride() + l;
    if (from.dtype() == DType.FLOAT32) {
      float value = source.get(ValueLayout.JAVA_FLOAT_UNALIGNED, at * Float.BYTES);
      target.set(ValueLayout.JAVA_FLOAT_UNALIGNED, into * Float.BYTES, value);
    } else {
      double value = source.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, at * Double.BYTES);
      target.set(ValueLayout.JAVA_DOUBLE_UNALIGNED, into * Double.BYTES, value);
    }
  }
}
