package dev.lamina.cpu;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.DenseGradient;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.Optional;

/** The products of a small fully connected layer in float32, on the calling thread. */
final class FloatLayer {
  private FloatLayer() {}

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
    float[] left = load(scratch, 0, x);
    float[] right = transposed(scratch, w);
    float[] start = scratch.singles(2, FloatProducts.stride(out));
    if (bias.isPresent()) {
      MemorySegment.copy(CpuMatrix.host(bias.get()).segment(), Chunks.F32, 0, start, 0, out);
    } else {
      Arrays.fill(start, 0);
    }
    float[] result = scratch.singles(3, rows * FloatProducts.stride(out));
    FloatProducts.multiply(rows, out, in, left, in, 1, right, out, start, result);
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
    float[] left = load(scratch, 0, delta);
    float[] start = scratch.singles(2, Math.max(FloatProducts.stride(in), out));
    if (gradient.bias().isPresent()) {
      FloatProducts.columnSums(rows, out, left, start);
      HostMatrix bias = CpuMatrix.host(gradient.bias().get());
      MemorySegment.copy(start, 0, bias.segment(), Chunks.F32, 0, out);
    }
    Arrays.fill(start, 0);
    float[] right = load(scratch, 1, x);
    int stride = FloatProducts.stride(in);
    float[] result = scratch.singles(3, Math.max(out, rows) * stride);
    FloatProducts.multiply(out, in, rows, left, 1, out, right, in, start, result);
    store(result, CpuMatrix.host(gradient.weights()));
    if (dx.isPresent()) {
      right = load(scratch, 1, w);
      FloatProducts.multiply(rows, in, out, left, out, 1, right, in, start, result);
      store(result, CpuMatrix.host(dx.get()));
    }
  }

  private static float[] load(LayerScratch scratch, int which, HostMatrix m) {
    int rows = (int) m.rows();
    int cols = (int) m.cols();
    float[] to = scratch.singles(which, rows * cols);
    if (m.rowStride() == cols) {
      MemorySegment.copy(m.segment(), Chunks.F32, 0, to, 0, rows * cols);
    } else {
      for (int i = 0; i < rows; i++) {
        MemorySegment.copy(m.segment(), Chunks.F32, m.byteOffset(i, 0), to, i * cols, cols);
      }
    }
    return to;
  }

  private static float[] transposed(LayerScratch scratch, HostMatrix w) {
    int rows = (int) w.rows();
    int cols = (int) w.cols();
    float[] to = scratch.singles(1, rows * cols);
    for (int i = 0; i < rows; i++) {
      long at = w.byteOffset(i, 0);
      for (int j = 0; j < cols; j++) {
        to[j * rows + i] = w.segment().get(Chunks.F32, at + (long) j * Float.BYTES);
      }
    }
    return to;
  }

  private static void store(float[] from, HostMatrix m) {
    int rows = (int) m.rows();
    int cols = (int) m.cols();
    int stride = FloatProducts.stride(cols);
    if (stride == cols && m.rowStride() == cols) {
      MemorySegment.copy(from, 0, m.segment(), Chunks.F32, 0, rows * cols);
    } else {
      for (int i = 0; i < rows; i++) {
        MemorySegment.copy(from, i * stride, m.segment(), Chunks.F32, m.byteOffset(i, 0), cols);
      }
    }
  }
}
