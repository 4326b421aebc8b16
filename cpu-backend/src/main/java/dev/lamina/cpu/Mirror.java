package dev.lamina.cpu;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies what stands below the diagonal of a square matrix to above it. */
final class Mirror {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  /** Edge of the squares that are transposed at once: a vector of float32, a whole cache line. */
  private static final int EDGE = F.length();

  /** Where the entries of a column lie in a square stored by rows. */
  private static final int[] COLUMN = new int[EDGE];

  static {
    Arrays.setAll(COLUMN, i -> i * EDGE);
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
    float[] square = new float[EDGE * EDGE + EDGE];
    for (long i = row; i < rowEnd; i += EDGE) {
      for (long j = col; j < Math.min(colEnd, i + EDGE); j += EDGE) {
        boolean whole = i + EDGE <= rowEnd && j + EDGE <= colEnd && j + EDGE <= i;
        if (whole && m.dtype() == DType.FLOAT32) {
          transpose(m, i, j, square);
        } else {
          copy(m, i, Math.min(rowEnd, i + EDGE), j, Math.min(colEnd, j + EDGE));
        }
      }
    }
  }

  private static void transpose(HostMatrix m, long row, long col, float[] square) {
    MemorySegment s = m.segment();
    long stride = m.rowStride() * Float.BYTES;
    long from = m.byteOffset(row, col);
    long to = m.byteOffset(col, row);
    for (int i = 0; i < EDGE; i++) {
      FloatVector.fromMemorySegment(F, s, from + i * stride, ORDER).intoArray(square, i * EDGE);
    }
    for (int j = 0; j < EDGE; j++) {
      FloatVector.fromArray(F, square, j, COLUMN, 0).intoMemorySegment(s, to + j * stride, ORDER);
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
