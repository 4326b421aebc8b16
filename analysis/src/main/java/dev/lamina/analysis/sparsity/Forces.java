package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import java.util.ArrayList;
import java.util.List;

/**
 * Attraction and repulsion of the representations of a network (the paper names the terms; the
 * formulas are derived here and held to finite differences).
 *
 * <pre>
 *   A_l = ∂‖Z_l B_{l−1}⁺‖²/∂Z_l = 2 Z_l M_{l−1}⁺
 *   R_l = ∂‖Z_{l+1} B_l⁺‖²/∂Z_l = −2 [Wᵀ W B_l⁺ᵀ]∘σ′(Z_l),   W = Z_{l+1} B_l⁺, without the bias row
 * </pre>
 *
 * <p>R_l in that form holds where B_l has rank N. Trained networks usually have a lower one, and
 * {@link ForceForm#MULTIPLIER} applies. At a local minimum A_l + R_l = 0 on the rows of B_{l−1}.
 */
public final class Forces {
  private Forces() {}

  /**
   * {@return the forces on Z_1 to Z_L}
   *
   * @param backend computes
   * @param network plain; its weights count as projected, which keeps its representations
   * @param problem data, cost, λ and β
   */
  public static List<LayerForces> of(Backend backend, Network network, RidgeProblem problem) {
    try (ProjectedNetwork projected = new ProjectedNetwork(backend, network, problem)) {
      return of(backend, projected, problem);
    }
  }

  static List<LayerForces> of(Backend backend, ProjectedNetwork network, RidgeProblem problem) {
    List<LayerForces> all = new ArrayList<>();
    for (int l = 1; l <= network.shape().depth(); l++) {
      all.add(layer(backend, network, problem, l));
    }
    return all;
  }

  private static LayerForces layer(
      Backend backend, ProjectedNetwork network, RidgeProblem problem, int l) {
    try (Scratch scratch = new Scratch(backend)) {
      DeviceMatrix attraction = attraction(network, l, scratch);
      ForceForm form = form(network, problem, l);
      DeviceMatrix repulsion =
          form == ForceForm.PLAIN
              ? plain(backend, network, l, scratch)
              : scratch.scaled(1 / problem.lambda(), network.costGradient(l));
      DeviceMatrix sum = scratch.copy(attraction);
      backend.layers().add(1, repulsion, 1, sum);
      DeviceMatrix seen = network.space(l - 1).project(sum, scratch);
      return new LayerForces(
          l,
          scratch.download(attraction),
          scratch.download(repulsion),
          form,
          residual(scratch, seen, attraction, repulsion));
    }
  }

  static double residual(Scratch scratch, DeviceMatrix sum, DeviceMatrix a, DeviceMatrix r) {
    double scale = Math.max(scratch.squaredNorm(a), scratch.squaredNorm(r));
    return scale > 0 ? Math.sqrt(scratch.squaredNorm(sum) / scale) : 0;
  }

  private static ForceForm form(ProjectedNetwork network, RidgeProblem problem, int l) {
    if (l == network.shape().depth()) {
      return ForceForm.COST;
    }
    return network.space(l).rank() == problem.samples() ? ForceForm.PLAIN : ForceForm.MULTIPLIER;
  }

  private static DeviceMatrix attraction(ProjectedNetwork network, int l, Scratch scratch) {
    DeviceMatrix half =
        network.space(l - 1).timesTransposedPseudoInverse(network.weights(l), scratch);
    return scratch.scaled(2, half);
  }

  /** −[Wᵀ A_{l+1}]∘σ′(Z_l): A_{l+1} = 2 W B_l⁺ᵀ. */
  private static DeviceMatrix plain(
      Backend backend, ProjectedNetwork network, int l, Scratch scratch) {
    DeviceMatrix above = attraction(network, l + 1, scratch);
    DeviceMatrix all = scratch.product(network.weights(l + 1), true, above, false);
    DeviceMatrix r = scratch.scaled(-1, all.rows(0, network.shape().width(l)));
    backend.layers().activateBackward(network.shape().activations().get(l - 1), network.z(l), r);
    return r;
  }
}
