package dev.lamina.cpu;

import dev.lamina.matrix.DType;
import java.lang.foreign.Arena;
import java.lang.foreign.ValueLayout;
import java.util.random.RandomGenerator;

/** Blocks with random or poisoned entries, and plain products of arrays to compare with. */
final class Blocks {
  private Blocks() {}

  /** Allocates a block whose memory, padding included, is all NaN. */
  static Block poisoned(Arena arena, DType type, int rows, int cols, int stride) {
    long elements = Math.max(1, (long) rows * stride);
    Block block = new Block(arena.allocate(elements * type.bytes(), 64), type, rows, cols, stride);
    for (long i = 0; i < elements; i++) {
      if (type == DType.FLOAT32) {
        block.segment().setAtIndex(ValueLayout.JAVA_FLOAT, i, Float.NaN);
      } else {
        block.segment().setAtIndex(ValueLayout.JAVA_DOUBLE, i, Double.NaN);
      }
    }
    return block;
  }

  /** Allocates a block of standard normal entries; its padding is NaN. */
  static Block random(
      Arena arena, RandomGenerator random, DType type, int rows, int cols, int stride) {
    Block block = poisoned(arena, type, rows, cols, stride);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        set(block, i, j, random.nextGaussian());
      }
    }
    return block;
  }

  static double get(Block b, int i, int j) {
    long index = (long) i * b.stride() + j;
    return b.dtype() == DType.FLOAT32
        ? b.segment().getAtIndex(ValueLayout.JAVA_FLOAT, index)
        : b.segment().getAtIndex(ValueLayout.JAVA_DOUBLE, index);
  }

  static void set(Block b, int i, int j, double value) {
    long index = (long) i * b.stride() + j;
    if (b.dtype() == DType.FLOAT32) {
      b.segment().setAtIndex(ValueLayout.JAVA_FLOAT, index, (float) value);
    } else {
      b.segment().setAtIndex(ValueLayout.JAVA_DOUBLE, index, value);
    }
  }

  static double[][] array(Block b) {
    double[][] values = new double[b.rows()][b.cols()];
    for (int i = 0; i < b.rows(); i++) {
      for (int j = 0; j < b.cols(); j++) {
        values[i][j] = get(b, i, j);
      }
    }
    return values;
  }

  /** Returns the lower triangle, zero above the diagonal. */
  static double[][] lower(Block b) {
    double[][] values = array(b);
    for (int i = 0; i < b.rows(); i++) {
      for (int j = i + 1; j < b.cols(); j++) {
        values[i][j] = 0;
      }
    }
    return values;
  }

  static double[][] transpose(double[][] a, int rows, int cols) {
    double[][] t = new double[cols][rows];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  static double[][] product(double[][] a, double[][] b, int inner) {
    double[][] c = new double[a.length][b.length == 0 ? 0 : b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < inner; k++) {
        for (int j = 0; j < c[i].length; j++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  static double[][] product(double[][] a, double[][] b) {
    return product(a, b, b.length);
  }
}
