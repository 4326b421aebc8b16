package dev.lamina.cpu;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import java.util.Arrays;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.IntVector;
import jdk.incubator.vector.VectorSpecies;

/** Copies what stands below the diagonal of a square matrix to above it. One per thread. */
final class Mirror {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private static final int L = F.length();

  // Squares of whole vectors are transposed at once. One of float32 is by log₂ L perfect shuffles
  // of its L rows: interleaving row i with row i + L/2 gives rows 2i and 2i + 1.
  private static final IntVector FIRST = interleaved(0);
  private static final IntVector SECOND = interleaved(L / 2);

  // Where the entries of a column lie in a square of float64 that is stored by rows:
  private static final int[] DOUBLE_COLUMN = column(D.length());

  private static int[] column(int edge) {
    int[] column = new int[edge];
    Arrays.setAll(column, i -> i * edge);
    return column;
  }

  /** Lanes {@code from …} of two vectors in turn, those of the second counted from L on. */
  private static IntVector interleaved(int from) {
    int[] lanes = new int[L];
    Arrays.setAll(lanes, k -> from + k / 2 + k % 2 * L);
    return IntVector.fromArray(IntVector.SPECIES_PREFERRED, lanes, 0);
  }

  private final float[] square = new float[L * L];
  private final float[] half = new float[L * L];
  private final double[] doubles = new double[D.length() * D.length()];

  /** Returns one for each worker. */
  static Mirror[] forEach(Workers workers) {
    Mirror[] mirrors = new Mirror[workers.threads()];
    Arrays.setAll(mirrors, _ -> new Mirror());
    return mirrors;
  }

  /**
   * Sets {@code m[j][i] = m[i][j]} for all i &gt; j of a tile.
   *
   * @param m square
   * @param row first row
   * @param rowEnd one past the last row
   * @param col first column, ≤ row
   * @param colEnd one past the last column
   */
  void lowerToUpper(HostMatrix m, long row, long rowEnd, long col, long colEnd) {
    boolean single = m.dtype() == DType.FLOAT32;
    int edge = single ? L : D.length();
    for (long i = row; i < rowEnd; i += edge) {
      for (long j = col; j < Math.min(colEnd, i + edge); j += edge) {
        if (i + edge > rowEnd || j + edge > colEnd || j + edge > i) {
          copy(m, i, Math.min(rowEnd, i + edge), j, Math.min(colEnd, j + edge));
        } else if (single) {
          transposeFloats(m, i, j);
        } else {
          transposeDoubles(m, i, j);
        }
      }
    }
  }

  private void transposeFloats(HostMatrix m, long row, long col) {
    MemorySegment s = m.segment();
    long stride = m.rowStride() * Float.BYTES;
    long from = m.byteOffset(row, col);
    for (int i = 0; i < L; i++) {
      FloatVector.fromMemorySegment(F, s, from + i * stride, ORDER).intoArray(square, i * L);
    }
    shuffle(square, 0, L, half);
    shuffleTwice(half, s, m.byteOffset(col, row), stride);
  }

  /**
   * Sets {@code to[toRow + j][toCol + i] = from[i·pitch + j]}.
   *
   * @param from lines of float32
   * @param pitch elements from one line to the next
   * @param lines number of lines
   * @param n entries of each
   * @param to float32 matrix
   * @param toRow row of the matrix that the first entries of the lines go to
   * @param toCol column that the first line goes to
   */
  void transpose(float[] from, int pitch, int lines, int n, HostMatrix to, long toRow, long toCol) {
    long stride = to.rowStride() * Float.BYTES;
    int wholeLines = lines - lines % L;
    int whole = n - n % L;
    for (int i = 0; i < wholeLines; i += L) {
      for (int j = 0; j < whole; j += L) {
        shuffle(from, i * pitch + j, pitch, square);
        shuffleTwice(square, to.segment(), to.byteOffset(toRow + j, toCol + i), stride);
      }
    }
    for (int i = 0; i < lines; i++) {
      for (int j = i < wholeLines ? whole : 0; j < n; j++) {
        to.set(toRow + j, toCol + i, from[i * pitch + j]);
      }
    }
  }

