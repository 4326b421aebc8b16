package dev.lamina.analysis.sparsity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * The relu network of two layers, without biases and of any width, of least L2-regularised mean
 * squared error (1/N) |W_2 relu(W_1 X) − Y|² + λ (|W_1|² + |W_2|²), with a proof of how close it
 * is.
 *
 * <p>For two layers the covariance form of arXiv 2205.15809 is jointly convex. Written in
 * directions w, |w| = 1, of neurons with features relu(w X) it is a group lasso, min (1/N) |A S −
 * Y|² + 2λ Σ |A_k|, over all directions at once; it is solved by column generation. With Λ = (Y − A
 * S)/(Nλ) the network is optimal if and only if |Λ relu(w X)| ≤ 1 for all w, and 2λ⟨Λ', Y⟩ −
 * Nλ²|Λ'|² with Λ' = Λ/max(1, largest) bounds the loss of every network from below. All of this is
 * derived here, none of it published there. Columns are samples.
 */
public final class DepthTwoOptimum {
  private static final int ROUNDS = 500;

  /** Rounds without progress, which rounding ends. */
  private static final int PATIENCE = 5;

  private static final int STARTS = 60;
  private static final double[] COSINES = {0.9, 0.999, 1 - 1e-8};

  /** Prices up to here are 1 but for rounding. */
  private static final double FLOOR = 1 + 1e-13;

  private static final double SAME_RAY = 1e-6;

  private final double[][] directions;
  private final double[][] outputs;
  private final double[][] multipliers;
  private final double loss;
  private final double bound;
  private final boolean certified;
  private final int rounds;

  private DepthTwoOptimum(
      double[][] directions,
      double[][] outputs,
      double[][] multipliers,
      double loss,
      double bound,
      boolean certified,
      int rounds) {
    this.directions = directions;
    this.outputs = outputs;
    this.multipliers = multipliers;
    this.loss = loss;
    this.bound = bound;
    this.certified = certified;
    this.rounds = rounds;
  }

  /**
   * Finds the network.
   *
   * @param x inputs, d×N
   * @param y targets, n×N
   * @param lambda λ &gt; 0
   * @param gap relative difference of loss and bound that is good enough, such as 1e-10
   * @param seed of the starts where the neurons to be added cannot be found exactly
   * @return the network
   * @throws dev.lamina.matrix.ShapeException if x and y do not have equally many columns
   * @throws IllegalArgumentException if λ is out of range or a number is not finite
   */
  public static DepthTwoOptimum of(
      double[][] x, double[][] y, double lambda, double gap, long seed) {
    Checks.samples(x, y);
    Checks.positive("lambda", lambda);
    return new ColumnGeneration(x, y, lambda, gap, seed).solve();
  }

  /**
   * {@return whether samples are few enough, in few enough dimensions, for {@link #of} to price all
   * directions exactly, which makes its bound one}
   *
   * @param x inputs, d×N, not all 0
   */
  public static boolean isCertifiable(double[][] x) {
    return new ColumnGeneration(x, new double[1][x[0].length], 1, 1, 0).pricing.exact();
  }

  /** What the search for a network has, in coordinates of the span of the inputs. */
  private static final class ColumnGeneration {
    private final double[][] y;
    private final double lambda;
    private final double gap;
    private final double[][] axes;
    private final double[][] x;
    private final Pricing pricing;
    private final List<double[]> w = new ArrayList<>();
    private double[][] a = {};

    ColumnGeneration(double[][] x, double[][] y, double lambda, double gap, long seed) {
      this.y = y;
      this.lambda = lambda;
      this.gap = gap;
      SingularValueDecomposition svd = new SingularValueDecomposition(new Array2DRowRealMatrix(x));
      double[] s = svd.getSingularValues();
      int rank = (int) Arrays.stream(s).filter(v -> v > 1e-12 * s[0]).count();
      if (!(s[0] > 0)) {
        throw new IllegalArgumentException("depth-2 optimum: all inputs are 0");
      }
      RealMatrix u = svd.getU().getSubMatrix(0, x.length - 1, 0, rank - 1).transpose();
      axes = u.getData();
      this.x = u.multiply(new Array2DRowRealMatrix(x)).getData();
      pricing = new Pricing(this.x, STARTS, seed);
    }

    DepthTwoOptimum solve() {
      double[][] residual = y;
      double best = Double.NEGATIVE_INFINITY;
      double loss = Math.pow(new Array2DRowRealMatrix(y).getFrobeniusNorm(), 2) / y[0].length;
      double[][] feasible = {};
      for (int round = 0, still = 0; ; round++) {
        double[][] multipliers = scaled(residual, 1 / (y[0].length * lambda));
        List<Pricing.Direction> found = pricing.best(multipliers, w, FLOOR);
        double[][] scaled =
            scaled(multipliers, 1 / (found.isEmpty() ? FLOOR : found.getFirst().price()));
        double bound = bound(scaled);
        if (bound > best) {
          best = bound;
          feasible = scaled;
        }
        if (loss - best <= gap * loss || round == ROUNDS || still == PATIENCE) {
          return result(loss, best, feasible, round);
        }
        found.forEach(direction -> w.add(direction.w()));
        GroupLasso fit = slide(refit());
        residual = fit.residual();
        still = fit.value() < loss ? 0 : still + 1;
        loss = fit.value();
      }
    }

