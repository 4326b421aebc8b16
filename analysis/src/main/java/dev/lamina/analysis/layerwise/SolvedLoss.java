package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.SolveOps;

/**
 * The forms that need α = A⁻¹Y and at most A⁻¹: evidence, data term, training error, ridge
 * read-out. With B = A⁻¹ their gradients by K are ½(CB − ααᵀ) (Rasmussen and Williams 2006, (5.9),
 * for C outputs), −½ ααᵀ, −(σ⁴/2)(Bα αᵀ + α (Bα)ᵀ) (derived) and −(σ²/2) ααᵀ.
 */
final class SolvedLoss implements KernelLoss {
  private final Backend backend;
  private final ObjectiveSettings settings;
  private final Workspace workspace;

  SolvedLoss(Backend backend, ObjectiveSettings settings, Workspace workspace) {
    this.backend = backend;
    this.settings = settings;
    this.workspace = workspace;
  }

  @Override
  public LayerLoss evaluate(DeviceMatrix k, DeviceMatrix y, double noise, boolean gradient) {
    GramOps gram = backend.gram();
    SolveOps solve = backend.solve();
    Factor.replace(backend, workspace, k, noise);
    double logDeterminant = solve.logDeterminant(k);
    DeviceMatrix alpha = workspace.matrix("alpha", y.dtype(), y.rows(), y.cols());
    backend.layers().add(1, y, 0, alpha);
    solve.solve(k, alpha);
    double fit = gram.dot(y, alpha) / 2;
    double value =
        switch (settings.form()) {
          case EVIDENCE -> evidence(fit, logDeterminant, y.cols(), noise);
          case TRAINING_ERROR -> noise * noise / 2 * gram.dot(alpha, alpha);
          case RIDGE_READOUT -> noise * fit;
          default -> fit;
        };
    if (gradient) {
      gradient(k, alpha, noise);
    }
    return new LayerLoss(value, fit, logDeterminant);
  }

  private double evidence(double fit, double logDeterminant, long outputs, double noise) {
    // A free bias takes one direction away, whose eigenvalue in A is σ².
    double rest = settings.centred() ? logDeterminant - Math.log(noise) : logDeterminant;
    return fit + outputs / 2.0 * rest;
  }

  private void gradient(DeviceMatrix factor, DeviceMatrix alpha, double noise) {
    GramOps gram = backend.gram();
    switch (settings.form()) {
      case EVIDENCE -> {
        backend.solve().inverse(factor);
        gram.rowProducts(alpha, -0.5, alpha.cols() / 2.0, factor);
      }
      case TRAINING_ERROR -> {
        DeviceMatrix beta = workspace.matrix("beta", alpha.dtype(), alpha.rows(), alpha.cols());
        backend.layers().add(1, alpha, 0, beta);
        backend.solve().solve(factor, beta);
        double half = -noise * noise / 2;
        gram.gemm(beta, false, alpha, true, half, 0, factor);
        gram.gemm(alpha, false, beta, true, half, 1, factor);
      }
      case RIDGE_READOUT -> gram.rowProducts(alpha, -noise / 2, 0, factor);
      default -> gram.rowProducts(alpha, -0.5, 0, factor);
    }
  }
}
