package dev.lamina.analysis.sparsity;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.LayerOps;

/** The cost C of outputs Z_L, n_L×N with samples in columns. Owns its matrices. */
final class OutputCost implements AutoCloseable {
  private final Backend backend;
  private final LayerOps ops;
  private final RidgeProblem problem;
  private final Scratch scratch;
  private final DeviceMatrix targets;
  private final DeviceMatrix losses;
  private final HostMatrix hostLosses;
  // Of cross-entropy alone, whose operation has samples in rows.
  private DeviceMatrix identity;
  private DeviceMatrix logits;
  private DeviceMatrix logitGradient;

  OutputCost(Backend backend, RidgeProblem problem) {
    this.backend = backend;
    this.ops = backend.layers();
    this.problem = problem;
    this.scratch = new Scratch(backend);
    long outputs = problem.y().cols();
    long samples = problem.samples();
    boolean byRows =
        switch (problem.loss()) {
          case MSE, MEAN_SQUARE -> false;
          case CROSS_ENTROPY -> true;
        };
    targets = byRows ? scratch.upload(problem.y()) : scratch.uploadTransposed(problem.y());
    losses = scratch.matrix(targets.rows(), 1);
    hostLosses = HostMatrix.allocate(DType.FLOAT64, targets.rows(), 1);
    if (byRows) {
      identity = scratch.identity(Math.toIntExact(outputs));
      logits = scratch.matrix(samples, outputs);
      logitGradient = scratch.matrix(samples, outputs);
    }
  }

  /**
   * Computes C and its gradient.
   *
   * @param z outputs, n_L×N
   * @param gradient n_L×N, overwritten by ∂C/∂Z_L
   */
  double evaluate(DeviceMatrix z, DeviceMatrix gradient) {
    double factor = 1.0 / problem.samples();
    switch (problem.loss()) {
      case MSE -> ops.squaredError(z, targets, factor, losses, gradient);
      case MEAN_SQUARE -> ops.squaredError(z, targets, factor / z.rows(), losses, gradient);
      case CROSS_ENTROPY -> {
        backend.gram().gemm(z, true, identity, false, 1, 0, logits);
        ops.softmaxCrossEntropy(logits, targets, factor, losses, logitGradient);
        backend.gram().gemm(identity, false, logitGradient, true, 1, 0, gradient);
      }
    }
    backend.download(losses, hostLosses);
    double sum = 0;
    for (long i = 0; i < hostLosses.rows(); i++) {
      sum += hostLosses.get(i, 0);
    }
    return sum;
  }

  @Override
  public void close() {
    hostLosses.close();
    scratch.close();
  }
}
