package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.GramOps;

/**
 * The evidence form to second order in K (derived): with ‖·‖ the Frobenius norm,
 *
 * <pre>
 *   ½ tr YᵀA⁻¹Y ≈ |Y|²/(2σ²) − tr(YᵀKY)/(2σ⁴) + tr(YᵀK²Y)/(2σ⁶),
 *   log det A  ≈ N log σ² + tr K/σ² − ‖K‖²/(2σ⁴),
 *   ∂loss/∂K  ≈ C/(2σ²) I − YYᵀ/(2σ⁴) − C/(2σ⁴) K + (KYYᵀ + YYᵀK)/(2σ⁶).
 * </pre>
 *
 * <p>The leading term with labels, −tr(K YYᵀ)/(2σ⁴), is the independence criterion HSIC with a
 * linear label kernel, centred if the form is.
 */
final class HighNoiseLoss implements KernelLoss {
  private final Backend backend;
  private final ObjectiveSettings settings;
  private final Workspace workspace;

  HighNoiseLoss(Backend backend, ObjectiveSettings settings, Workspace workspace) {
    this.backend = backend;
    this.settings = settings;
    this.workspace = workspace;
  }

  @Override
  public LayerLoss evaluate(DeviceMatrix k, DeviceMatrix y, double noise, boolean gradient) {
    GramOps gram = backend.gram();
    DeviceMatrix product = workspace.matrix("alpha", y.dtype(), y.rows(), y.cols());
    gram.gemm(k, false, y, false, 1, 0, product);
    double square = noise * noise;
    double fit =
        (gram.dot(y, y) - (gram.dot(y, product) - gram.dot(product, product) / noise) / noise)
            / (2 * noise);
    double logDeterminant =
        k.rows() * Math.log(noise) + trace(k) / noise - gram.dot(k, k) / (2 * square);
    double outputs = y.cols();
    if (gradient) {
      gram.rowProducts(y, -1 / (2 * square), -outputs / (2 * square), k);
      double third = 1 / (2 * square * noise);
      gram.gemm(product, false, y, true, third, 1, k);
      gram.gemm(y, false, product, true, third, 1, k);
      gram.addToDiagonal(outputs / (2 * noise), k);
    }
    double rest = settings.centred() ? logDeterminant - Math.log(noise) : logDeterminant;
    return new LayerLoss(fit + outputs / 2 * rest, fit, logDeterminant);
  }

  private double trace(DeviceMatrix k) {
    DeviceMatrix column = workspace.matrix("column", k.dtype(), k.rows(), 1);
    backend.gram().diagonalOf(k, column);
    return backend.gram().dot(column, workspace.ones(k.dtype(), k.rows()));
  }
}
