package dev.lamina.analysis.curvature;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * Eigenvalues at both ends of the spectrum of a quadratic form, from products alone: the Lanczos
 * method with full reorthogonalisation, so that no eigenvalue appears twice by rounding. An
 * eigenvalue of multiplicity above 1 is found once.
 *
 * @param steps products at most, which also is how many vectors of M numbers are kept
 * @param tolerance residual, relative to the largest eigenvalue, at which an eigenvalue is found
 */
public record Lanczos(int steps, double tolerance) {
  /** Steps between looks at the eigenvalues. */
  private static final int LOOK = 10;

  /** Checks the numbers. */
  public Lanczos {
    if (steps < 1 || !(tolerance > 0)) {
      throw new IllegalArgumentException(
          "lanczos: steps and tolerance must be positive but are %d and %s"
              .formatted(steps, tolerance));
    }
  }

  /**
   * What was found.
   *
   * @param largest the k largest eigenvalues, descending
   * @param smallest the k smallest, ascending
   * @param residual largest bound of the distance of one of them from an eigenvalue
   * @param steps products used
   * @param converged whether the residual is within the tolerance
   */
  public record Extremes(
      List<Double> largest, List<Double> smallest, double residual, int steps, boolean converged) {
    /** Copies the lists. */
    public Extremes {
      largest = List.copyOf(largest);
      smallest = List.copyOf(smallest);
    }
  }

  /**
   * {@return eigenvalues at both ends}
   *
   * @param point where
   * @param form which form
   * @param k how many at each end, 1 to M
   * @param random for the first vector
   */
  public Extremes extremes(RiskPoint point, Form form, int k, RandomGenerator random) {
    int size = point.size();
    if (k < 1 || k > size) {
      throw new IllegalArgumentException(
          "lanczos: there are %d eigenvalues but %d were asked".formatted(size, k));
    }
    int most = Math.min(size, Math.max(steps, 2 * k));
    double[] diagonal = new double[most];
    double[] side = new double[most];
    try (HostMatrix basis = HostMatrix.allocate(DType.FLOAT64, most, size);
        HostMatrix next = HostMatrix.allocate(DType.FLOAT64, 1, size)) {
      for (int i = 0; i < size; i++) {
        next.set(0, i, random.nextGaussian());
      }
      normalise(next, basis.rows(0, 1), norm(next));
      for (int j = 0; j < most; j++) {
        point.products(form, basis.rows(j, j + 1), next);
        diagonal[j] = dot(basis.rows(j, j + 1), next);
        orthogonalise(point.backend().gram(), basis.rows(0, j + 1), next);
        side[j] = norm(next);
        boolean exhausted = side[j] <= 1e-13 * scale(diagonal, side, j + 1) || j + 1 == most;
        if (exhausted || (j + 1) % LOOK == 0) {
          Extremes now = look(diagonal, side, j + 1, k);
          if (now.converged() || exhausted) {
            return now;
          }
        }
        normalise(next, basis.rows(j + 1, j + 2), side[j]);
      }
    }
    throw new AssertionError("the last step returns");
  }

  private Extremes look(double[] diagonal, double[] side, int n, int k) {
    Ritz ritz = Ritz.of(diagonal, side, n);
    double scale = Math.max(Math.abs(ritz.values[0]), Math.abs(ritz.values[n - 1]));
    int count = Math.min(k, n);
    List<Double> smallest = new ArrayList<>();
    List<Double> largest = new ArrayList<>();
    double residual = 0;
    for (int i = 0; i < count; i++) {
      smallest.add(ritz.values[i]);
      largest.add(ritz.values[n - 1 - i]);
      residual = Math.max(residual, Math.abs(side[n - 1] * ritz.last[i]));
      residual = Math.max(residual, Math.abs(side[n - 1] * ritz.last[n - 1 - i]));
    }
    boolean enough = n >= 2 * k || side[n - 1] <= 1e-13 * scale;
    return new Extremes(largest, smallest, residual, n, enough && residual <= tolerance * scale);
  }

  /** Twice is enough (Parlett). */
  static void orthogonalise(GramOps gram, HostMatrix basis, HostMatrix v) {
    try (HostMatrix shares = HostMatrix.allocate(DType.FLOAT64, v.rows(), basis.rows())) {
      for (int round = 0; round < 2; round++) {
        gram.gemm(v, false, basis, true, 1, 0, shares);
        gram.gemm(shares, false, basis, false, -1, 1, v);
      }
    }
  }

  private static double scale(double[] diagonal, double[] side, int n) {
    double scale = Double.MIN_NORMAL;
    for (int i = 0; i < n; i++) {
      scale = Math.max(scale, Math.abs(diagonal[i]));
      scale = i + 1 < n ? Math.max(scale, side[i]) : scale;
    }
    return scale;
  }

  static double dot(HostMatrix a, HostMatrix b) {
    double sum = 0;
    for (long i = 0; i < a.cols(); i++) {
      sum += a.get(0, i) * b.get(0, i);
    }
    return sum;
  }

  static double norm(HostMatrix v) {
    return Math.sqrt(dot(v, v));
  }

  static void normalise(HostMatrix from, HostMatrix to, double norm) {
    for (long i = 0; i < from.cols(); i++) {
      to.set(0, i, from.get(0, i) / norm);
    }
  }

  /** Eigenvalues of a tridiagonal matrix, ascending, with the ends of its unit eigenvectors. */
  static final class Ritz {
    private final double[] values;
    private final double[] first;
    private final double[] last;

    private Ritz(double[] values, double[] first, double[] last) {
      this.values = values;
      this.first = first;
      this.last = last;
    }

    double[] values() {
      return values;
    }

    /** Returns the first entries of the eigenvectors. */
    double[] first() {
      return first;
    }

    static Ritz of(double[] diagonal, double[] side, int n) {
      if (n == 1) {
        return new Ritz(new double[] {diagonal[0]}, new double[] {1}, new double[] {1});
      }
      EigenDecompositionSymmetric eigen =
          new EigenDecompositionSymmetric(Arrays.copyOf(diagonal, n), Arrays.copyOf(side, n - 1));
      double[] values = new double[n];
      double[] first = new double[n];
      double[] last = new double[n];
      for (int i = 0; i < n; i++) { // Hipparchus has them descending
        values[n - 1 - i] = eigen.getEigenvalue(i);
        first[n - 1 - i] = eigen.getEigenvector(i).getEntry(0);
        last[n - 1 - i] = eigen.getEigenvector(i).getEntry(n - 1);
      }
      return new Ritz(values, first, last);
    }
  }
}
