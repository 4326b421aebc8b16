package dev.lamina.analysis.alignment;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;

/** Matrices of one number. */
final class Constants {
  private Constants() {}

  /** Returns a row of ones; the caller closes it. */
  static DeviceMatrix ones(Backend backend, long cols) {
    return filled(backend, 1, cols, 1);
  }

  /** Returns a matrix; the caller closes it. */
  static DeviceMatrix filled(Backend backend, long rows, long cols, double value) {
    try (HostMatrix host = HostMatrix.allocate(DType.FLOAT64, rows, cols)) {
      host.fill(value);
      return backend.upload(host);
    }
  }
}