    /** Moves the directions as well, if that is better or makes do with fewer of them. */
    private GroupLasso slide(GroupLasso fit) {
      for (double cosine : COSINES) {
        Sliding slid = Sliding.from(x, y, lambda, w, a, cosine);
        List<double[]> directions = slid.directions();
        GroupLasso after = new GroupLasso(y, features(directions), slid.columns(), lambda);
        boolean fewer = directions.size() < w.size() && after.value() <= fit.value() * (1 + 1e-15);
        if (after.value() < fit.value() || fewer) {
          w.clear();
          w.addAll(directions);
          a = slid.columns();
          return after;
        }
      }
      return fit;
    }

    /** Solves for all columns and forgets those that are 0. */
    private GroupLasso refit() {
      double[][] s = features(w);
      double[][] start = Arrays.copyOf(a, s.length);
      for (int k = a.length; k < s.length; k++) {
        start[k] = new double[y.length];
      }
      GroupLasso lasso = new GroupLasso(y, s, start, lambda);
      double[][] solved = lasso.solve();
      List<double[]> live = new ArrayList<>();
      List<double[]> kept = new ArrayList<>();
      for (int k = 0; k < solved.length; k++) {
        if (GroupLasso.norm(solved[k]) > 0) {
          live.add(solved[k].clone());
          kept.add(w.get(k));
        }
      }
      a = live.toArray(double[][]::new);
      w.clear();
      w.addAll(kept);
      return lasso;
    }

    private double[][] features(List<double[]> directions) {
      return directions.stream().map(v -> Pricing.relu(v, x)).toArray(double[][]::new);
    }

    private double bound(double[][] multipliers) {
      double product = 0;
      double square = 0;
      for (int i = 0; i < y.length; i++) {
        product += GroupLasso.dot(multipliers[i], y[i]);
        square += GroupLasso.dot(multipliers[i], multipliers[i]);
      }
      return 2 * lambda * product - y[0].length * lambda * lambda * square;
    }

    private DepthTwoOptimum result(double loss, double bound, double[][] feasible, int round) {
      double[][] full =
          w.isEmpty()
              ? new double[0][]
              : new Array2DRowRealMatrix(w.toArray(double[][]::new))
                  .multiply(new Array2DRowRealMatrix(axes))
                  .getData();
      return new DepthTwoOptimum(full, a, feasible, loss, bound, pricing.exact(), round);
    }

    private static double[][] scaled(double[][] m, double factor) {
      return Arrays.stream(m)
          .map(row -> Arrays.stream(row).map(v -> factor * v).toArray())
          .toArray(double[][]::new);
    }
  }

  /** {@return the loss of the network} */
  public double loss() {
    return loss;
  }

  /**
   * {@return a lower bound of the loss of all networks of any width if {@link #certified}, else an
   * estimate of it from the neurons that were tried}
   */
  public double bound() {
    return bound;
  }

  /** {@return whether every direction was priced exactly, so that the bound is one} */
  public boolean certified() {
    return certified;
  }

  /** {@return how many times neurons were added} */
  public int rounds() {
    return rounds;
  }

  /** {@return neurons of the network as it was found} */
  public int neurons() {
    return directions.length;
  }

  /**
   * {@return neurons after those that point the same way, up to an angle of about 1e-6 rad, are
   * replaced by one}
   */
  public int rays() {
    return rays(SAME_RAY);
  }

  /**
   * {@return the number of different directions}
   *
   * @param tolerance directions at a smaller angle (rad) count as one
   */
  public int rays(double tolerance) {
    List<double[]> different = new ArrayList<>();
    for (double[] w : directions) {
      if (different.stream().noneMatch(v -> distance(v, w) < tolerance)) {
        different.add(w);
      }
    }
    return different.size();
  }

  private static double distance(double[] v, double[] w) {
    double square = 0;
    for (int d = 0; d < v.length; d++) {
      square += (v[d] - w[d]) * (v[d] - w[d]);
    }
    return Math.sqrt(square);
  }

  /** {@return W_1, K×d: rows √|A_k| w_k} */
  public double[][] inputWeights() {
    double[][] weights = new double[directions.length][];
    for (int k = 0; k < weights.length; k++) {
      double factor = Math.sqrt(GroupLasso.norm(outputs[k]));
      weights[k] = Arrays.stream(directions[k]).map(v -> factor * v).toArray();
    }
    return weights;
  }

  /** {@return W_2, n×K: columns A_k/√|A_k|} */
  public double[][] outputWeights() {
    double[][] weights = new double[multipliers.length][outputs.length];
    for (int k = 0; k < outputs.length; k++) {
      double factor = 1 / Math.sqrt(GroupLasso.norm(outputs[k]));
      for (int i = 0; i < weights.length; i++) {
        weights[i][k] = factor * outputs[k][i];
      }
    }
    return weights;
  }

  /**
   * {@return Λ', n×N: the multipliers of the bound. In terms of covariances, x'M_0⁺x ≥ |Λ'
   * relu(x)|² for all x in the row space of the inputs}
   */
  public double[][] multipliers() {
    return Arrays.stream(multipliers).map(double[]::clone).toArray(double[][]::new);
  }
}
