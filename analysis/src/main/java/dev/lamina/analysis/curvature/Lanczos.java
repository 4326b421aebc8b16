package dev.lamina.analysis.curvature;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * Eigenvalues at both ends of the spectrum of a quadratic form, from products alone: the Lanczos
 * method with full reorthogonalisation, so that no eigenvalue appears twice by rounding. One run
 * finds an eigenvalue of any multiplicity once. So further runs, from random vectors orthogonal to
 * the eigenvectors found, look for more until they find nothing that belongs to the k largest or
 * smallest: equal eigenvalues then appear as often as they are there.
 *
 * @param steps products of a run at most, which also is how many vectors of M numbers are kept,
 *     besides 2k
 * @param tolerance residual, relative to the largest eigenvalue, at which an eigenvalue is found
 */
public record Lanczos(int steps, double tolerance) {
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
   * @param converged whether the residual is within the tolerance, and a last run has found nothing
   *     more
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
   * @param random for the first vectors
   */
  public Extremes extremes(RiskPoint point, Form form, int k, RandomGenerator random) {
    int size = point.size();
    if (k < 1 || k > size) {
      throw new IllegalArgumentException(
          "lanczos: how many eigenvalues at each end must be 1 to %d, the number of parameters, but is %d"
              .formatted(size, k));
    }
    int most = Math.min(size, Math.max(steps, 2 * k));
    try (LanczosRuns runs = new LanczosRuns(point, form, k, most, tolerance, random)) {
      return runs.extremes();
    }
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

  static double dot(HostMatrix a, HostMatrix b) {
    double sum = 0;
    for (long i = 0; i < a.cols(); i++) {
      sum += a.get(0, i) * b.get(0, i);
    }
    return sum;
  }

  static double norm(HostMatrix v) {
    double norm = Math.sqrt(dot(v, v));
    if (!Double.isFinite(norm)) {
      throw new IllegalArgumentException(
          "hessian: norms of its products with vectors must be finite at these parameters on these samples but one is "
              + norm);
    }
    return norm;
  }

  static void normalise(HostMatrix from, HostMatrix to, double norm) {
    for (long i = 0; i < from.cols(); i++) {
      to.set(0, i, from.get(0, i) / norm);
    }
  }

  /** Eigenvalues of a tridiagonal matrix, ascending, with its unit eigenvectors. */
  static final class Ritz {
    private final double[] values;
    private final double[] first;
    private final double[] last;
    private final double[][] vectors;

    private Ritz(double[] values, double[][] vectors) {
      this.values = values;
      this.first = Arrays.stream(vectors).mapToDouble(v -> v[0]).toArray();
      this.last = Arrays.stream(vectors).mapToDouble(v -> v[v.length - 1]).toArray();
      this.vectors = vectors;
    }

    double[] values() {
      return values;
    }

    /** Returns the first entries of the eigenvectors. */
    double[] first() {
      return first;
    }

    /** Returns the last entries of the eigenvectors. */
    double[] last() {
      return last;
    }

    /** Returns the unit eigenvectors. */
    double[][] vectors() {
      return vectors;
    }

    static Ritz of(double[] diagonal, double[] side, int n) {
      if (n == 1) {
        return new Ritz(new double[] {diagonal[0]}, new double[][] {{1}});
      }
      EigenDecompositionSymmetric eigen =
          new EigenDecompositionSymmetric(Arrays.copyOf(diagonal, n), Arrays.copyOf(side, n - 1));
      double[] values = new double[n];
      double[][] vectors = new double[n][];
      for (int i = 0; i < n; i++) { // Hipparchus has them descending
        values[n - 1 - i] = eigen.getEigenvalue(i);
        vectors[n - 1 - i] = eigen.getEigenvector(i).toArray();
      }
      return new Ritz(values, vectors);
    }
  }
}
