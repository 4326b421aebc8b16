package dev.lamina.analysis.sparsity;

import java.util.Arrays;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * A lower bound of the L2-regularised mean squared error of relu networks of any width without
 * biases (β = 0), from singular values alone.
 *
 * <p>With |·|_* the nuclear norm and ‖·‖ the spectral norm, |relu(Z)| ≤ |Z| gives |Z_L|_* ≤ |W_L|
 * |relu(Z_{L−1})| ≤ |W_L| ⋯ |W_1| ‖X‖, hence Σ |W_l|² ≥ L (|Z_L|_* / ‖X‖)^(2/L), and the loss is at
 * least
 *
 * <pre>  min over t of  dist(Y, {|Z|_* ≤ t})² / N + λ L (t/‖X‖)^(2/L).</pre>
 *
 * For L = 2 this is Σ min(s_i, λN/‖X‖)²/N + 2 (λ/‖X‖) (s_i − λN/‖X‖)_+ with the singular values s_i
 * of Y. Derived here; for X = I and L = 2 it is that of linear networks, which networks reach in
 * the example of N²/4 neurons. It holds for every activation with |σ(z)| ≤ |z|.
 */
final class NuclearBound {
  private static final int STEPS = 20_000;

  private NuclearBound() {}

  /** Returns the bound for inputs x (n₀×N) and targets y (n_L×N), samples in columns. */
  static double of(double[][] x, double[][] y, int layers, double lambda) {
    Checks.samples(x, y);
    Checks.positive("lambda", lambda);
    double norm = new SingularValueDecomposition(new Array2DRowRealMatrix(x)).getNorm();
    double[] s = new SingularValueDecomposition(new Array2DRowRealMatrix(y)).getSingularValues();
    return layers == 2
        ? ofTwoLayers(s, s.length, y[0].length, lambda / norm)
        : ofThresholds(s, y[0].length, layers, lambda, norm);
  }

  /**
   * Returns Σ over i ≤ rank of min(s_i, λN)²/N + 2λ (s_i − λN)_+, plus s_i²/N of the others: what
   * linear networks of two layers of that width reach on X = I.
   *
   * @param s singular values of the targets, descending
   */
  static double ofTwoLayers(double[] s, int rank, int samples, double lambda) {
    double threshold = lambda * samples;
    double sum = 0;
    for (int i = 0; i < s.length; i++) {
      double cut = i < rank ? Math.min(s[i], threshold) : s[i];
      sum += cut * cut / samples + 2 * lambda * (s[i] - cut);
    }
    return sum;
  }

  /**
   * Runs through the soft thresholds of the singular values. The distance grows with the threshold
   * and the norm falls, so that on each step the former's value at the lower end and the latter's
   * at the upper end bound both from below.
   */
  private static double ofThresholds(
      double[] s, int samples, int layers, double lambda, double norm) {
    double best = Double.POSITIVE_INFINITY;
    for (int i = 0; i <= STEPS; i++) {
      double low = s[0] * i / STEPS;
      double high = s[0] * (i + 1) / STEPS;
      double fit = Arrays.stream(s).map(v -> Math.min(v, low)).map(v -> v * v).sum() / samples;
      double nuclear = Arrays.stream(s).map(v -> Math.max(0, v - high)).sum();
      best = Math.min(best, fit + lambda * layers * Math.pow(nuclear / norm, 2.0 / layers));
    }
    return best;
  }
}
