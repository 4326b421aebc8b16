package dev.lamina.cpu;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/** Sums over the columns of one or two rows in float64, whatever the element type. */
final class RowDistance {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(Math.max(64, D.vectorBitSize() / 2)));
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private RowDistance() {}

  /**
   * Returns 1 − cos free of cancellation: ½‖x/‖x‖ − z/‖z‖‖² for nearly parallel rows, 2 − ½‖x/‖x‖ +
   * z/‖z‖‖² for nearly opposite ones.
   *
   * @param scaleX 1/‖x‖
   * @param scaleZ 1/‖z‖
   * @param opposite whether the rows are nearly opposite
   */
  static double complement(
      HostMatrix x, long i, double scaleX, HostMatrix z, long j, double scaleZ, boolean opposite) {
    return opposite
        ? 2 - 0.5 * squaredDistance(x, i, scaleX, z, j, -scaleZ)
        : 0.5 * squaredDistance(x, i, scaleX, z, j, scaleZ);
  }

  /** Returns Σ (scaleX·x − scaleZ·z)² over the columns of row i of x and row j of z. */
  static double squaredDistance(
      HostMatrix x, long i, double scaleX, HostMatrix z, long j, double scaleZ) {
    return x.dtype() == DType.FLOAT32
        ? squaredDistance32(x, i, scaleX, z, j, scaleZ)
        : squaredDistance64(x, i, scaleX, z, j, scaleZ);
  }

  private static double squaredDistance32(
      HostMatrix x, long i, double scaleX, HostMatrix z, long j, double scaleZ) {
    int d = Math.toIntExact(x.cols());
    MemorySegment a = x.segment();
    MemorySegment b = z.segment();
    long atA = x.byteOffset(i, 0);
    long atB = z.byteOffset(j, 0);
    DoubleVector sum = DoubleVector.zero(D);
    int c = 0;
    for (; c <= d - D.length(); c += D.length()) {
      DoubleVector u = widen(a, atA + 4L * c).mul(scaleX);
      DoubleVector v = widen(b, atB + 4L * c).mul(scaleZ);
      DoubleVector e = u.sub(v);
      sum = e.fma(e, sum);
    }
    double total = Elementary.sum(sum);
    for (; c < d; c++) {
      double u = a.get(ValueLayout.JAVA_FLOAT_UNALIGNED, atA + 4L * c) * scaleX;
      double v = b.get(ValueLayout.JAVA_FLOAT_UNALIGNED, atB + 4L * c) * scaleZ;
      total += (u - v) * (u - v);
    }
    return total;
  }

  private static double squaredDistance64(
      HostMatrix x, long i, double scaleX, HostMatrix z, long j, double scaleZ) {
    int d = Math.toIntExact(x.cols());
    MemorySegment a = x.segment();
    MemorySegment b = z.segment();
    long atA = x.byteOffset(i, 0);
    long atB = z.byteOffset(j, 0);
    DoubleVector sum = DoubleVector.zero(D);
    int c = 0;
    for (; c <= d - D.length(); c += D.length()) {
      DoubleVector u = DoubleVector.fromMemorySegment(D, a, atA + 8L * c, ORDER).mul(scaleX);
      DoubleVector v = DoubleVector.fromMemorySegment(D, b, atB + 8L * c, ORDER).mul(scaleZ);
      DoubleVector e = u.sub(v);
      sum = e.fma(e, sum);
    }
    double total = Elementary.sum(sum);
    for (; c < d; c++) {
      double u = a.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, atA + 8L * c) * scaleX;
      double v = b.get(ValueLayout.JAVA_DOUBLE_UNALIGNED, atB + 8L * c) * scaleZ;
      total += (u - v) * (u - v);
    }
    return total;
  }

  private static DoubleVector widen(MemorySegment segment, long offset) {
    return (DoubleVector)
        FloatVector.fromMemorySegment(HALF, segment, offset, ORDER).castShape(D, 0);
  }

  /** Returns ‖x‖² of row i; ∞ or NaN if an entry is, or if the sum overflows. */
  static double squaredNorm(HostMatrix x, long i) {
    int d = Math.toIntExact(x.cols());
    MemorySegment a = x.segment();
    long at = x.byteOffset(i, 0);
    DoubleVector sum = DoubleVector.zero(D);
    boolean single = x.dtype() == DType.FLOAT32;
    int bytes = x.dtype().bytes();
    int c = 0;
    for (; c <= d - D.length(); c += D.length()) {
      long offset = at + (long) bytes * c;
      DoubleVector u =
          single ? widen(a, offset) : DoubleVector.fromMemorySegment(D, a, offset, ORDER);
      sum = u.fma(u, sum);
    }
    double total = Elementary.sum(sum);
    for (; c < d; c++) {
      double u = x.get(i, c);
      total += u * u;
    }
    return total;
  }
}
