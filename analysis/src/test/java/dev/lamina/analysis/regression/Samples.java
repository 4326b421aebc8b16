package dev.lamina.analysis.regression;

import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** Inputs and kernels that several tests share. */
final class Samples {

  private Samples() {}

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  static double[][] gaussian(long seed, int rows, int cols) {
    RandomGenerator random = random(seed);
    double[][] m = new double[rows][cols];
    for (double[] row : m) {
      for (int j = 0; j < cols; j++) {
        row[j] = random.nextGaussian();
      }
    }
    return m;
  }

  /** {@code grid(n,m,a,b,c)[i,j] = sin(a i + b j + c)}. */
  static double[][] grid(int n, int m, double a, double b, double c) {
    double[][] out = new double[n][m];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < m; j++) {
        out[i][j] = Math.sin(a * i + b * j + c);
      }
    }
    return out;
  }

  static Kernel nngp(int depth) {
    return new Kernel.Nngp(InfiniteNetwork.of(depth, Activation.RELU, 2, 0.1));
  }

  static Kernel ntk(int depth) {
    return new Kernel.Ntk(InfiniteNetwork.of(depth, Activation.RELU, 2, 0.1));
  }

  static Kernel scaled(double factor, Kernel kernel) {
    return new Kernel.Product(List.of(new Kernel.Constant(factor), kernel));
  }
}
