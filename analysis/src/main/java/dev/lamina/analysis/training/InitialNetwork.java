package dev.lamina.analysis.training;

import dev.lamina.analysis.network.BatchNorm;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Networks before training. */
public final class InitialNetwork {
  private InitialNetwork() {}

  /**
   * Draws a network: weights Gaussian with the variance of the initialisation in every layer, the
   * output layer included; biases 0; normalisations 1 and 0.
   *
   * @param inputs number of inputs, ≥ 1
   * @param config widths, activation, initialisation, biases
   * @param outputs number of outputs, ≥ 1; the last layer has no activation
   * @param batchNorm whether the hidden layers are normalised in front of the activation
   * @param dtype element type; the numbers are drawn in float64 and rounded
   * @param seed of the numbers
   * @return the network; the caller closes it
   */
  public static Network draw(
      long inputs, NetworkConfig config, long outputs, boolean batchNorm, DType dtype, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<DenseLayer> layers = new ArrayList<>();
    try {
      long fanIn = inputs;
      for (int width : config.hidden()) {
        double deviation = Math.sqrt(config.init().gain() / fanIn);
        Optional<BatchNorm> norm = batchNorm ? Optional.of(norm(width, dtype)) : Optional.empty();
        layers.add(
            new DenseLayer(
                gaussian(random, width, fanIn, deviation, dtype),
                bias(config, width, dtype),
                norm,
                config.activation(),
                false));
        fanIn = width;
      }
      double deviation = Math.sqrt(config.init().gain() / fanIn);
      layers.add(
          new DenseLayer(
              gaussian(random, outputs, fanIn, deviation, dtype),
              bias(config, outputs, dtype),
              Optional.empty(),
              Activation.IDENTITY,
              false));
      return new Network(layers);
    } catch (RuntimeException e) {
      layers.forEach(layer -> layer.matrices().forEach(HostMatrix::close));
      throw e;
    }
  }

  private static HostMatrix gaussian(
      RandomGenerator random, long rows, long cols, double deviation, DType dtype) {
    HostMatrix m = HostMatrix.allocate(dtype, rows, cols);
    for (long i = 0; i < rows; i++) {
      for (long j = 0; j < cols; j++) {
        m.set(i, j, deviation * random.nextGaussian());
      }
    }
    return m;
  }

  private static Optional<HostMatrix> bias(NetworkConfig config, long width, DType dtype) {
    return config.bias() ? Optional.of(HostMatrix.allocate(dtype, 1, width)) : Optional.empty();
  }

  private static BatchNorm norm(long width, DType dtype) {
    HostMatrix scale = HostMatrix.allocate(dtype, 1, width);
    HostMatrix variance = HostMatrix.allocate(dtype, 1, width);
    scale.fill(1);
    variance.fill(1);
    return new BatchNorm(
        scale,
        HostMatrix.allocate(dtype, 1, width),
        HostMatrix.allocate(dtype, 1, width),
        variance,
        BatchNorm.USUAL_EPSILON);
  }
}
