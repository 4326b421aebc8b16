package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.GramOps;

/**
 * Rivals that only ask how a centred kernel matrix K depends on centred targets Y: minus HSIC,
 * −tr(K YYᵀ)/(N − 1)² (Gretton et al. 2005, with a linear kernel of the targets), and minus the
 * alignment −tr(K YYᵀ)/(‖K‖ ‖YYᵀ‖) (Cortes et al. 2012; the CKA of Kornblith et al. 2019), whose
 * gradient is −YYᵀ/(‖K‖ ‖YYᵀ‖) + tr(K YYᵀ)/(‖K‖³ ‖YYᵀ‖) K.
 */
final class DependenceLoss implements KernelLoss {
  private final Backend backend;
  private final ObjectiveSettings settings;
  private final Workspace workspace;

  DependenceLoss(Backend backend, ObjectiveSettings settings, Workspace workspace) {
    this.backend = backend;
    this.settings = settings;
    this.workspace = workspace;
  }

  @Override
  public LayerLoss evaluate(DeviceMatrix k, DeviceMatrix y, double noise, boolean gradient) {
    if (y.rows() < 2) {
      throw new ShapeException(
          "layer loss: %s needs at least 2 samples but there is 1"
              .formatted(settings.form().text()));
    }
    GramOps gram = backend.gram();
    DeviceMatrix product = workspace.matrix("alpha", y.dtype(), y.rows(), y.cols());
    gram.gemm(k, false, y, false, 1, 0, product);
    double dependence = gram.dot(y, product);
    return settings.form() == Form.HSIC
        ? hsic(dependence, k, y, gradient)
        : alignment(dependence, k, y, gradient);
  }

  private LayerLoss hsic(double dependence, DeviceMatrix k, DeviceMatrix y, boolean gradient) {
    double factor = -1 / ((y.rows() - 1.0) * (y.rows() - 1.0));
    if (gradient) {
      backend.gram().rowProducts(y, factor, 0, k);
    }
    return LayerLoss.of(factor * dependence);
  }

  private LayerLoss alignment(double dependence, DeviceMatrix k, DeviceMatrix y, boolean gradient) {
    GramOps gram = backend.gram();
    DeviceMatrix outer = workspace.matrix("outer", y.dtype(), y.cols(), y.cols());
    gram.gemm(y, true, y, false, 1, 0, outer);
    double kernelNorm = Math.sqrt(gram.dot(k, k));
    double targetNorm = Math.sqrt(gram.dot(outer, outer));
    if (kernelNorm == 0 || targetNorm == 0) {
      throw new IllegalArgumentException(
          "layer loss: alignment is 0/0: %s the same for all samples"
              .formatted(kernelNorm == 0 ? "activations are" : "targets are"));
    }
    double alignment = dependence / kernelNorm / targetNorm;
    if (gradient) {
      gram.rowProducts(y, -1 / (kernelNorm * targetNorm), alignment / (kernelNorm * kernelNorm), k);
    }
    return LayerLoss.of(-alignment);
  }
}
