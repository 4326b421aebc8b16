package dev.lamina.analysis.alignment;

import dev.lamina.analysis.training.Owned;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;

/**
 * Tangent kernels summed over the outputs, T = (Σ_c D_c D_cᵀ) ∘ G, N×N, and that of the network.
 * Owns its matrices.
 */
final class TraceKernels implements AutoCloseable {
  private final Backend backend;
  private final GramOps gram;
  private final int n;
  private final Owned owned = new Owned();
  private final DeviceMatrix labels;
  private final DeviceMatrix kernel;
  private final DeviceMatrix sum;

  TraceKernels(Backend backend, AlignmentExamples examples) {
    this.backend = backend;
    this.gram = backend.gram();
    this.n = examples.count();
    this.labels = owned.add(backend.allocate(DType.FLOAT64, n, n));
    this.kernel = owned.add(backend.allocate(DType.FLOAT64, n, n));
    this.sum = owned.add(Constants.filled(backend, n, n, 0));
    try (HostMatrix y = HostMatrix.of(examples.labels());
        DeviceMatrix rows = backend.upload(y)) {
      gram.rowProducts(rows, 1, 0, labels);
    }
  }

  /**
   * Measures a layer.
   *
   * @param d gradients of all outputs, (C·N)×n
   * @param g Gram matrix of the inputs
   * @param sums takes the results
   */
  void layer(DeviceMatrix d, DeviceMatrix g, LayerSums sums) {
    for (long from = 0; from < d.rows(); from += n) {
      gram.rowProducts(d.rows(from, from + n), 1, from == 0 ? 0 : 1, kernel);
    }
    gram.hadamard(g, kernel);
    sums.plainTrace = trace();
    gram.centre(kernel);
    sums.trace = trace();
    sums.traceNumerator = gram.dot(kernel, labels);
    sums.traceSquare = gram.dot(kernel, kernel);
    backend.layers().add(1, kernel, 1, sum);
  }

  /** Finds the norm of the sum over all layers that were measured. */
  void network(LayerSums sums) {
    sums.traceSquare = gram.dot(sum, sum);
  }

  private double trace() {
    try (HostMatrix copy = HostMatrix.allocate(DType.FLOAT64, n, n)) {
      backend.download(kernel, copy);
      double trace = 0;
      for (int i = 0; i < n; i++) {
        trace += copy.get(i, i);
      }
      return trace;
    }
  }

  @Override
  public void close() {
    owned.close();
  }
}
