package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.sparsity.GateFaces.Face;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * Finds the directions w, |w| = 1, for which |Λ relu(w X)| is largest: those of neurons that a
 * network of two layers lacks most. Exact where all faces can be listed, else by ascent from many
 * starts, which may miss the largest one.
 */
final class Pricing {
  private static final int STEPS = 300;
  private static final int AT_ONCE = 12;
  private static final double APART = 1 - 1e-4;
  private static final double KINK = 1e-7;

  /**
   * A direction and its price.
   *
   * @param w unit vector of r numbers
   * @param price |Λ relu(w X)|
   */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  record Direction(double[] w, double price) {}

  private final double[][] x;
  private final Optional<List<Face>> faces;
  private final int starts;
  private final RandomGenerator random;

  /**
   * Prepares pricing.
   *
   * @param x r×N of rank r
   * @param starts of the ascent where faces are too many
   */
  Pricing(double[][] x, int starts, long seed) {
    this(x, starts, seed, GateFaces.of(x));
  }

  /** Prepares pricing by ascent, even if all faces could be listed. */
  static Pricing byAscent(double[][] x, int starts, long seed) {
    return new Pricing(x, starts, seed, Optional.empty());
  }

  private Pricing(double[][] x, int starts, long seed, Optional<List<Face>> faces) {
    this.x = x;
    this.starts = starts;
    this.faces = faces;
    random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  boolean exact() {
    return faces.isPresent();
  }

  /**
   * Returns the most expensive directions, the first one the best; empty if none costs more than
   * the floor.
   *
   * @param multipliers Λ, n×N
   * @param known directions from which to ascend as well
   */
  List<Direction> best(double[][] multipliers, List<double[]> known, double floor) {
    List<Direction> found = new ArrayList<>();
    if (faces.isPresent()) {
      for (Face face : faces.get()) {
        onFace(multipliers, face, floor).ifPresent(found::add);
      }
    } else {
      known.forEach(w -> found.add(ascend(multipliers, w)));
      for (int i = 0; i < starts; i++) {
        double[] w = random.doubles(x.length).map(u -> random.nextGaussian()).toArray();
        found.add(ascend(multipliers, unit(w)));
      }
    }
    found.sort(Comparator.comparingDouble(Direction::price).reversed());
    List<Direction> apart = new ArrayList<>();
    for (Direction d : found) {
      if (d.price() > floor
          && apart.size() < AT_ONCE
          && apart.stream().noneMatch(other -> GroupLasso.dot(other.w(), d.w()) > APART)) {
        apart.add(d);
      }
    }
    return apart;
  }

  /**
   * Returns the better end of the top eigenvector on a face, if it can cost more than the floor.
   */
  private Optional<Direction> onFace(double[][] multipliers, Face face, double floor) {
    int rank = face.basis().length;
    double[][] form = new double[Math.max(multipliers.length, rank)][rank];
    double square = 0;
    for (int i = 0; i < multipliers.length; i++) {
      double[] sum = new double[x.length];
      for (int j : face.passing()) {
        for (int d = 0; d < sum.length; d++) {
          sum[d] += multipliers[i][j] * x[d][j];
        }
      }
      for (int k = 0; k < rank; k++) {
        form[i][k] = GroupLasso.dot(sum, face.basis()[k]);
        square += form[i][k] * form[i][k];
      }
    }
    if (square <= floor * floor) {
      return Optional.empty();
    }
    double[] top =
        new SingularValueDecomposition(new Array2DRowRealMatrix(form, false)).getV().getColumn(0);
    double[] w = new double[x.length];
    for (int k = 0; k < rank; k++) {
      for (int d = 0; d < w.length; d++) {
        w[d] += top[k] * face.basis()[k][d];
      }
    }
    w = unit(w);
    double[] opposite = Arrays.stream(w).map(v -> -v).toArray();
    double price = price(multipliers, w);
    double other = price(multipliers, opposite);
    return Optional.of(price >= other ? new Direction(w, price) : new Direction(opposite, other));
  }

  /** Climbs on the sphere with steps that adapt, then to the top of the face reached. */
  private Direction ascend(double[][] multipliers, double[] start) {
    double[] w = start;
    double value = price(multipliers, w);
    double step = 1;
    for (int i = 0; i < STEPS && step > 1e-12; i++) {
      double[] g = gradient(multipliers, w);
      double length = GroupLasso.norm(g);
      if (length == 0) {
        break;
      }
      double[] next = w.clone();
      for (int d = 0; d < w.length; d++) {
        next[d] += step * g[d] / length;
      }
      next = unit(next);
      double price = price(multipliers, next);
      if (price > value) {
        w = next;
        value = price;
        step = Math.min(2 * step, 1e3);
      } else {
        step /= 4;
      }
    }
    Direction reached = new Direction(w, value);
    for (double tolerance : new double[] {KINK, 1e-4, 0}) {
      Face face = GateFaces.at(x, w, tolerance);
      if (face.basis().length > 0) {
        Optional<Direction> top = onFace(multipliers, face, reached.price());
        if (top.isPresent() && top.get().price() > reached.price()) {
          reached = top.get();
        }
      }
    }
    return reached;
  }

  /** Returns the gradient of ½|Λ relu(w X)|². */
  private double[] gradient(double[][] multipliers, double[] w) {
    double[] s = relu(w, x);
    double[] g = new double[w.length];
    for (double[] row : multipliers) {
      double product = GroupLasso.dot(row, s);
      for (int j = 0; j < s.length; j++) {
        if (s[j] > 0) {
          for (int d = 0; d < g.length; d++) {
            g[d] += product * row[j] * x[d][j];
          }
        }
      }
    }
    return g;
  }

  static double price(double[][] multipliers, double[] w, double[][] x) {
    double[] s = relu(w, x);
    double square = 0;
    for (double[] row : multipliers) {
      double product = GroupLasso.dot(row, s);
      square += product * product;
    }
    return Math.sqrt(square);
  }

  private double price(double[][] multipliers, double[] w) {
    return price(multipliers, w, x);
  }

  static double[] relu(double[] w, double[][] x) {
    double[] s = new double[x[0].length];
    for (int d = 0; d < w.length; d++) {
      for (int j = 0; j < s.length; j++) {
        s[j] += w[d] * x[d][j];
      }
    }
    for (int j = 0; j < s.length; j++) {
      s[j] = Math.max(0, s[j]);
    }
    return s;
  }

  static double[] unit(double[] v) {
    double length = GroupLasso.norm(v);
    return Arrays.stream(v).map(e -> e / length).toArray();
  }
}
