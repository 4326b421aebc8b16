package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.training.Loss;
import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/** The formulas of the covariance form with explicit matrices on the host: the second route. */
final class Reference {
  private Reference() {}

  /** Returns B⁺ with singular values below 1e-8 of the largest dropped. */
  static RealMatrix pseudoInverse(RealMatrix b) {
    SingularValueDecomposition svd = new SingularValueDecomposition(b);
    double[] s = svd.getSingularValues();
    RealMatrix inverse = MatrixUtils.createRealMatrix(s.length, s.length);
    for (int i = 0; i < s.length; i++) {
      inverse.setEntry(i, i, s[i] > 1e-8 * s[0] ? 1 / s[i] : 0);
    }
    return svd.getV().multiply(inverse).multiply(svd.getUT());
  }

  static int rank(RealMatrix b) {
    double[] s = new SingularValueDecomposition(b).getSingularValues();
    int rank = 0;
    while (rank < s.length && s[rank] > 1e-8 * s[0]) {
      rank++;
    }
    return rank;
  }

  /** Returns [σ(Z); β1ᵀ]. */
  static RealMatrix b(RealMatrix z, Activation activation, double biasStrength) {
    int extra = biasStrength > 0 ? 1 : 0;
    RealMatrix b =
        MatrixUtils.createRealMatrix(z.getRowDimension() + extra, z.getColumnDimension());
    for (int j = 0; j < z.getColumnDimension(); j++) {
      for (int i = 0; i < z.getRowDimension(); i++) {
        b.setEntry(i, j, activation.value(z.getEntry(i, j)));
      }
      if (extra == 1) {
        b.setEntry(z.getRowDimension(), j, biasStrength);
      }
    }
    return b;
  }

  /** Returns Z_1 to Z_L. */
  static List<RealMatrix> forward(
      RealMatrix x, List<double[][]> weights, Activation activation, double biasStrength) {
    List<RealMatrix> z = new ArrayList<>();
    RealMatrix in = b(x, Activation.IDENTITY, biasStrength);
    for (double[][] w : weights) {
      z.add(MatrixUtils.createRealMatrix(w).multiply(in));
      in = b(z.getLast(), activation, biasStrength);
    }
    return z;
  }

  static double cost(RealMatrix z, RealMatrix y, Loss loss) {
    int n = z.getColumnDimension();
    double sum = 0;
    for (int j = 0; j < n; j++) {
      double total = 0;
      for (int i = 0; i < z.getRowDimension(); i++) {
        total += Math.exp(z.getEntry(i, j));
      }
      for (int i = 0; i < z.getRowDimension(); i++) {
        double d = z.getEntry(i, j) - y.getEntry(i, j);
        sum += loss == Loss.MSE ? d * d : y.getEntry(i, j) * (Math.log(total) - z.getEntry(i, j));
      }
    }
    return sum / n;
  }

  static double squaredNorm(RealMatrix m) {
    double norm = m.getFrobeniusNorm();
    return norm * norm;
  }

  /** Returns C + λΣ‖Z_l B_{l−1}⁺‖². */
  static double lossOfRepresentations(
      RealMatrix x,
      RealMatrix y,
      List<RealMatrix> z,
      Activation activation,
      Loss loss,
      double lambda,
      double biasStrength) {
    double sum = 0;
    RealMatrix in = b(x, Activation.IDENTITY, biasStrength);
    for (RealMatrix m : z) {
      sum += squaredNorm(m.multiply(pseudoInverse(in)));
      in = b(m, activation, biasStrength);
    }
    return cost(z.getLast(), y, loss) + lambda * sum;
  }
}
