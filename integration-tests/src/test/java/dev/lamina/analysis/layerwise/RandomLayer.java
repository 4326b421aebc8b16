package dev.lamina.analysis.layerwise;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Activations, N×n, about a third of them 0 as a ReLU leaves them, and targets, N×C, at random. */
final class RandomLayer {
  private final double[][] phi;
  private final double[][] targets;

  RandomLayer(double[][] phi, double[][] targets) {
    this.phi = phi;
    this.targets = targets;
  }

  double[][] phi() {
    return phi;
  }

  double[][] targets() {
    return targets;
  }

  static RandomLayer of(int samples, int features, int outputs, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    double[][] phi = new double[samples][features];
    double[][] y = new double[samples][outputs];
    for (int i = 0; i < samples; i++) {
      for (int k = 0; k < features; k++) {
        phi[i][k] = Math.max(0, random.nextGaussian() + 0.4);
      }
      for (int c = 0; c < outputs; c++) {
        y[i][c] = random.nextGaussian() + 0.3;
      }
    }
    return new RandomLayer(phi, y);
  }

  HostMatrix activations(DType dtype) {
    return host(phi, dtype);
  }

  HostMatrix targets(DType dtype) {
    return host(targets, dtype);
  }

  static HostMatrix host(double[][] values, DType dtype) {
    HostMatrix m = HostMatrix.allocate(dtype, values.length, values[0].length);
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < values[0].length; j++) {
        m.set(i, j, values[i][j]);
      }
    }
    return m;
  }
}
