package dev.lamina.analysis.sparsity;

import java.util.Random;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;

/** Adaptive gradient descent on the weights of linear networks: the slow way to the optimum. */
final class LinearDescent {
  private LinearDescent() {}

  /** Returns the loss after descent. */
  static double train(
      double[][] inputs, double[][] targets, int layers, int width, double lambda, long seed) {
    RealMatrix x = new Array2DRowRealMatrix(inputs);
    RealMatrix y = new Array2DRowRealMatrix(targets);
    RealMatrix[] w = new RealMatrix[layers];
    Random random = new Random(seed);
    for (int l = 0; l < layers; l++) {
      w[l] =
          new Array2DRowRealMatrix(
              TestMatrices.gaussian(
                  l == layers - 1 ? targets.length : width,
                  l == 0 ? inputs.length : width,
                  random.nextLong()));
    }
    double step = 1e-2;
    double loss = loss(x, y, w, lambda);
    RealMatrix[] velocity = new RealMatrix[layers];
    for (int i = 0; i < 60_000; i++) {
      RealMatrix[] g = gradient(x, y, w, lambda);
      double square = 0;
      RealMatrix[] next = new RealMatrix[layers];
      for (int l = 0; l < layers; l++) {
        square += Math.pow(g[l].getFrobeniusNorm(), 2);
        RealMatrix go = g[l].scalarMultiply(-step);
        velocity[l] = velocity[l] == null ? go : velocity[l].scalarMultiply(0.9).add(go);
        next[l] = w[l].add(velocity[l]);
      }
      if (square < 1e-26) {
        break;
      }
      double changed = loss(x, y, next, lambda);
      if (changed <= loss) {
        w = next;
        loss = changed;
        step *= 1.02;
      } else {
        step *= 0.5;
        velocity = new RealMatrix[layers];
        if (step < 1e-12) {
          break;
        }
      }
    }
    return loss;
  }

  private static RealMatrix[] forward(RealMatrix x, RealMatrix[] w) {
    RealMatrix[] z = new RealMatrix[w.length + 1];
    z[0] = x;
    for (int l = 0; l < w.length; l++) {
      z[l + 1] = w[l].multiply(z[l]);
    }
    return z;
  }

  private static double loss(RealMatrix x, RealMatrix y, RealMatrix[] w, double lambda) {
    RealMatrix[] z = forward(x, w);
    double loss = Math.pow(z[w.length].subtract(y).getFrobeniusNorm(), 2) / x.getColumnDimension();
    for (RealMatrix m : w) {
      loss += lambda * Math.pow(m.getFrobeniusNorm(), 2);
    }
    return loss;
  }

  private static RealMatrix[] gradient(RealMatrix x, RealMatrix y, RealMatrix[] w, double lambda) {
    RealMatrix[] z = forward(x, w);
    RealMatrix back = z[w.length].subtract(y).scalarMultiply(2.0 / x.getColumnDimension());
    RealMatrix[] g = new RealMatrix[w.length];
    for (int l = w.length - 1; l >= 0; l--) {
      g[l] = back.multiplyTransposed(z[l]).add(w[l].scalarMultiply(2 * lambda));
      back = w[l].transposeMultiply(back);
    }
    return g;
  }
}
