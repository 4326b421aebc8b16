package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.training.Owned;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;

/** Makes float64 matrices on a backend, and owns them. */
final class Scratch implements AutoCloseable {
  private final Backend backend;
  private final Owned owned = new Owned();

  Scratch(Backend backend) {
    this.backend = backend;
  }

  /** Allocates a matrix of unspecified entries. */
  DeviceMatrix matrix(long rows, long cols) {
    return owned.add(backend.allocate(DType.FLOAT64, rows, cols));
  }

  /** Allocates a matrix like another. */
  DeviceMatrix like(Matrix other) {
    return matrix(other.rows(), other.cols());
  }

  DeviceMatrix zeros(long rows, long cols) {
    try (HostMatrix zeros = HostMatrix.allocate(DType.FLOAT64, rows, cols)) {
      return owned.add(backend.upload(zeros));
    }
  }

  DeviceMatrix upload(double[][] values) {
    try (HostMatrix host = HostMatrix.of(values)) {
      return owned.add(backend.upload(host));
    }
  }

  /** Uploads a matrix, widened to float64. */
  DeviceMatrix upload(HostMatrix values) {
    try (HostMatrix host = values.copy(DType.FLOAT64)) {
      return owned.add(backend.upload(host));
    }
  }

  /** Uploads the transpose of a matrix. */
  DeviceMatrix uploadTransposed(HostMatrix values) {
    try (HostMatrix host = HostMatrix.allocate(DType.FLOAT64, values.cols(), values.rows())) {
      for (long i = 0; i < values.rows(); i++) {
        for (long j = 0; j < values.cols(); j++) {
          host.set(j, i, values.get(i, j));
        }
      }
      return owned.add(backend.upload(host));
    }
  }

  DeviceMatrix identity(int n) {
    return diagonal(java.util.stream.IntStream.range(0, n).mapToDouble(i -> 1).toArray());
  }

  DeviceMatrix diagonal(double[] values) {
    try (HostMatrix host = HostMatrix.allocate(DType.FLOAT64, values.length, values.length)) {
      for (int i = 0; i < values.length; i++) {
        host.set(i, i, values[i]);
      }
      return owned.add(backend.upload(host));
    }
  }

  /** Returns op(A) op(B) in a new matrix. */
  DeviceMatrix product(Matrix a, boolean transposeA, Matrix b, boolean transposeB) {
    DeviceMatrix out = matrix(transposeA ? a.cols() : a.rows(), transposeB ? b.rows() : b.cols());
    backend.gram().gemm(a, transposeA, b, transposeB, 1, 0, out);
    return out;
  }

  DeviceMatrix copy(Matrix a) {
    return scaled(1, a);
  }

  /** Returns factor·A in a new matrix. */
  DeviceMatrix scaled(double factor, Matrix a) {
    DeviceMatrix out = like(a);
    backend.layers().add(factor, a, 0, out);
    return out;
  }

  /** Returns the entries of a matrix of the device. */
  static double[][] download(Backend backend, DeviceMatrix m) {
    try (HostMatrix host = HostMatrix.allocate(DType.FLOAT64, m.rows(), m.cols())) {
      backend.download(m, host);
      return host.toArray();
    }
  }

  double[][] download(DeviceMatrix m) {
    return download(backend, m);
  }

  /** Returns ‖A‖² (Frobenius). */
  double squaredNorm(Matrix a) {
    return backend.gram().dot(a, a);
  }

  Backend backend() {
    return backend;
  }

  @Override
  public void close() {
    owned.close();
  }
}
