package dev.lamina.analysis.sparsity;

/**
 * Neuron balance: at every local minimum of the loss with a positively homogeneous activation, the
 * weights into a neuron, bias included, have the norm of those out of it (derived, immediate).
 */
final class Balance {
  private Balance() {}

  /** Returns the norm of the weights into neuron k. */
  static double inNorm(double[][] in, int k) {
    double sum = 0;
    for (double v : in[k]) {
      sum += v * v;
    }
    return Math.sqrt(sum);
  }

  /** Returns the norm of the weights out of neuron k. */
  static double outNorm(double[][] out, int k) {
    double sum = 0;
    for (double[] row : out) {
      sum += row[k] * row[k];
    }
    return Math.sqrt(sum);
  }

  /** Returns Σ_k |‖in_k‖² − ‖out_k‖²| / Σ_k (‖in_k‖² + ‖out_k‖²), in [0, 1]; 0 if all is zero. */
  static double imbalance(double[][] in, double[][] out) {
    double difference = 0;
    double sum = 0;
    for (int k = 0; k < in.length; k++) {
      double a = inNorm(in, k);
      double b = outNorm(out, k);
      difference += Math.abs(a * a - b * b);
      sum += a * a + b * b;
    }
    return sum > 0 ? difference / sum : 0;
  }
}
