package dev.lamina.analysis.regression;

import dev.lamina.backend.Backend;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;

/** Predicted means f(x) = Σ_i k(x, x_i) α_i, computed without storing the test × train matrix. */
final class KernelMean {

  private KernelMean() {}

  /**
   * Returns the means as a new float64 matrix; the caller closes it.
   *
   * @param train training inputs, N×d, in the type the kernel is computed in
   * @param weights α, N×t float64
   * @param test test inputs, M×d of either type
   * @return M×t float64
   */
  static HostMatrix of(
      Backend backend, Kernel kernel, Inputs train, HostMatrix weights, HostMatrix test) {
    train.requireSameCols("predict", test);
    DType type = train.matrix().dtype();
    try (Inputs inputs = Inputs.of(test, type)) {
      if (type == DType.FLOAT64) {
        return multiply(backend, kernel, inputs.matrix(), train.matrix(), weights);
      }
      try (HostMatrix rounded = weights.copy(type);
          HostMatrix out = multiply(backend, kernel, inputs.matrix(), train.matrix(), rounded)) {
        return out.copy(DType.FLOAT64);
      }
    }
  }

  private static HostMatrix multiply(
      Backend backend, Kernel kernel, HostMatrix test, HostMatrix train, HostMatrix weights) {
    HostMatrix out = HostMatrix.allocate(train.dtype(), test.rows(), weights.cols());
    try {
      backend.gram().multiply(kernel, test, train, weights, out);
      return out;
    } catch (RuntimeException | Error e) {
      out.close();
      throw e;
    }
  }
}
