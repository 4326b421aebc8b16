package dev.lamina.kernel;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;

/** Kernel matrices as a user gets them: computed by the {@code cpu} backend. */
final class Computed implements AutoCloseable {
  private final Backend backend = ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());

  /** Returns k(x_i, z_j) in float64. */
  double[][] matrix(Kernel kernel, double[][] x, double[][] z) {
    try (HostMatrix mx = HostMatrix.of(x);
        HostMatrix mz = HostMatrix.of(z);
        HostMatrix out = HostMatrix.allocate(DType.FLOAT64, x.length, z.length)) {
      backend.gram().compute(kernel, mx, mz, out);
      return out.toArray();
    }
  }

  /** Returns k(x_i, x_j) in float64. */
  double[][] matrix(Kernel kernel, double[][] x) {
    try (HostMatrix mx = HostMatrix.of(x);
        HostMatrix out = HostMatrix.allocate(DType.FLOAT64, x.length, x.length)) {
      backend.gram().compute(kernel, mx, mx, out);
      return out.toArray();
    }
  }

  /**
   * Returns the angle between row i of x and row i of z under the kernel.
   *
   * @param dtype element type of inputs and results
   */
  double[] angles(Kernel kernel, DType dtype, double[][] x, double[][] z) {
    try (HostMatrix wideX = HostMatrix.of(x);
        HostMatrix wideZ = HostMatrix.of(z);
        HostMatrix mx = wideX.copy(dtype);
        HostMatrix mz = wideZ.copy(dtype);
        HostMatrix out = HostMatrix.allocate(dtype, x.length, z.length);
        HostMatrix angles = HostMatrix.allocate(dtype, x.length, z.length)) {
      backend.gram().compute(kernel, mx, mz, out, angles);
      double[] diagonal = new double[x.length];
      for (int i = 0; i < x.length; i++) {
        diagonal[i] = angles.get(i, i);
      }
      return diagonal;
    }
  }

  /** Returns two inputs of the plane with the given mean squares and angle. */
  static double[][] pair(double xx, double zz, double angle) {
    double a = Math.sqrt(2 * xx);
    double b = Math.sqrt(2 * zz);
    return new double[][] {{a, 0}, {b * Math.cos(angle), b * Math.sin(angle)}};
  }

  @Override
  public void close() {
    backend.close();
  }
}
