package dev.lamina.analysis.sparsity;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;

/** Makes the matrices B_l = [σ(Z_l); β1ᵀ] on a device. */
final class Representations {
  private Representations() {}

  /** Returns B_0 = [Xᵀ; β1ᵀ]. */
  static DeviceMatrix firstB(Scratch scratch, RidgeProblem problem) {
    HostMatrix x = problem.x();
    int extra = problem.constantRows();
    try (HostMatrix host = HostMatrix.allocate(DType.FLOAT64, x.cols() + extra, x.rows())) {
      for (long i = 0; i < x.rows(); i++) {
        for (long j = 0; j < x.cols(); j++) {
          host.set(j, i, x.get(i, j));
        }
        if (extra == 1) {
          host.set(x.cols(), i, problem.biasStrength());
        }
      }
      return scratch.upload(host);
    }
  }

  /** Returns B_l with zeros for σ(Z_l) above the constant row. */
  static DeviceMatrix constantB(Scratch scratch, RidgeProblem problem, long width) {
    long n = problem.samples();
    try (HostMatrix host = HostMatrix.allocate(DType.FLOAT64, width + problem.constantRows(), n)) {
      for (long i = 0; i < n && problem.constantRows() == 1; i++) {
        host.set(width, i, problem.biasStrength());
      }
      return scratch.upload(host);
    }
  }
}
