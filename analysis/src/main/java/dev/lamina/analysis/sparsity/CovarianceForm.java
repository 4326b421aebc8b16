package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.Jitter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Evaluates the three forms of the L2-regularised loss on a network and data (arXiv 2205.15809):
 * parameters L, representations L_r, covariances L_k.
 */
public final class CovarianceForm {
  private CovarianceForm() {}

  /**
   * Measures a network with the usual tolerances {@link Rays#FINE} and {@link Rays#COARSE}.
   *
   * @param backend computes
   * @param network plain fully connected, no activation behind the last layer; any element type
   * @param problem data, cost, λ and β
   * @return losses and layers
   */
  public static CovarianceResult measure(Backend backend, Network network, RidgeProblem problem) {
    return measure(backend, network, problem, Rays.FINE, Rays.COARSE);
  }

  /**
   * Measures a network. Singular values of B_l below 1e-8 of the largest count as zero.
   *
   * <p>Takes about Σ(4N n_l p + 10p³) operations, p = min(N, n_l + 1), and 8(4N + 6p)p bytes for
   * each layer beside the representations; no N×N matrix unless layers are wider than N.
   *
   * @param backend computes
   * @param network plain fully connected, no activation behind the last layer; any element type
   * @param problem data, cost, λ and β
   * @param tolerance within which neurons are on one ray, see {@link Rays#of}, and below which
   *     times the largest entry of its neuron an entry counts as a kink
   * @param coarseTolerance of a second count
   * @return losses and layers
   * @throws IllegalArgumentException if the network has normalisations, residual connections or an
   *     activation behind its last layer, or biases without bias strength, or if the loss is not
   *     finite
   * @throws dev.lamina.matrix.ShapeException if the network does not fit the data
   * @throws dev.lamina.backend.MemoryBudgetException if the budget is too small
   */
  public static CovarianceResult measure(
      Backend backend,
      Network network,
      RidgeProblem problem,
      double tolerance,
      double coarseTolerance) {
    try (ProjectedNetwork projected = new ProjectedNetwork(backend, network, problem)) {
      List<LayerForces> forces = Forces.of(backend, projected, problem, tolerance);
      List<LayerCovariance> layers = new ArrayList<>();
      for (int l = 1; l <= projected.shape().depth(); l++) {
        layers.add(layer(backend, projected, l, forces.get(l - 1), tolerance, coarseTolerance));
      }
      double representations =
          layers.stream().mapToDouble(LayerCovariance::penaltyRepresentations).sum();
      double covariances = layers.stream().mapToDouble(LayerCovariance::penaltyCovariances).sum();
      return new CovarianceResult(
          projected.lossOfWeights(),
          projected.cost() + problem.lambda() * representations,
          projected.cost() + problem.lambda() * covariances,
          projected.shape().isHomogeneous(),
          projected.cost(),
          problem.samples(),
          problem.lambda(),
          problem.biasStrength(),
          tolerance,
          coarseTolerance,
          layers);
    }
  }

  private static LayerCovariance layer(
      Backend backend,
      ProjectedNetwork network,
      int l,
      LayerForces forces,
      double tolerance,
      double coarseTolerance) {
    DenseShape shape = network.shape();
    boolean output = l == shape.depth();
    Activation activation = output ? Activation.IDENTITY : shape.activations().get(l - 1);
    double[][] z = Scratch.download(backend, network.z(l));
    Rays rays = Rays.of(z, activation, tolerance);
    double[] singular = output ? new double[0] : network.space(l).singularValues();
    int rankK;
    try (RowSpace space = new RowSpace(backend, network.z(l))) {
      rankK = space.rank();
    }
    return new LayerCovariance(
        l,
        activation,
        shape.width(l),
        rays.count(),
        Rays.of(z, activation, coarseTolerance).count(),
        rays.dead().size(),
        network.space(l - 1).rank(),
        rankK,
        output ? Optional.empty() : Optional.of(network.space(l).rank()),
        Arrays.stream(singular).map(s -> s * s).boxed().toList(),
        Weights.squaredNorm(network.original(l)),
        backend.gram().dot(network.weights(l), network.weights(l)),
        trace(backend, network.space(l - 1), network.b(l - 1), network.z(l)),
        network.dropped(l),
        output
            ? OptionalDouble.empty()
            : OptionalDouble.of(Balance.imbalance(network.original(l), network.original(l + 1))),
        forces.attractionNorm(),
        forces.repulsionNorm(),
        forces.residual(),
        forces.weightResidual(),
        forces.kinks(),
        forces.form());
  }

  /**
   * Returns Tr[K M⁺] from K and M themselves, in an orthonormal basis of the image of M sorted by
   * size, where the entries of both are small together and Cholesky keeps their digits.
   */
  static double trace(Backend backend, RowSpace space, DeviceMatrix b, DeviceMatrix z) {
    if (space.rank() == 0) {
      return 0;
    }
    try (Scratch scratch = new Scratch(backend)) {
      DeviceMatrix seenB = scratch.product(space.basis(), false, b, true);
      DeviceMatrix seenZ = scratch.product(space.basis(), false, z, true);
      DeviceMatrix m = scratch.product(seenB, false, seenB, true);
      DeviceMatrix k = scratch.product(seenZ, false, seenZ, true);
      backend.solve().cholesky(m, Jitter.NONE);
      backend.solve().solve(m, k);
      double[][] solved = scratch.download(k);
      double sum = 0;
      for (int i = 0; i < solved.length; i++) {
        sum += solved[i][i];
      }
      return sum;
    }
  }
}
