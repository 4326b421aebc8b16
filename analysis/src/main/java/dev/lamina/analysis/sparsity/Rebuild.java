package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.ArrayList;
import java.util.List;

/** Networks from representations: W_l = Z_l B_{l−1}⁺, the smallest weights that give them. */
public final class Rebuild {
  private Rebuild() {}

  /**
   * {@return the network with smallest weights whose pre-activations are Z_1 to Z_L, as far as the
   * rows of each Z_l lie in the row space of B_{l−1}; the caller closes it}
   *
   * @param backend computes
   * @param problem inputs and bias strength
   * @param activations σ of layers 1 to L − 1
   * @param z Z_1 to Z_L, n_l×N
   * @throws ShapeException if there are not one more Z_l than activations, of N columns each
   */
  public static Network network(
      Backend backend, RidgeProblem problem, List<Activation> activations, List<double[][]> z) {
    if (z.size() != activations.size() + 1) {
      throw new ShapeException(
          "rebuild: there must be an activation for each hidden layer but there are %d for %d layers"
              .formatted(activations.size(), z.size()));
    }
    List<double[][]> weights = new ArrayList<>();
    try (Scratch scratch = new Scratch(backend)) {
      DeviceMatrix b = Representations.firstB(scratch, problem);
      for (int l = 0; l < z.size(); l++) {
        if (z.get(l)[0].length != problem.samples()) {
          throw new ShapeException(
              "rebuild: Z_%d must have %d columns, one per sample, but has %d"
                  .formatted(l + 1, problem.samples(), z.get(l)[0].length));
        }
        DeviceMatrix mine = scratch.upload(z.get(l));
        try (RowSpace space = new RowSpace(backend, b)) {
          weights.add(scratch.download(space.timesPseudoInverse(mine, scratch)));
        }
        if (l < activations.size()) {
          b = Representations.constantB(scratch, problem, mine.rows());
          backend.layers().activate(activations.get(l), mine, b.rows(0, mine.rows()));
        }
      }
    }
    return Weights.network(weights, activations, problem.biasStrength());
  }
}
