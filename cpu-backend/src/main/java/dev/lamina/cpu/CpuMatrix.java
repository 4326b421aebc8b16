package dev.lamina.cpu;

import dev.lamina.backend.BackendId;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;

/**
 * A matrix of the {@code cpu} backend: host memory under another name.
 *
 * @param host where the entries are; closing this matrix closes it
 */
record CpuMatrix(HostMatrix host) implements DeviceMatrix {

  /**
   * Returns the host memory of a matrix.
   *
   * @throws IllegalArgumentException if the matrix belongs to another backend
   */
  static HostMatrix host(Matrix m) {
    return switch (m) {
      case HostMatrix host -> host;
      case CpuMatrix cpu -> cpu.host();
      case DeviceMatrix other ->
          throw new IllegalArgumentException(
              "the cpu backend needs host matrices or its own but has a %s matrix of the %s backend"
                  .formatted(other.shape(), other.backend()));
    };
  }

  @Override
  public String backend() {
    return BackendId.CPU.text();
  }

  @Override
  public long rows() {
    return host.rows();
  }

  @Override
  public long cols() {
    return host.cols();
  }

  @Override
  public long rowStride() {
    return host.rowStride();
  }

  @Override
  public DType dtype() {
    return host.dtype();
  }

  @Override
  public CpuMatrix rows(long from, long to) {
    return new CpuMatrix(host.rows(from, to));
  }

  @Override
  public CpuMatrix reshape(long rows, long cols) {
    return new CpuMatrix(host.reshape(rows, cols));
  }

  @Override
  public void close() {
    host.close();
  }

  @Override
  public String toString() {
    return "CpuMatrix[" + shape() + "]";
  }
}
