package dev.lamina.analysis.regression;

import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;

/** Kernels straight from their formulas in float64, one pair at a time; ReLU networks only. */
final class NaiveKernels {

  private NaiveKernels() {}

  static double value(Kernel kernel, double[] x, double[] z) {
    return switch (kernel) {
      case Kernel.Constant k -> k.value();
      case Kernel.Linear k -> dot(x, z) + k.offset();
      case Kernel.Gaussian k ->
          Math.exp(-squaredDistance(x, z) / (2 * k.lengthScale() * k.lengthScale()));
      case Kernel.Nngp k -> network(k.network(), x, z)[0];
      case Kernel.Ntk k -> network(k.network(), x, z)[1];
      case Kernel.Sum k -> k.terms().stream().mapToDouble(t -> value(t, x, z)).sum();
      case Kernel.Product k ->
          k.factors().stream().mapToDouble(f -> value(f, x, z)).reduce(1, (a, b) -> a * b);
      default -> throw new UnsupportedOperationException("naive kernels do not know " + kernel);
    };
  }

  /** Returns the NNGP and the tangent kernel by the recursion of Cho and Saul's first order. */
  static double[] network(InfiniteNetwork network, double[] x, double[] z) {
    double xx = input(network, x, x);
    double zz = input(network, z, z);
    double k = input(network, x, z);
    double t = k;
    for (int l = 1; l <= network.depth(); l++) {
      if (!network.activations().get(l - 1).equals(Activation.RELU)) {
        throw new UnsupportedOperationException("naive kernels know ReLU only");
      }
      double w = network.weightVariances().get(l);
      double b = network.biasVariances().get(l);
      double s = Math.sqrt(xx * zz);
      double angle = Math.atan2(Math.sqrt(Math.max(0, (s - k) * (s + k))), k);
      double derivative = (Math.PI - angle) / (2 * Math.PI);
      k = w * (s * Math.sin(angle) / (2 * Math.PI) + derivative * k) + b;
      t = k + w * derivative * t;
      xx = w * xx / 2 + b;
      zz = w * zz / 2 + b;
    }
    return new double[] {k, t};
  }

  private static double input(InfiniteNetwork network, double[] x, double[] z) {
    return network.weightVariances().getFirst() * dot(x, z) / x.length
        + network.biasVariances().getFirst();
  }

  private static double squaredDistance(double[] x, double[] z) {
    double sum = 0;
    for (int j = 0; j < x.length; j++) {
      sum += (x[j] - z[j]) * (x[j] - z[j]);
    }
    return sum;
  }

  static double dot(double[] x, double[] z) {
    double sum = 0;
    for (int j = 0; j < x.length; j++) {
      sum += x[j] * z[j];
    }
    return sum;
  }

  static double[][] matrix(Kernel kernel, double[][] x, double[][] z) {
    double[][] out = new double[x.length][z.length];
    for (int i = 0; i < x.length; i++) {
      for (int j = 0; j < z.length; j++) {
        out[i][j] = value(kernel, x[i], z[j]);
      }
    }
    return out;
  }
}
