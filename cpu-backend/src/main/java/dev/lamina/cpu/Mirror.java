package dev.lamina.cpu;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies what stands below the diagonal of a square matrix to above it. */
final class Mirror {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  // Squares of whole vectors are transposed at once. Where the entries of a column lie in a square
  // that is stored by rows:
  private static final int[] FLOAT_COLUMN = column(F.length());
  private static final int[] DOUBLE_COLUMN = column(D.length());

  private static int[] column(int edge) {
    int[] column = new int[edge];
    Arrays.setAll(column, i -> i * edge);
    return column;
  }

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
    if (m.dtype() == DType.FLOAT32) {
      float[] square = new float[F.length() * F.length()];
      squares(F.length(), row, rowEnd, col, colEnd, m, (i, j) -> transposeFloats(m, i, j, square));
    } else {
      double[] square = new double[D.length() * D.length()];
      squares(D.length(), row, rowEnd, col, colEnd, m, (i, j) -> transposeDoubles(m, i, j, square));
    }
  }

  /** Transposes a square whose first entry has these indices. */
  @FunctionalInterface
  private interface Transpose {
    void at(long row, long col);
  }

  private static void squares(
      int edge, long row, long rowEnd, long col, long colEnd, HostMatrix m, Transpose transpose) {
    for (long i = row; i < rowEnd; i += edge) {
      for (long j = col; j < Math.min(colEnd, i + edge); j += edge) {
        if (i + edge <= rowEnd && j + edge <= colEnd && j + edge <= i) {
          transpose.at(i, j);
        } else {
          copy(m, i, Math.min(rowEnd, i + edge), j, Math.min(colEnd, j + edge));
        }
      }
    }
  }

  private static void transposeFloats(HostMatrix m, long row, long col, float[] square) {
    MemorySegment s = m.segment();
    int edge = F.length();
    long stride = m.rowStride() * Float.BYTES;
    long from = m.byteOffset(row, col);
    long to = m.byteOffset(col, row);
    for (int i = 0; i < edge; i++) {
      FloatVector.fromMemorySegment(F, s, from + i * stride, ORDER).intoArray(square, i * edge);
    }
    for (int j = 0; j < edge; j++) {
      FloatVector.fromArray(F, square, j, FLOAT_COLUMN, 0)
          .intoMemorySegment(s, to + j * stride, ORDER);
    }
  }

  private static void transposeDoubles(HostMatrix m, long row, long col, double[] square) {
    MemorySegment s = m.segment();
    int edge = D.length();
    long stride = m.rowStride() * Double.BYTES;
    long from = m.byteOffset(row, col);
    long to = m.byteOffset(col, row);
    for (int i = 0; i < edge; i++) {
      DoubleVector.fromMemorySegment(D, s, from + i * stride, ORDER).intoArray(square, i * edge);
    }
    for (int j = 0; j < edge; j++) {
      DoubleVector.fromArray(D, square, j, DOUBLE_COLUMN, 0)
          .intoMemorySegment(s, to + j * stride, ORDER);
    }
  }

  private static void copy(HostMatrix m, long row, long rowEnd, long col, long colEnd) {
    for (long i = row; i < rowEnd; i++) {
      for (long j = col; j < Math.min(colEnd, i); j++) {
        m.set(j, i, m.get(i, j));
      }
    }
  }
}
