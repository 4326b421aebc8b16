package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.WideLayer;

/**
 * The kernel matrices of a layer's activations at each depth above it: K⁽⁰⁾ = (σ_a²/n) ΦΦᵀ + σ_b²
 * 11ᵀ, K⁽ʳ⁺¹⁾ = σ_w² k₁(K⁽ʳ⁾) + σ_b², where the random kernel of the wide layers above is replaced
 * by its mean (derived; exact as their widths grow), and the way back from ∂loss/∂K⁽ᵖ⁾ to ∂loss/∂Φ.
 */
final class KernelChain {
  private final GramOps gram;
  private final ObjectiveSettings settings;
  private final Workspace workspace;

  KernelChain(Backend backend, ObjectiveSettings settings, Workspace workspace) {
    this.gram = backend.gram();
    this.settings = settings;
    this.workspace = workspace;
  }

  /**
   * Computes K⁽ᵖ⁾ and keeps what the plan says.
   *
   * @param phi N×n
   * @param plan which matrices to keep; a plan that keeps none if there is no way back
   * @return K⁽ᵖ⁾, which the caller may overwrite
   */
  DeviceMatrix top(DeviceMatrix phi, ChainPlan plan) {
    DeviceMatrix work = square("kernel", phi);
    DeviceMatrix below = null;
    for (int r = 0; r <= settings.layersAbove(); r++) {
      int place = plan.nearest(r);
      boolean keep = place >= 0 && plan.kept().get(place) == r;
      DeviceMatrix at = keep ? kept(place, phi) : work;
      if (r == 0) {
        bottom(phi, at);
      } else {
        gram.arcCosine(layer(), below, at);
      }
      below = at;
    }
    return work;
  }

  /**
   * Goes back from K⁽ᵖ⁾ to the activations.
   *
   * @param phi N×n, those of {@link #top}
   * @param plan that of {@link #top}
   * @param g ∂loss/∂K⁽ᵖ⁾, symmetric; overwritten by ∂loss/∂K⁽⁰⁾
   * @param gradient N×n, overwritten by ∂loss/∂Φ = 2 (σ_a²/n) ∂loss/∂K⁽⁰⁾ Φ
   */
  void back(DeviceMatrix phi, ChainPlan plan, DeviceMatrix g, DeviceMatrix gradient) {
    for (int r = settings.layersAbove() - 1; r >= 0; r--) {
      gram.arcCosineAdjoint(layer(), at(r, phi, plan), g);
    }
    gram.gemm(g, false, phi, false, 2 * scale(phi), 0, gradient);
  }

  /** Returns K⁽ʳ⁾, from memory or computed again. */
  private DeviceMatrix at(int depth, DeviceMatrix phi, ChainPlan plan) {
    int place = plan.nearest(depth);
    if (place >= 0 && plan.kept().get(place) == depth) {
      return kept(place, phi);
    }
    DeviceMatrix again = square("kernel again", phi);
    int from = 0;
    if (place < 0) {
      bottom(phi, again);
    } else {
      from = plan.kept().get(place) + 1;
      gram.arcCosine(layer(), kept(place, phi), again);
    }
    for (int r = from; r < depth; r++) {
      gram.arcCosine(layer(), again, again);
    }
    return again;
  }

  private void bottom(DeviceMatrix phi, DeviceMatrix out) {
    double bias = settings.biasVariance();
    if (bias > 0) {
      gram.rowProducts(workspace.ones(phi.dtype(), phi.rows()), bias, 0, out);
    }
    gram.rowProducts(phi, scale(phi), bias > 0 ? 1 : 0, out);
  }

  private double scale(DeviceMatrix phi) {
    return settings.readoutVariance() / phi.cols();
  }

  private WideLayer layer() {
    return new WideLayer(settings.weightVariance(), settings.biasVariance());
  }

  private DeviceMatrix kept(int place, DeviceMatrix phi) {
    return square("kernel " + place, phi);
  }

  private DeviceMatrix square(String name, DeviceMatrix phi) {
    DType dtype = phi.dtype();
    return workspace.matrix(name, dtype, phi.rows(), phi.rows());
  }
}