  /** Of a square's log₂ L shuffles all but the last two. */
  private static void shuffle(float[] from, int at, int pitch, float[] to) {
    switch (L) {
      case 16 -> shuffleTwice(from, at, pitch, to);
      case 8 -> shuffleOnce(from, at, pitch, to);
      case 4 -> {
        for (int i = 0; i < L; i++) {
          System.arraycopy(from, at + i * pitch, to, i * L, L);
        }
      }
      default -> throw new IllegalStateException("vectors of " + L + " float32");
    }
  }

  private static void shuffleOnce(float[] from, int at, int pitch, float[] to) {
    for (int i = 0; i < L / 2; i++) {
      IntVector a = FloatVector.fromArray(F, from, at + i * pitch).reinterpretAsInts();
      IntVector b = FloatVector.fromArray(F, from, at + (i + L / 2) * pitch).reinterpretAsInts();
      FIRST.selectFrom(a, b).reinterpretAsFloats().intoArray(to, 2 * i * L);
      SECOND.selectFrom(a, b).reinterpretAsFloats().intoArray(to, (2 * i + 1) * L);
    }
  }

  private static void shuffleTwice(float[] from, int at, int pitch, float[] to) {
    for (int i = 0; i < L / 4; i++) {
      int first = at + i * pitch;
      int step = L / 4 * pitch;
      IntVector a = FloatVector.fromArray(F, from, first).reinterpretAsInts();
      IntVector b = FloatVector.fromArray(F, from, first + step).reinterpretAsInts();
      IntVector c = FloatVector.fromArray(F, from, first + 2 * step).reinterpretAsInts();
      IntVector d = FloatVector.fromArray(F, from, first + 3 * step).reinterpretAsInts();
      IntVector ac = FIRST.selectFrom(a, c);
      IntVector bd = FIRST.selectFrom(b, d);
      FIRST.selectFrom(ac, bd).reinterpretAsFloats().intoArray(to, 4 * i * L);
      SECOND.selectFrom(ac, bd).reinterpretAsFloats().intoArray(to, (4 * i + 1) * L);
      ac = SECOND.selectFrom(a, c);
      bd = SECOND.selectFrom(b, d);
      FIRST.selectFrom(ac, bd).reinterpretAsFloats().intoArray(to, (4 * i + 2) * L);
      SECOND.selectFrom(ac, bd).reinterpretAsFloats().intoArray(to, (4 * i + 3) * L);
    }
  }

  private static void shuffleTwice(float[] from, MemorySegment to, long offset, long stride) {
    for (int i = 0; i < L / 4; i++) {
      int step = L / 4 * L;
      long at = offset + 4L * i * stride;
      IntVector a = FloatVector.fromArray(F, from, i * L).reinterpretAsInts();
      IntVector b = FloatVector.fromArray(F, from, i * L + step).reinterpretAsInts();
      IntVector c = FloatVector.fromArray(F, from, i * L + 2 * step).reinterpretAsInts();
      IntVector d = FloatVector.fromArray(F, from, i * L + 3 * step).reinterpretAsInts();
      IntVector ac = FIRST.selectFrom(a, c);
      IntVector bd = FIRST.selectFrom(b, d);
      FIRST.selectFrom(ac, bd).reinterpretAsFloats().intoMemorySegment(to, at, ORDER);
      SECOND.selectFrom(ac, bd).reinterpretAsFloats().intoMemorySegment(to, at + stride, ORDER);
      ac = SECOND.selectFrom(a, c);
      bd = SECOND.selectFrom(b, d);
      FIRST.selectFrom(ac, bd).reinterpretAsFloats().intoMemorySegment(to, at + 2 * stride, ORDER);
      SECOND.selectFrom(ac, bd).reinterpretAsFloats().intoMemorySegment(to, at + 3 * stride, ORDER);
    }
  }

  private void transposeDoubles(HostMatrix m, long row, long col) {
    MemorySegment s = m.segment();
    int edge = D.length();
    long stride = m.rowStride() * Double.BYTES;
    long from = m.byteOffset(row, col);
    long to = m.byteOffset(col, row);
    for (int i = 0; i < edge; i++) {
      DoubleVector.fromMemorySegment(D, s, from + i * stride, ORDER).intoArray(doubles, i * edge);
    }
    for (int j = 0; j < edge; j++) {
      DoubleVector.fromArray(D, doubles, j, DOUBLE_COLUMN, 0)
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
