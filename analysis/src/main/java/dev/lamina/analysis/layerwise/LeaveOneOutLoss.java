package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import dev.lamina.ops.GramOps;

/**
 * The leave-one-out forms. With B = A⁻¹ and α = BY the residual of sample i is α_i/B_ii and its
 * variance 1/B_ii (published: Rasmussen and Williams 2006, (5.12)). The gradient is (derived; the
 * likelihood's is (5.13) there in other words)
 *
 * <pre>  ∂loss/∂K = −B P B,   P = diag(q) + ½(ΓYᵀ + YΓᵀ),</pre>
 *
 * <p>with Γ_i = α_i/B_ii and q_i = −C/(2B_ii) − |α_i|²/(2B_ii²) for the likelihood, Γ_i = α_i/B_ii²
 * and q_i = −|α_i|²/B_ii³ for the squared error; as BY = α, B P B = B diag(q) B + ½(BΓ αᵀ + α
 * (BΓ)ᵀ), and all q_i are negative.
 *
 * <p>A free bias makes B = lim (K + s 11ᵀ + σ²I)⁻¹ = (HKH + σ²I)⁻¹ − 11ᵀ/(Nσ²) (derived): the
 * sample that is left out does not take part in the mean either.
 */
final class LeaveOneOutLoss implements KernelLoss {
  private final Backend backend;
  private final ObjectiveSettings settings;
  private final Workspace workspace;

  LeaveOneOutLoss(Backend backend, ObjectiveSettings settings, Workspace workspace) {
    this.backend = backend;
    this.settings = settings;
    this.workspace = workspace;
  }

  /** What one sample adds to the loss: its share, Γ_i/α_i and √(−q_i). */
  private record Share(double loss, double gamma, double root) {}

  @Override
  public LayerLoss evaluate(DeviceMatrix k, DeviceMatrix y, double noise, boolean gradient) {
    GramOps gram = backend.gram();
    if (settings.centred() && y.rows() < 2) {
      throw new ShapeException(
          "layer loss: leaving one out with a free bias needs at least 2 samples but there is 1");
    }
    Factor.replace(backend, workspace, k, noise);
    double logDeterminant = backend.solve().logDeterminant(k);
    DeviceMatrix alpha = workspace.matrix("alpha", y.dtype(), y.rows(), y.cols());
    backend.layers().add(1, y, 0, alpha);
    backend.solve().solve(k, alpha);
    double fit = gram.dot(y, alpha) / 2;
    backend.solve().inverse(k);
    if (settings.centred()) {
      gram.rowProducts(workspace.ones(k.dtype(), k.rows()), -1 / (noise * k.rows()), 1, k);
    }
    double value = 0;
    try (HostMatrix diagonal = diagonal(k);
        HostMatrix norms = rowNorms(alpha);
        HostMatrix gammas = HostMatrix.allocate(k.dtype(), k.rows(), 1);
        HostMatrix roots = HostMatrix.allocate(k.dtype(), k.rows(), 1)) {
      for (long i = 0; i < k.rows(); i++) {
        Share share = share(diagonal.get(i, 0), norms.get(i, 0), y.cols());
        value += share.loss();
        gammas.set(i, 0, share.gamma());
        roots.set(i, 0, share.root());
      }
      if (gradient) {
        gradient(k, alpha, gammas, roots);
      }
    }
    return new LayerLoss(value, fit, logDeterminant);
  }

  private Share share(double b, double norm, long outputs) {
    double square = norm * norm;
    if (settings.form() == Form.LOO_NLL) {
      double minusQ = (outputs + square / b) / (2 * b);
      double loss = (square / b - outputs * Math.log(b)) / 2;
      return new Share(loss, 1 / b, Math.sqrt(minusQ));
    }
    return new Share(square / (b * b) / 2, 1 / (b * b), norm / b / Math.sqrt(b));
  }

  /** Overwrites B by −B P B. */
  private void gradient(DeviceMatrix b, DeviceMatrix alpha, HostMatrix gammas, HostMatrix roots) {
    GramOps gram = backend.gram();
    DeviceMatrix gamma = workspace.matrix("gamma", alpha.dtype(), alpha.rows(), alpha.cols());
    DeviceMatrix product = workspace.matrix("beta", alpha.dtype(), alpha.rows(), alpha.cols());
    DeviceMatrix scaled = workspace.matrix("scaled", b.dtype(), b.rows(), b.rows());
    backend.layers().add(1, alpha, 0, gamma);
    gram.scaleRows(workspace.replace("factors", gammas), gamma);
    gram.gemm(b, false, gamma, false, 1, 0, product);
    backend.layers().add(1, b, 0, scaled);
    gram.scaleRows(workspace.replace("factors", roots), scaled);
    gram.gemm(scaled, true, scaled, false, 1, 0, b);
    gram.gemm(product, false, alpha, true, -0.5, 1, b);
    gram.gemm(alpha, false, product, true, -0.5, 1, b);
  }

  private HostMatrix diagonal(DeviceMatrix k) {
    DeviceMatrix column = workspace.matrix("column", k.dtype(), k.rows(), 1);
    backend.gram().diagonalOf(k, column);
    return onHost(column);
  }

  private HostMatrix rowNorms(DeviceMatrix x) {
    DeviceMatrix column = workspace.matrix("column", x.dtype(), x.rows(), 1);
    backend.gram().rowNorms(x, column);
    return onHost(column);
  }

  private HostMatrix onHost(DeviceMatrix column) {
    HostMatrix host = HostMatrix.allocate(column.dtype(), column.rows(), 1);
    backend.download(column, host);
    return host;
  }
}
