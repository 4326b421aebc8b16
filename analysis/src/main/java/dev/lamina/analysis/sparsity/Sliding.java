package dev.lamina.analysis.sparsity;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;
import org.hipparchus.exception.MathIllegalStateException;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * Moves the directions of a network of two layers together with its output weights: Newton's method
 * on (1/N) |Σ c_k relu(w_k X) − Y|² + λ Σ (|c_k|² + |w_k|²), each neuron held to the face of {@link
 * GateFaces} on which it lies, and to the face between two where it reaches one. New columns alone
 * approach an optimal direction slowly, with ever more columns around it.
 */
final class Sliding {
  private static final int STEPS = 60;
  private static final double ON_PLANE = 1e-9;

  private final double[][] x;
  private final double[][] y;
  private final double lambda;
  private final List<Neuron> neurons = new ArrayList<>();

  /** A neuron: w = u·basis with its outputs c, and the side of 0 on which each sample lies. */
  private static final class Neuron {
    private double[][] basis;
    private double[][] features;
    private double[] u;
    private double[] c;
    private int[] sides;

    private double[] direction() {
      return combination(u, basis);
    }
  }

  private Sliding(double[][] x, double[][] y, double lambda) {
    this.x = x;
    this.y = y;
    this.lambda = lambda;
  }

  /**
   * Replaces directions on one face whose cosine is large by one, and slides all.
   *
   * @param w unit directions
   * @param a output columns of unit directions, one for each
   * @param cosine from which on two are one
   * @return the network reached, of which nobody says that it is better
   */
  static Sliding from(
      double[][] x, double[][] y, double lambda, List<double[]> w, double[][] a, double cosine) {
    Sliding sliding = new Sliding(x, y, lambda);
    boolean[] used = new boolean[a.length];
    for (int k = 0; k < a.length; k++) {
      if (!used[k]) {
        int[] sides = sliding.sides(w.get(k));
        double[] sum = new double[x.length];
        double[] column = new double[y.length];
        for (int j = k; j < a.length; j++) {
          boolean alike =
              !used[j]
                  && (j == k
                      || (GroupLasso.dot(w.get(k), w.get(j)) > cosine
                          && GroupLasso.dot(a[k], a[j]) > 0
                          && Arrays.equals(sides, sliding.sides(w.get(j)))));
          if (alike) {
            used[j] = true;
            add(GroupLasso.norm(a[j]), w.get(j), sum);
            add(1, a[j], column);
          }
        }
        sliding.neurons.add(sliding.neuron(sum, column, sides));
      }
    }
    sliding.minimise();
    return sliding;
  }

