package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DeviceMatrix;
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
 * {@link ForceForm#MULTIPLIER} applies. At a local minimum A_l + R_l = 0 on the rows of B_{l−1}. On
 * kinks of relu and its like that holds for some slope between those of both sides, see {@link
 * KinkSlopes}, and that slope is taken for σ′; with the slope of one side the rest would be as
 * large as the forces.
 */
public final class Forces {
  private final Backend backend;
  private final ProjectedNetwork network;
  private final RidgeProblem problem;
  private final double tolerance;

  private Forces(
      Backend backend, ProjectedNetwork network, RidgeProblem problem, double tolerance) {
    this.backend = backend;
    this.network = network;
    this.problem = problem;
    this.tolerance = tolerance;
  }

  /**
   * {@return the forces on Z_1 to Z_L} Entries smaller than {@link Rays#FINE} times the largest of
   * their neuron count as kinks.
   *
   * @param backend computes
   * @param network plain; its weights count as projected, which keeps its representations, except
   *     in {@link LayerForces#weightResidual}
   * @param problem data, cost, λ and β
   */
  public static List<LayerForces> of(Backend backend, Network network, RidgeProblem problem) {
    try (ProjectedNetwork projected = new ProjectedNetwork(backend, network, problem)) {
      return of(backend, projected, problem, Rays.FINE);
    }
  }

  static List<LayerForces> of(
      Backend backend, ProjectedNetwork network, RidgeProblem problem, double tolerance) {
    return new Forces(backend, network, problem, tolerance).all();
  }

  /** Goes from the last layer to the first, since the slopes above enter the multipliers below. */
  private List<LayerForces> all() {
    int depth = network.shape().depth();
    LayerForces[] all = new LayerForces[depth];
    try (Scratch scratch = new Scratch(backend)) {
      DeviceMatrix multiplier = network.costGradient(depth);
      // the same with the weights as they were, which Z_L and so ∂C/∂Z_L do not tell apart
      DeviceMatrix felt = multiplier;
      for (int l = depth; l >= 1; l--) {
        int kinks = 0;
        DeviceMatrix slopes = null;
        if (l < depth) {
          DeviceMatrix h = back(network.weights(l + 1), multiplier, scratch);
          felt = back(network.uploaded(l + 1), felt, scratch);
          KinkSlopes chosen = slopes(l, h, scratch);
          kinks = chosen.kinks();
          slopes = scratch.upload(chosen.slopes());
          multiplier = h;
          backend.gram().hadamard(slopes, multiplier);
          backend.gram().hadamard(slopes, felt);
        }
        all[l - 1] = layer(l, multiplier, felt, slopes, kinks);
      }
    }
    return List.of(all);
  }

  /** Returns WᵀG without the bias row. */
  private DeviceMatrix back(DeviceMatrix weights, DeviceMatrix above, Scratch into) {
    DeviceMatrix all = into.product(weights, true, above, false);
    return into.copy(all.rows(0, weights.cols() - problem.constantRows()));
  }

  private KinkSlopes slopes(int l, DeviceMatrix h, Scratch scratch) {
    Activation activation = network.shape().activations().get(l - 1);
    return new KinkSlopes(
        scratch.download(network.z(l)),
        activation,
        tolerance,
        scratch.download(scratch.scaled(problem.lambda(), network.weights(l))),
        scratch.download(h),
        scratch.download(network.b(l - 1)));
  }

  private LayerForces layer(
      int l, DeviceMatrix multiplier, DeviceMatrix felt, DeviceMatrix slopes, int kinks) {
    try (Scratch scratch = new Scratch(backend)) {
      DeviceMatrix attraction = attraction(l, scratch);
      ForceForm form = form(l);
      DeviceMatrix repulsion =
          form == ForceForm.PLAIN
              ? plain(l, slopes, scratch)
              : scratch.scaled(1 / problem.lambda(), multiplier);
      DeviceMatrix sum = scratch.copy(attraction);
      backend.layers().add(1, repulsion, 1, sum);
      DeviceMatrix seen = network.space(l - 1).project(sum, scratch);
      return new LayerForces(
          l,
          scratch.download(attraction),
          scratch.download(repulsion),
          form,
          residual(scratch, seen, attraction, repulsion),
          weightResidual(l, felt, scratch),
          kinks);
    }
  }

  /** ‖2λW + GBᵀ‖ over the larger of both, W as it was and G = ∂C/∂Z_l with such weights above. */
  private double weightResidual(int l, DeviceMatrix felt, Scratch scratch) {
    DeviceMatrix pull = scratch.scaled(2 * problem.lambda(), network.uploaded(l));
    DeviceMatrix push = scratch.product(felt, false, network.b(l - 1), true);
    DeviceMatrix sum = scratch.copy(pull);
    backend.layers().add(1, push, 1, sum);
    return residual(scratch, sum, pull, push);
  }

  static double residual(Scratch scratch, DeviceMatrix sum, DeviceMatrix a, DeviceMatrix r) {
    double scale = Math.max(scratch.squaredNorm(a), scratch.squaredNorm(r));
    return scale > 0 ? Math.sqrt(scratch.squaredNorm(sum) / scale) : 0;
  }

  private ForceForm form(int l) {
    if (l == network.shape().depth()) {
      return ForceForm.COST;
    }
    return network.space(l).rank() == problem.samples() ? ForceForm.PLAIN : ForceForm.MULTIPLIER;
  }

  private DeviceMatrix attraction(int l, Scratch scratch) {
    DeviceMatrix half =
        network.space(l - 1).timesTransposedPseudoInverse(network.weights(l), scratch);
    return scratch.scaled(2, half);
  }

  /** −[Wᵀ A_{l+1}]∘σ′(Z_l): A_{l+1} = 2 W B_l⁺ᵀ. */
  private DeviceMatrix plain(int l, DeviceMatrix slopes, Scratch scratch) {
    DeviceMatrix r =
        scratch.scaled(-1, back(network.weights(l + 1), attraction(l + 1, scratch), scratch));
    backend.gram().hadamard(slopes, r);
    return r;
  }
}
