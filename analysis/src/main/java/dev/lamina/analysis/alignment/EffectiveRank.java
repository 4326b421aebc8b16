package dev.lamina.analysis.alignment;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;

/**
 * The effective rank exp(−Σ p ln p) of a centred tangent kernel, p its eigenvalues over their sum
 * (Roy and Vetterli 2007; used by Baratin et al., arXiv 2008.00938). The one quantity that needs
 * the CN×CN matrix itself.
 */
final class EffectiveRank {
  private final Backend backend;
  private final int n;
  private final int outputs;

  EffectiveRank(Backend backend, int n, int outputs) {
    this.backend = backend;
    this.n = n;
    this.outputs = outputs;
  }

  /** Returns the bytes of the matrix on the device, which its eigenvalues take beside it. */
  static long bytes(long n, long outputs) {
    return Math.multiplyExact(Math.multiplyExact(n * outputs, n * outputs), (long) Double.BYTES);
  }

  /**
   * Returns the effective rank of a layer's kernel.
   *
   * @param d gradients of all outputs, (C·N)×n
   * @param g Gram matrix of the inputs
   */
  double of(DeviceMatrix d, DeviceMatrix g) {
    long size = (long) n * outputs;
    try (HostMatrix all = HostMatrix.allocate(DType.FLOAT64, size, size)) {
      assemble(d, g, all);
      try (DeviceMatrix k = backend.upload(all);
          DeviceMatrix values = backend.allocate(DType.FLOAT64, size, 1);
          HostMatrix found = HostMatrix.allocate(DType.FLOAT64, size, 1)) {
        backend.solve().symmetricEigen(k, values, false);
        backend.download(values, found);
        return entropyRank(found);
      }
    }
  }

  private void assemble(DeviceMatrix d, DeviceMatrix g, HostMatrix all) {
    try (DeviceMatrix product = backend.allocate(DType.FLOAT64, n, n);
        HostMatrix block = HostMatrix.allocate(DType.FLOAT64, n, n)) {
      for (int c = 0; c < outputs; c++) {
        for (int e = 0; e <= c; e++) {
          DeviceMatrix left = d.rows((long) c * n, (c + 1L) * n);
          DeviceMatrix right = d.rows((long) e * n, (e + 1L) * n);
          backend.gram().gemm(left, false, right, true, 1, 0, product);
          backend.gram().hadamard(g, product);
          backend.download(product, block);
          centre(block);
          for (int i = 0; i < n; i++) {
            for (int j = 0; j < n; j++) {
              all.set((long) c * n + i, (long) e * n + j, block.get(i, j));
              all.set((long) e * n + j, (long) c * n + i, block.get(i, j));
            }
          }
        }
      }
    }
  }

  /** Subtracts the means of the columns, then those of the rows. */
  private void centre(HostMatrix block) {
    double[] means = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        means[j] += block.get(i, j) / n;
      }
    }
    for (int i = 0; i < n; i++) {
      double mean = 0;
      for (int j = 0; j < n; j++) {
        block.set(i, j, block.get(i, j) - means[j]);
        mean += block.get(i, j) / n;
      }
      for (int j = 0; j < n; j++) {
        block.set(i, j, block.get(i, j) - mean);
      }
    }
  }

  private static double entropyRank(HostMatrix values) {
    double[] eigenvalues = new double[Math.toIntExact(values.rows())];
    for (int i = 0; i < eigenvalues.length; i++) {
      eigenvalues[i] = Math.max(0, values.get(i, 0));
    }
    double sum = Arrays.stream(eigenvalues).sum();
    double entropy = 0;
    for (double value : eigenvalues) {
      double p = value / sum;
      entropy -= p > 0 ? p * Math.log(p) : 0;
    }
    return sum > 0 ? Math.exp(entropy) : Double.NaN;
  }
}