  private static void add(double factor, double[] from, double[] to) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * from[i];
    }
  }

  private static double[] combination(double[] u, double[][] basis) {
    double[] w = new double[basis[0].length];
    for (int k = 0; k < u.length; k++) {
      add(u[k], basis[k], w);
    }
    return w;
  }

  /** Returns on which side of 0 each sample lies. */
  private int[] sides(double[] w) {
    return IntStream.range(0, x[0].length)
        .map(j -> {
          double[] sample = GateFaces.column(x, j);
          double product = GroupLasso.dot(w, sample);
          return Math.abs(product) <= ON_PLANE * GroupLasso.norm(sample)
              ? 0
              : (int) Math.signum(product);
        })
        .toArray();
  }

  /** Returns a neuron of direction w whose output is column·relu(w X/|w|), balanced. */
  private Neuron neuron(double[] w, double[] column, int[] sides) {
    Neuron neuron = new Neuron();
    place(neuron, sides);
    double factor = Math.sqrt(GroupLasso.norm(column));
    double[] unit = Pricing.unit(w);
    neuron.u =
        Arrays.stream(neuron.basis)
            .mapToDouble(row -> factor * GroupLasso.dot(row, unit))
            .toArray();
    neuron.c = Arrays.stream(column).map(v -> v / factor).toArray();
    return neuron;
  }

  private void place(Neuron neuron, int[] sides) {
    neuron.sides = sides;
    double[][] normals =
        IntStream.range(0, sides.length)
            .filter(j -> sides[j] == 0)
            .mapToObj(j -> GateFaces.column(x, j))
            .filter(v -> GroupLasso.norm(v) > 0)
            .map(Pricing::unit)
            .toArray(double[][]::new);
    neuron.basis = GateFaces.complement(normals, x.length);
    neuron.features = new double[neuron.basis.length][sides.length];
    for (int k = 0; k < neuron.basis.length; k++) {
      for (int j = 0; j < sides.length; j++) {
        neuron.features[k][j] =
            sides[j] > 0 ? GroupLasso.dot(neuron.basis[k], GateFaces.column(x, j)) : 0;
      }
    }
  }

  private void minimise() {
    double value = value(new double[size()], 0);
    for (int i = 0; i < STEPS; i++) {
      if (neurons.stream().anyMatch(n -> n.basis.length == 0)) {
        return;
      }
      double[] step = newton();
      double wall = wall(step);
      double t = Math.min(1, wall);
      while (t > 1e-10 && !(value(step, t) < value)) {
        t /= 2;
      }
      if (t <= 1e-10) {
        return;
      }
      double next = value(step, t);
      move(step, t);
      if (t == wall) {
        neurons.forEach(this::settle);
      } else if (value - next < 1e-16 * value) {
        return;
      }
      value = value(new double[size()], 0);
    }
  }

  private int size() {
    return neurons.stream().mapToInt(n -> n.u.length + n.c.length).sum();
  }

  /** Puts a neuron that has reached a hyperplane on it. */
  private void settle(Neuron neuron) {
    double[] w = neuron.direction();
    double length = GroupLasso.norm(w);
    int[] sides = length > 0 ? sides(Pricing.unit(w)) : neuron.sides;
    if (!Arrays.equals(sides, neuron.sides)) {
      place(neuron, sides);
      neuron.u = Arrays.stream(neuron.basis).mapToDouble(row -> GroupLasso.dot(row, w)).toArray();
    }
  }

  /** Returns how far the step leads until a sample reaches 0. */
  private double wall(double[] step) {
    double wall = Double.POSITIVE_INFINITY;
    int at = 0;
    for (Neuron n : neurons) {
      double[] w = n.direction();
      double[] dw = combination(Arrays.copyOfRange(step, at, at + n.u.length), n.basis);
      for (int j = 0; j < n.sides.length; j++) {
        if (n.sides[j] != 0) {
          double[] sample = GateFaces.column(x, j);
          double speed = n.sides[j] * GroupLasso.dot(dw, sample);
          if (speed < 0) {
            wall = Math.min(wall, -n.sides[j] * GroupLasso.dot(w, sample) / speed);
          }
        }
      }
      at += n.u.length + n.c.length;
    }
    return Math.max(0, wall);
  }

  private void move(double[] step, double t) {
    int at = 0;
    for (Neuron n : neurons) {
      for (int k = 0; k < n.u.length; k++) {
        n.u[k] += t * step[at++];
      }
      for (int i = 0; i < n.c.length; i++) {
        n.c[i] += t * step[at++];
      }
    }
  }

  private double value(double[] step, double t) {
    move(step, t);
    double square = Arrays.stream(residual()).mapToDouble(r -> GroupLasso.dot(r, r)).sum();
    double norms = 0;
    for (Neuron n : neurons) {
      norms += GroupLasso.dot(n.u, n.u) + GroupLasso.dot(n.c, n.c);
    }
    move(step, -t);
    return square / y[0].length + lambda * norms;
  }

  double[][] residual() {
    double[][] residual = Arrays.stream(y).map(double[]::clone).toArray(double[][]::new);
    for (Neuron n : neurons) {
      double[] s = n.u.length == 0 ? new double[y[0].length] : combination(n.u, n.features);
      for (int i = 0; i < y.length; i++) {
        add(-n.c[i], s, residual[i]);
      }
    }
    return residual;
  }

  /** Returns the step of Newton's method, with the curvature made positive. */
  private double[] newton() {
    int size = size();
    double[][] residual = residual();
    // One row for each parameter: how the outputs, n·N numbers, change with it.
    double[][] jacobian = new double[size][];
    double[] gradient = new double[size];
    RealMatrix cross = new Array2DRowRealMatrix(size, size);
    int at = 0;
    for (Neuron n : neurons) {
      double[] s = combination(n.u, n.features);
      int first = at;
      for (int k = 0; k < n.u.length; k++) {
        jacobian[at] = outer(n.c, n.features[k]);
        gradient[at++] = lambda * n.u[k];
      }
      for (int i = 0; i < n.c.length; i++) {
        double[] unit = new double[n.c.length];
        unit[i] = 1;
        jacobian[at] = outer(unit, s);
        for (int k = 0; k < n.u.length; k++) {
          double mixed = -GroupLasso.dot(residual[i], n.features[k]) / y[0].length;
          cross.setEntry(first + k, at, mixed);
          cross.setEntry(at, first + k, mixed);
        }
        gradient[at++] = lambda * n.c[i];
      }
    }
    double[] flat = Arrays.stream(residual).flatMapToDouble(Arrays::stream).toArray();
    for (int p = 0; p < size; p++) {
      gradient[p] -= GroupLasso.dot(jacobian[p], flat) / y[0].length;
      cross.addToEntry(p, p, lambda);
    }
    RealMatrix j = new Array2DRowRealMatrix(jacobian, false);
    RealMatrix hessian = j.multiplyTransposed(j).scalarMultiply(1.0 / y[0].length).add(cross);
    return solve(hessian, gradient);
  }

  private static double[] solve(RealMatrix hessian, double[] gradient) {
    double[] curvatures;
    RealMatrix vectors;
    try {
      EigenDecompositionSymmetric eigen = new EigenDecompositionSymmetric(hessian);
      curvatures = Arrays.stream(eigen.getEigenvalues()).map(Math::abs).toArray();
      vectors = eigen.getV();
    } catch (MathIllegalStateException e) { // Its iteration gives up on some degenerate matrices.
      SingularValueDecomposition svd = new SingularValueDecomposition(hessian);
      curvatures = svd.getSingularValues(); // of a symmetric matrix the sizes of its eigenvalues
      vectors = svd.getV();
    }
    double largest = Arrays.stream(curvatures).max().orElseThrow();
    RealVector g = new ArrayRealVector(gradient, false);
    RealVector step = new ArrayRealVector(gradient.length);
    for (int p = 0; p < curvatures.length; p++) {
      RealVector v = vectors.getColumnVector(p);
      double curvature = Math.max(curvatures[p], 1e-10 * largest);
      step = step.add(v.mapMultiply(-v.dotProduct(g) / curvature));
    }
    return step.toArray();
  }

  private static double[] outer(double[] c, double[] s) {
    double[] product = new double[c.length * s.length];
    for (int i = 0; i < c.length; i++) {
      for (int j = 0; j < s.length; j++) {
        product[i * s.length + j] = c[i] * s[j];
      }
    }
    return product;
  }

  /** Returns the unit directions. */
  List<double[]> directions() {
    List<double[]> w = new ArrayList<>();
    for (Neuron n : live()) {
      w.add(Pricing.unit(n.direction()));
    }
    return w;
  }

  /** Returns the output columns of the unit directions. */
  double[][] columns() {
    return live().stream()
        .map(n -> {
          double length = GroupLasso.norm(n.u);
          return Arrays.stream(n.c).map(v -> length * v).toArray();
        })
        .toArray(double[][]::new);
  }

  private List<Neuron> live() {
    return neurons.stream()
        .filter(n -> GroupLasso.norm(n.u) > 0 && GroupLasso.norm(n.c) > 0)
        .toList();
  }
}
