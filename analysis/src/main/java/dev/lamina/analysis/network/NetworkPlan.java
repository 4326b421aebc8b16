package dev.lamina.analysis.network;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGenerator.SplittableGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * A fully connected network to be made: everything but the random numbers.
 *
 * @param widths number of inputs, widths of the hidden layers, number of outputs; each ≥ 1
 * @param activations one for every hidden layer, or one for all of them; the output has none
 * @param init how weights and biases are drawn
 * @param bias whether layers have biases
 * @param batchNorm whether there is a batch normalisation in front of each activation
 * @param residual what hidden layers after the first add of what is in front of them; they must
 *     have equal widths if it is anything
 */
public record NetworkPlan(
    List<Integer> widths,
    List<Activation> activations,
    WeightInit init,
    boolean bias,
    boolean batchNorm,
    Residual residual) {

  /** Checks widths and activations. */
  public NetworkPlan {
    widths = List.copyOf(widths);
    if (widths.size() < 2 || Collections.min(widths) < 1) {
      throw new IllegalArgumentException(
          "network: widths must be at least two, inputs and outputs, each ≥ 1, but are " + widths);
    }
    int hidden = widths.size() - 2;
    activations =
        activations.size() == 1
            ? Collections.nCopies(hidden, activations.getFirst())
            : List.copyOf(activations);
    if (activations.size() != hidden) {
      throw new IllegalArgumentException(
          "network: there must be one activation or %d, one for each hidden layer, but there are %d"
              .formatted(hidden, activations.size()));
    }
    if (residual.isPresent() && widths.subList(1, hidden + 1).stream().distinct().count() > 1) {
      throw new IllegalArgumentException(
          "network: hidden layers of a residual network must have equal widths but have "
              + widths.subList(1, hidden + 1));
    }
  }

  /**
   * Draws the network. Each layer has a generator of its own, split off one seeded
   * L64X128MixRandom, so the parameters of a layer depend on the seed, its place and its shape
   * alone; those in float32 are those in float64 rounded.
   *
   * @param dtype element type of the parameters
   * @param seed seed of everything random
   * @return the network; the caller closes it
   */
  public Network draw(DType dtype, long seed) {
    SplittableGenerator seeds =
        RandomGeneratorFactory.<SplittableGenerator>of("L64X128MixRandom").create(seed);
    List<DenseLayer> layers = new ArrayList<>();
    try {
      for (int l = 1; l < widths.size(); l++) {
        layers.add(layer(l, dtype, seeds.split()));
      }
      return new Network(layers);
    } catch (OutOfMemoryError e) {
      layers.forEach(layer -> layer.matrices().forEach(HostMatrix::close));
      throw e;
    }
  }

  private DenseLayer layer(int l, DType dtype, RandomGenerator random) {
    int inputs = widths.get(l - 1);
    int outputs = widths.get(l);
    boolean output = l == widths.size() - 1;
    HostMatrix weights = HostMatrix.allocate(dtype, outputs, inputs);
    fill(weights, Math.sqrt(init.weightVariance(inputs, outputs)), random);
    Optional<HostMatrix> biases = Optional.empty();
    if (bias) {
      HostMatrix row = HostMatrix.allocate(dtype, 1, outputs);
      if (init.biasVariance() > 0) {
        fill(row, Math.sqrt(init.biasVariance()), random);
      }
      biases = Optional.of(row);
    }
    return new DenseLayer(
        weights,
        biases,
        batchNorm && !output ? Optional.of(fresh(dtype, outputs)) : Optional.empty(),
        output ? Activation.IDENTITY : activations.get(l - 1),
        l > 1 && !output ? residual : Residual.NONE);
  }

  private static void fill(HostMatrix m, double sd, RandomGenerator random) {
    for (long i = 0; i < m.rows(); i++) {
      for (long j = 0; j < m.cols(); j++) {
        m.set(i, j, sd * random.nextGaussian());
      }
    }
  }

  /** Returns the normalisation that has seen nothing yet: the identity, up to epsilon. */
  private static BatchNorm fresh(DType dtype, long units) {
    HostMatrix scale = HostMatrix.allocate(dtype, 1, units);
    scale.fill(1);
    HostMatrix variance = HostMatrix.allocate(dtype, 1, units);
    variance.fill(1);
    return new BatchNorm(
        scale,
        HostMatrix.allocate(dtype, 1, units),
        HostMatrix.allocate(dtype, 1, units),
        variance,
        BatchNorm.USUAL_EPSILON);
  }
}
