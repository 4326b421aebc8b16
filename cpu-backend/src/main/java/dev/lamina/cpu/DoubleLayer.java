package dev.lamina.cpu;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.DenseGradient;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/** The products of a small fully connected layer in float64, on the calling thread. */
final class DoubleLayer {
  private DoubleLayer() {}

  /** Computes z = x Wᵀ + 1 bᵀ. */
  static void forward(
      LayerScratch scratch,
      HostMatrix x,
      HostMatrix w,
      Optional<? extends Matrix> bias,
      HostMatrix z) {
    int rows = (int) x.rows();
    int in = (int) w.cols();
    int out = (int) w.rows();
    double[] left = load(scratch, 0, x);
    double[] right = transposed(scratch, w);
    double[] start = scratch.doubles(2, DoubleProducts.stride(out));
    if (bias.isPresent()) {
      MemorySegment.copy(CpuMatrix.host(bias.get()).segment(), Chunks.F64, 0, start, 0, out);
    } else {
      Arrays.fill(start, 0);
    }
    double[] result = scratch.doubles(3, rows * DoubleProducts.stride(out));
    DoubleProducts.multiply(rows, out, in, left, in, 1, right, out, start, result);
    store(result, z);
  }

  /** Computes ∂loss/∂W = deltaᵀ x, ∂loss/∂b and, if wanted, ∂loss/∂x = delta W. */
  static void backward(
      LayerScratch scratch,
      HostMatrix x,
      HostMatrix w,
      HostMatrix delta,
      DenseGradient gradient,
      Optional<? extends Matrix> dx) {
    int rows = (int) x.rows();
    int in = (int) w.cols();
    int out = (int) w.rows();
    double[] left = load(scratch, 0, delta);
    double[] start = scratch.doubles(2, Math.max(DoubleProducts.stride(in), out));
    if (gradient.bias().isPresent()) {
      DoubleProducts.columnSums(rows, out, left, start);
      HostMatrix bias = CpuMatrix.host(gradient.bias().get());
      MemorySegment.copy(start, 0, bias.segment(), Chunks.F64, 0, out);
    }
    Arrays.fill(start, 0);
    double[] right = load(scratch, 1, x);
    int stride = DoubleProducts.stride(in);
    double[] result = scratch.doubles(3, Math.max(out, rows) * stride);
    DoubleProducts.multiply(out, in, rows, left, 1, out, right, in, start, result);
    store(result, CpuMatrix.host(gradient.weights()));
    if (dx.isPresent()) {
      right = load(scratch, 1, w);
      DoubleProducts.multiply(rows, in, out, left, out, 1, right, in, start, result);
      store(result, CpuMatrix.host(dx.get()));
    }
  }

  private static double[] load(LayerScratch scratch, int which, HostMatrix m) {
    int rows = (int) m.rows();
    int cols = (int) m.cols();
    double[] to = scratch.doubles(which, rows * cols);
    if (m.rowStride() == cols) {
      MemorySegment.copy(m.segment(), Chunks.F64, 0, to, 0, rows * cols);
    } else {
      for (int i = 0; i < rows; i++) {
        MemorySegment.copy(m.segment(), Chunks.F64, m.byteOffset(i, 0), to, i * cols, cols);
      }
    }
    return to;
  }

  private static double[] transposed(LayerScratch scratch, HostMatrix w) {
    int rows = (int) w.rows();
    int cols = (int) w.cols();
    double[] to = scratch.doubles(1, rows * cols);
    for (int i = 0; i < rows; i++) {
      long at = w.byteOffset(i, 0);
      for (int j = 0; j < cols; j++) {
        to[j * rows + i] = w.segment().get(Chunks.F64, at + (long) j * Double.BYTES);
      }
    }
    return to;
  }

  private static void store(double[] from, HostMatrix m) {
    int rows = (int) m.rows();
    int cols = (int) m.cols();
    int stride = DoubleProducts.stride(cols);
    if (stride == cols && m.rowStride() == cols) {
      MemorySegment.copy(from, 0, m.segment(), Chunks.F64, 0, rows * cols);
    } else {
      for (int i = 0; i < rows; i++) {
        MemorySegment.copy(from, i * stride, m.segment(), Chunks.F64, m.byteOffset(i, 0), cols);
      }
    }
  }
}
