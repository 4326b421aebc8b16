package dev.lamina.analysis.degeneracy;

import java.util.function.DoubleUnaryOperator;
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
    return run(inputs, layers, angle, u -> Math.max(u, 0), 2, 0, networks, seed);
  }

  /** The same with any activation, weight variance times fan-in, and bias variance. */
  static double[][] run(
      int inputs,
      int[] layers,
      double angle,
      DoubleUnaryOperator activation,
      double weightVariance,
      double biasVariance,
      int networks,
      long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("Xoshiro256PlusPlus").create(seed);
    double[][] values = new double[layers.length][networks];
    for (int k = 0; k < networks; k++) {
      double[] p = new double[inputs];
      double[] q = new double[inputs];
      double norm = Math.sqrt(inputs);
      p[0] = norm;
      q[0] = norm * Math.cos(angle);
      q[1] = norm * Math.sin(angle);
      for (int l = 0; l < layers.length; l++) {
        double[][] weights = weights(layers[l], p.length, weightVariance, biasVariance, random);
        p = layer(weights, p, activation);
        q = layer(weights, q, activation);
        values[l][k] = logSin2(p, q);
      }
    }
    return values;
  }

  /** Returns one row per unit, its bias last. */
  private static double[][] weights(
      int rows, int cols, double weightVariance, double biasVariance, RandomGenerator random) {
    double[][] weights = new double[rows][cols + 1];
    double scale = Math.sqrt(weightVariance / cols);
    for (double[] row : weights) {
      for (int j = 0; j < cols; j++) {
        row[j] = scale * random.nextGaussian();
      }
      row[cols] = Math.sqrt(biasVariance) * random.nextGaussian();
    }
    return weights;
  }

  private static double[] layer(double[][] weights, double[] x, DoubleUnaryOperator activation) {
    double[] y = new double[weights.length];
    for (int i = 0; i < y.length; i++) {
      double sum = weights[i][x.length];
      for (int j = 0; j < x.length; j++) {
        sum += weights[i][j] * x[j];
      }
      y[i] = activation.applyAsDouble(sum);
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
