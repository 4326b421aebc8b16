package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import java.util.ArrayList;
import java.util.List;

/**
 * A network on data with its weights replaced by Z_l B_{l−1}⁺, which keeps all Z_l, and what was
 * dropped. Owns its matrices.
 */
final class ProjectedNetwork implements AutoCloseable {
  private final Scratch scratch;
  private final RidgeLoss loss;
  private final DenseShape shape;
  private final List<RowSpace> spaces = new ArrayList<>();
  private final List<DeviceMatrix> projected = new ArrayList<>();
  private final List<double[][]> original;
  private final List<DeviceMatrix> uploaded;
  private final double[] dropped;
  private final double lossOfWeights;

  /**
   * Evaluates and projects.
   *
   * @param network plain, with inputs and outputs that fit the data; stays the caller's
   */
  ProjectedNetwork(Backend backend, Network network, RidgeProblem problem) {
    this.shape = DenseShape.of(network);
    this.original = Weights.of(network, problem.biasStrength());
    RidgeLoss.requireFit(problem, shape);
    this.scratch = new Scratch(backend);
    this.dropped = new double[shape.depth()];
    RidgeLoss evaluated = null;
    try {
      evaluated = new RidgeLoss(backend, problem, shape);
      this.uploaded = original.stream().map(scratch::upload).toList();
      this.lossOfWeights = evaluated.evaluate(uploaded);
      if (!Double.isFinite(lossOfWeights)) {
        throw new IllegalArgumentException(
            "the loss of the network on these data must be finite but is " + lossOfWeights);
      }
      project(backend, evaluated, uploaded);
      this.loss = evaluated;
    } catch (RuntimeException e) {
      if (evaluated != null) {
        evaluated.close();
      }
      spaces.forEach(RowSpace::close);
      scratch.close();
      throw e;
    }
  }

  private void project(Backend backend, RidgeLoss evaluated, List<DeviceMatrix> w) {
    for (int l = 1; l <= shape.depth(); l++) {
      RowSpace space = new RowSpace(backend, evaluated.b().get(l - 1));
      spaces.add(space);
      DeviceMatrix p = space.timesPseudoInverse(evaluated.z(l), scratch);
      projected.add(p);
      try (Scratch local = new Scratch(backend)) {
        DeviceMatrix v = local.copy(w.get(l - 1));
        backend.layers().add(-1, p, 1, v);
        dropped[l - 1] = Math.sqrt(local.squaredNorm(v));
      }
    }
    // Leaves Z, B and the gradients of the cost at the projected weights behind.
    evaluated.evaluate(projected, Points.like(scratch, projected));
  }

  DenseShape shape() {
    return shape;
  }

  /** Returns L(W). */
  double lossOfWeights() {
    return lossOfWeights;
  }

  double cost() {
    return loss.cost();
  }

  /** Returns W_l as it was. */
  double[][] original(int l) {
    return original.get(l - 1);
  }

  /** Returns W_l as it was, on the device. */
  DeviceMatrix uploaded(int l) {
    return uploaded.get(l - 1);
  }

  /** Returns ‖V_l‖, V_l = W_l − Z_l B_{l−1}⁺. */
  double dropped(int l) {
    return dropped[l - 1];
  }

  /** Returns Z_l B_{l−1}⁺. */
  DeviceMatrix weights(int l) {
    return projected.get(l - 1);
  }

  /** Returns the row space of B_l, l from 0 to L − 1. */
  RowSpace space(int l) {
    return spaces.get(l);
  }

  DeviceMatrix b(int l) {
    return loss.b().get(l);
  }

  DeviceMatrix z(int l) {
    return loss.z(l);
  }

  /** Returns ∂C/∂Z_l at the projected weights. */
  DeviceMatrix costGradient(int l) {
    return loss.costGradient(l);
  }

  @Override
  public void close() {
    loss.close();
    spaces.forEach(RowSpace::close);
    scratch.close();
  }
}
