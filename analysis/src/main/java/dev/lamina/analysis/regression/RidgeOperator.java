package dev.lamina.analysis.regression;

import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.LinearOperator;

/**
 * v ↦ (K + ridge·I) v on float64 vectors, with K evaluated in the type of the inputs and never
 * stored.
 *
 * @param backend what computes
 * @param kernel k
 * @param x N×d; float32 inputs make a float32 product of the rounded vectors
 * @param ridge multiple of the identity
 * @param progress advances by one with each product
 */
record RidgeOperator(Backend backend, Kernel kernel, HostMatrix x, double ridge, Progress progress)
    implements LinearOperator {

  @Override
  public long size() {
    return x.rows();
  }

  @Override
  public void apply(Matrix v, Matrix out) {
    HostMatrix in = host(v);
    HostMatrix result = host(out);
    if (x.dtype() == DType.FLOAT64) {
      backend.gram().multiply(kernel, x, x, in, result);
    } else {
      try (HostMatrix rounded = in.copy(DType.FLOAT32);
          HostMatrix product = HostMatrix.allocate(DType.FLOAT32, in.rows(), in.cols())) {
        backend.gram().multiply(kernel, x, x, rounded, product);
        result.copyFrom(product);
      }
    }
    for (long i = 0; i < in.rows(); i++) {
      for (long c = 0; c < in.cols(); c++) {
        result.set(i, c, result.get(i, c) + ridge * in.get(i, c));
      }
    }
    progress.advance(1);
  }

  private static HostMatrix host(Matrix m) {
    if (m instanceof HostMatrix host) {
      return host;
    }
    throw new IllegalArgumentException(
        "the ridge operator takes vectors in host memory but was given " + m.shape());
  }
}
