package dev.lamina.analysis.sparsity;

import dev.lamina.kernel.Activation;
import java.util.Arrays;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * Slopes of an activation at the entries of Z_l that sit on its kink, so chosen that the gradient
 * by the weights into the layer is as small as it can be.
 *
 * <p>Minima of networks of relu and its like have entries z_ki = 0 (15 to 17 of them in a net of 17
 * neurons on 5 samples). There any slope between those of both sides is a derivative in the sense
 * of Clarke, and a minimum is stationary for <i>some</i> of them, while the slope of either side
 * leaves a gradient as large as the forces themselves. For each neuron these are the bounded least
 * squares
 *
 * <pre>  min_s ‖2λw_k + Σ_i s_ki h_ki b_i‖,   s_ki between both slopes at kinks, σ′(z_ki) elsewhere
 * </pre>
 *
 * with h = ∂C/∂σ(Z_l) and b_i the columns of B_{l−1} (derived). Slopes of layers above enter h:
 * choose those first. The result bounds the least norm over all slopes of all layers from above.
 */
final class KinkSlopes {
  private static final int ROUNDS = 50;
  private static final int SWEEPS = 20;

  private final double[][] slopes;
  private int kinks;

  /**
   * Chooses.
   *
   * @param z n×N
   * @param activation of the layer
   * @param tolerance entries smaller than this times the largest of their neuron sit on the kink
   * @param half λw_k, n×m
   * @param h n×N
   * @param b B_{l−1}, m×N
   */
  KinkSlopes(
      double[][] z,
      Activation activation,
      double tolerance,
      double[][] half,
      double[][] h,
      double[][] b) {
    this.slopes = new double[z.length][];
    for (int k = 0; k < z.length; k++) {
      slopes[k] = Arrays.stream(z[k]).map(activation::derivative).toArray();
      int[] mine = kinks(z[k], activation, tolerance);
      if (mine.length > 0) {
        boolean live = Arrays.stream(z[k]).anyMatch(v -> v != 0);
        kinks += live ? mine.length : 0;
        choose(k, mine, (Activation.PiecewiseLinear) activation, half[k], h[k], b);
      }
    }
  }

  /** Returns the samples at which a neuron sits on the kink; all of them if it is dead. */
  static int[] kinks(double[] z, Activation activation, double tolerance) {
    if (!(activation instanceof Activation.PiecewiseLinear linear) || linear.slope() == 1) {
      return new int[0];
    }
    double limit = tolerance * Arrays.stream(z).map(Math::abs).max().orElse(0);
    int[] at = new int[z.length];
    int found = 0;
    for (int i = 0; i < z.length; i++) {
      if (Math.abs(z[i]) <= limit) {
        at[found++] = i;
      }
    }
    return Arrays.copyOf(at, found);
  }

  private void choose(
      int k,
      int[] at,
      Activation.PiecewiseLinear activation,
      double[] half,
      double[] h,
      double[][] b) {
    double low = Math.min(activation.slope(), 1);
    double high = Math.max(activation.slope(), 1);
    double[] rest = Arrays.stream(half).map(v -> 2 * v).toArray();
    double[][] columns = new double[at.length][b.length];
    double[] s = new double[at.length];
    int next = 0;
    for (int i = 0; i < h.length; i++) {
      boolean kink = next < at.length && at[next] == i;
      if (kink) {
        s[next] = Math.clamp(0.0, low, high);
      }
      double slope = kink ? s[next] : slopes[k][i];
      for (int j = 0; j < b.length; j++) {
        rest[j] += slope * h[i] * b[j][i];
        if (kink) {
          columns[next][j] = h[i] * b[j][i];
        }
      }
      next += kink ? 1 : 0;
    }
    fit(columns, rest, s, low, high);
    for (int i = 0; i < at.length; i++) {
      slopes[k][at[i]] = s[i];
    }
  }

  /**
   * Bounded least squares: coordinate descent finds which bounds bind, least squares over the
   * others the point between.
   *
   * @param columns of the matrix
   * @param rest the remainder at s, changed with it
   * @param s within the bounds, overwritten
   */
  static void fit(double[][] columns, double[] rest, double[] s, double low, double high) {
    double before = Rays.length(rest);
    for (int round = 0; round < ROUNDS && before > 0; round++) {
      for (int sweep = 0; sweep < SWEEPS; sweep++) {
        for (int i = 0; i < s.length; i++) {
          double square = dot(columns[i], columns[i]);
          if (square > 0) {
            double to = Math.clamp(s[i] - dot(columns[i], rest) / square, low, high);
            move(columns[i], rest, to - s[i]);
            s[i] = to;
          }
        }
      }
      jump(columns, rest, s, low, high);
      double after = Rays.length(rest);
      if (!(after < before * (1 - 1e-12))) {
        return;
      }
      before = after;
    }
  }

  /** Moves what lies between the bounds towards the least squares, as far as the bounds allow. */
  private static void jump(double[][] columns, double[] rest, double[] s, double low, double high) {
    int[] free = new int[s.length];
    int count = 0;
    for (int i = 0; i < s.length; i++) {
      if (s[i] > low && s[i] < high && dot(columns[i], columns[i]) > 0) {
        free[count++] = i;
      }
    }
    if (count == 0) {
      return;
    }
    RealMatrix a = MatrixUtils.createRealMatrix(rest.length, count);
    for (int j = 0; j < count; j++) {
      a.setColumn(j, columns[free[j]]);
    }
    RealVector step =
        new SingularValueDecomposition(a)
            .getSolver()
            .solve(new ArrayRealVector(rest, false).mapMultiply(-1));
    double share = 1;
    for (int j = 0; j < count; j++) {
      double d = step.getEntry(j);
      double room = d > 0 ? high - s[free[j]] : low - s[free[j]];
      share = d == 0 ? share : Math.min(share, room / d);
    }
    for (int j = 0; j < count; j++) {
      int i = free[j];
      double to = Math.clamp(s[i] + share * step.getEntry(j), low, high);
      move(columns[i], rest, to - s[i]);
      s[i] = to;
    }
  }

  private static void move(double[] column, double[] rest, double by) {
    for (int j = 0; j < rest.length; j++) {
      rest[j] += by * column[j];
    }
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Returns the slopes of all entries, n×N: σ′(z) but for kinks. */
  double[][] slopes() {
    return slopes;
  }

  /** Returns how many entries of neurons that are not zero altogether sit on the kink. */
  int kinks() {
    return kinks;
  }
}
