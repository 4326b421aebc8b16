package dev.lamina.analysis.degeneracy;

import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Oracle for {@link AngleChain}: real networks with weight matrices and inputs, and angles from the
 * difference of the normalised outputs. Shares no formula with the chain.
 */
final class MatrixNetworks {
  private MatrixNetworks() {}

  /** Returns ln sin&sup2; theta behind each layer of each network, [layer][network]. */
  static double[][] run(int inputs, int[] layers, double angle, int networks, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seed);
    double[][] values = new double[layers.length][networks];
    for (int k = 0; k < networks; k++) {
      double[] p = new double[inputs];
      double[] q = new double[inputs];
      p[0] = 1;
      q[0] = Math.cos(angle);
      q[1] = Math.sin(angle);
      for (int l = 0; l < layers.length; l++) {
        double[][] weights = weights(layers[l], p.length, random);
        p = relu(weights, p);
        q = relu(weights, q);
        values[l][k] = logSin2(p, q);
      }
    }
    return values;
  }

  private static double[][] weights(int rows, int cols, RandomGenerator random) {
    double[][] weights = new double[rows][cols];
    double scale = Math.sqrt(2.0 / cols);
    for (double[] row : weights) {
      for (int j = 0; j < cols; j++) {
        row[j] = scale * random.nextGaussian();
      }
    }
    return weights;
  }

  private static double[] relu(double[][] weights, double[] x) {
    double[] y = new double[weights.length];
    for (int i = 0; i < y.length; i++) {
      double sum = 0;
      for (int j = 0; j < x.length; j++) {
        sum += weights[i][j] * x[j];
      }
      y[i] = Math.max(sum, 0);
    }
    return y;
  }

  private static double logSin2(double[] p, double[] q) {
    double pNorm = norm(p);
    double qNorm = norm(q);
    double e = 0;
    for (int i = 0; i < p.length; i++) {
      double d = p[i] / pNorm - q[i] / qNorm;
      e += d * d;
    }
    // zero norms give NaN; below 1e-26 the difference is rounding noise
    return e < 1e-26 ? Double.NaN : Math.log(e) + Math.log1p(-e / 4);
  }

  private static double norm(double[] x) {
    double sum = 0;
    for (double v : x) {
      sum += v * v;
    }
    return Math.sqrt(sum);
  }
}
