package dev.lamina.analysis.learningcurve;

import dev.lamina.matrix.HostMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * The posterior of a few test outputs from one small kernel matrix of training and test inputs, on
 * the host.
 */
final class KernelPosterior {
  private final double[] mean;
  private final double[] variance;
  private final double logEvidence;

  private KernelPosterior(double[] mean, double[] variance, double logEvidence) {
    this.mean = mean;
    this.variance = variance;
    this.logEvidence = logEvidence;
  }

  /** Returns the posterior means. */
  double[] mean() {
    return mean;
  }

  /** Returns the posterior variances of the noise-free outputs. */
  double[] variance() {
    return variance;
  }

  /** Returns log p(y), up to a constant. */
  double logEvidence() {
    return logEvidence;
  }

  /**
   * Computes it.
   *
   * @param k (N+M)×(N+M) kernel matrix, training inputs first
   * @param y N targets
   * @param noise s2 &gt; 0
   */
  static KernelPosterior of(HostMatrix k, double[] y, double noise) {
    int n = y.length;
    int all = Math.toIntExact(k.rows());
    RealMatrix a = MatrixUtils.createRealMatrix(n, n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a.setEntry(i, j, k.get(i, j) + (i == j ? noise : 0));
      }
    }
    // float32 kernels are symmetric bit for bit, but entries beside the diagonal need not be so
    CholeskyDecomposition factor = new CholeskyDecomposition(a, 1e-5, 1e-300);
    RealVector targets = new ArrayRealVector(y, false);
    RealVector alpha = factor.getSolver().solve(targets);
    double[] mean = new double[all - n];
    double[] variance = new double[all - n];
    for (int t = n; t < all; t++) {
      RealVector cross = new ArrayRealVector(n);
      for (int i = 0; i < n; i++) {
        cross.setEntry(i, k.get(t, i));
      }
      mean[t - n] = cross.dotProduct(alpha);
      variance[t - n] = k.get(t, t) - cross.dotProduct(factor.getSolver().solve(cross));
    }
    double logDeterminant = 0;
    for (int i = 0; i < n; i++) {
      logDeterminant += 2 * Math.log(factor.getL().getEntry(i, i));
    }
    return new KernelPosterior(mean, variance, -0.5 * (targets.dotProduct(alpha) + logDeterminant));
  }
}
