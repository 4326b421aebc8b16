package dev.lamina.cpu;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * Moves successive entries of matrices to float64 arrays and back, rounding once. What layers do
 * entry by entry is thus written once for both element types, as loops over short arrays.
 */
final class Chunks {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));
  private static final int L = D.length();
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private Chunks() {}

  /**
   * Reads entries.
   *
   * @param element elements between entry (0, 0) and the first that is read
   * @param n how many
   * @param to takes them from index 0
   */
  static void load(HostMatrix m, long element, int n, double[] to) {
    MemorySegment segment = m.segment();
    if (m.dtype() == DType.FLOAT64) {
      MemorySegment.copy(segment, F64, element * Double.BYTES, to, 0, n);
      return;
    }
    long at = element * Float.BYTES;
    int whole = n - n % L;
    int j = 0;
    for (; j < whole; j += L) {
      FloatVector v =
          FloatVector.fromMemorySegment(HALF, segment, at + (long) j * Float.BYTES, ORDER);
      ((DoubleVector) v.convertShape(VectorOperators.F2D, D, 0)).intoArray(to, j);
    }
    for (; j < n; j++) {
      to[j] = segment.get(F32, at + (long) j * Float.BYTES);
    }
  }

  /**
   * Writes entries.
   *
   * @param from the numbers, from index 0
   * @param n how many
   * @param element elements between entry (0, 0) and the first that is written
   */
  static void store(double[] from, int n, HostMatrix m, long element) {
    MemorySegment segment = m.segment();
    if (m.dtype() == DType.FLOAT64) {
      MemorySegment.copy(from, 0, segment, F64, element * Double.BYTES, n);
      return;
    }
    long at = element * Float.BYTES;
    int whole = n - n % L;
    int j = 0;
    for (; j < whole; j += L) {
      FloatVector v =
          (FloatVector)
              DoubleVector.fromArray(D, from, j).convertShape(VectorOperators.D2F, HALF, 0);
      v.intoMemorySegment(segment, at + (long) j * Float.BYTES, ORDER);
    }
    for (; j < n; j++) {
      segment.set(F32, at + (long) j * Float.BYTES, (float) from[j]);
    }
  }
}
