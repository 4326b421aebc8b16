package dev.lamina.cuda;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.WideLayer;

/** A wide ReLU layer on kernel matrices in plain loops. */
final class ArcCosineOnHost {
  private ArcCosineOnHost() {}

  /** What a pair of rows has. */
  private record Pair(double s, double sine, double theta) {
    static Pair of(HostMatrix k, long i, long j) {
      double s = Math.sqrt(k.get(i, i)) * Math.sqrt(k.get(j, j));
      double value = k.get(i, j);
      double opposite = Math.sqrt(Math.max(0, (s - value) * (s + value)));
      return new Pair(s, opposite, Math.atan2(opposite, value));
    }
  }

  static void forward(WideLayer layer, HostMatrix k) {
    for (long i = k.rows() - 1; i >= 0; i--) {
      for (long j = 0; j < i; j++) {
        Pair pair = Pair.of(k, i, j);
        double dual = (pair.sine + (Math.PI - pair.theta) * k.get(i, j)) / (2 * Math.PI);
        k.set(j, i, layer.weightVariance() * dual + layer.biasVariance());
      }
    }
    for (long i = 0; i < k.rows(); i++) {
      k.set(i, i, layer.weightVariance() * k.get(i, i) / 2 + layer.biasVariance());
      for (long j = 0; j < i; j++) {
        k.set(i, j, k.get(j, i));
      }
    }
  }

  static void adjoint(WideLayer layer, HostMatrix k, HostMatrix g) {
    double[] sums = new double[Math.toIntExact(k.rows())];
    for (int i = 0; i < sums.length; i++) {
      for (int j = 0; j < i; j++) {
        Pair pair = Pair.of(k, i, j);
        double value = g.get(i, j);
        sums[i] += value * pair.sine;
        sums[j] += value * pair.sine;
        double share = pair.s == 0 ? 0 : (Math.PI - pair.theta) / (2 * Math.PI);
        g.set(i, j, layer.weightVariance() * value * share);
        g.set(j, i, g.get(i, j));
      }
    }
    for (int i = 0; i < sums.length; i++) {
      double variance = k.get(i, i);
      double through = variance == 0 ? 0 : sums[i] / (2 * Math.PI * variance);
      g.set(i, i, layer.weightVariance() * (g.get(i, i) / 2 + through));
    }
  }
}
