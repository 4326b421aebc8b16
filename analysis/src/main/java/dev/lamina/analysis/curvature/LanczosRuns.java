package dev.lamina.analysis.curvature;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Lanczos runs for the k largest and k smallest eigenvalues, each orthogonal to the eigenvectors
 * that those before have found, until one finds nothing new at either end.
 */
final class LanczosRuns implements AutoCloseable {
  /** Steps between looks at the eigenvalues. */
  private static final int LOOK = 10;

  /** Of the largest eigenvalue; where less is left of a new vector, the space is exhausted. */
  private static final double EXHAUSTED = 1e-13;

  private final RiskPoint point;
  private final Form form;
  private final int k;
  private final int most;
  private final double tolerance;
  private final RandomGenerator random;

  /** Vectors found, then those of the run. */
  private final HostMatrix basis;

  private final HostMatrix next;
  private final double[] diagonal;
  private final double[] side;

  /** In the order of their vectors. */
  private List<Found> found = List.of();

  private double scale = Double.MIN_NORMAL;
  private int products;

  LanczosRuns(
      RiskPoint point, Form form, int k, int most, double tolerance, RandomGenerator random) {
    this.point = point;
    this.form = form;
    this.k = k;
    this.most = most;
    this.tolerance = tolerance;
    this.random = random;
    long rows = Math.min(point.size(), 2L * k + most);
    this.basis = HostMatrix.allocate(DType.FLOAT64, rows, point.size());
    this.next = HostMatrix.allocate(DType.FLOAT64, 1, point.size());
    this.diagonal = new double[most];
    this.side = new double[most];
  }

  /** An eigenvalue, with its vector: a row of the basis, or one of the run's Ritz vectors. */
  private record Found(double value, double residual, boolean old, int index) {}

  /** A run's Ritz values, ascending, and how good they are. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Run(Lanczos.Ritz ritz, double[] residuals, boolean converged) {
    int size() {
      return residuals.length;
    }
  }

  Lanczos.Extremes extremes() {
    Run run = run(k);
    boolean more = true;
    boolean converged = run.converged;
    while (more) {
      keep(run, converged);
      more = converged && found.size() < point.size();
      if (more) {
        run = run(1);
        converged = run.converged;
        more = converged && belongs(run);
      }
    }
    List<Double> ascending = found.stream().map(Found::value).sorted().toList();
    int count = Math.min(k, ascending.size());
    return new Lanczos.Extremes(
        ascending.reversed().subList(0, count),
        ascending.subList(0, count),
        found.stream().mapToDouble(Found::residual).max().orElse(0),
        products,
        converged);
  }

  /** Runs until as many eigenvalues at each end have converged, or there is nothing more. */
  private Run run(int wanted) {
    int from = found.size();
    int limit = Math.min(most, point.size() - from);
    for (int i = 0; i < point.size(); i++) {
      next.set(0, i, random.nextGaussian());
    }
    if (from > 0) {
      Lanczos.orthogonalise(point.backend().gram(), basis.rows(0, from), next);
    }
    double norm = Lanczos.norm(next);
    for (int j = 0; j < limit; j++) {
      HostMatrix now = basis.rows(from + j, from + j + 1);
      Lanczos.normalise(next, now, norm);
      point.products(form, now, next);
      products++;
      diagonal[j] = Lanczos.dot(now, next);
      Lanczos.orthogonalise(point.backend().gram(), basis.rows(0, from + j + 1), next);
      norm = Lanczos.norm(next);
      side[j] = norm;
      scale = Math.max(scale, Math.abs(diagonal[j]));
      boolean last = norm <= EXHAUSTED * scale || from + j + 1 == point.size();
      scale = last ? scale : Math.max(scale, norm);
      if (last || j + 1 == limit || (j + 1) % LOOK == 0) {
        Run run = look(j + 1, wanted, last);
        if (run.converged || j + 1 == limit) {
          return run;
        }
      }
    }
    throw new AssertionError("the last step returns");
  }

  private Run look(int n, int wanted, boolean last) {
    Lanczos.Ritz ritz = Lanczos.Ritz.of(diagonal, side, n);
    double[] residuals = new double[n];
    for (int i = 0; i < n; i++) {
      residuals[i] = Math.abs(side[n - 1] * ritz.last()[i]);
    }
    boolean converged = n >= 2 * wanted;
    for (int i = 0; i < Math.min(wanted, n); i++) {
      double worse = Math.max(residuals[i], residuals[n - 1 - i]);
      converged &= worse <= tolerance * scale;
    }
    return new Run(ritz, residuals, last || converged);
  }

  /** Returns whether a run's largest or smallest is one of the k. */
  private boolean belongs(Run run) {
    List<Double> ascending = found.stream().map(Found::value).sorted().toList();
    double slack = tolerance * scale;
    double[] values = run.ritz.values();
    return ascending.size() < k
        || values[run.size() - 1] > ascending.get(ascending.size() - k) + slack
        || values[0] < ascending.get(k - 1) - slack;
  }

  /** Takes a run's eigenvalues from both ends as far as they are good, and keeps k at each end. */
  private void keep(Run run, boolean strict) {
    int n = run.size();
    double bound = strict ? tolerance * scale : Double.POSITIVE_INFINITY;
    int low = 0;
    while (low < Math.min(k, n) && run.residuals[low] <= bound) {
      low++;
    }
    int high = n;
    while (high > Math.max(low, n - k) && run.residuals[high - 1] <= bound) {
      high--;
    }
    List<Found> all = new ArrayList<>(found);
    for (int i = 0; i < n; i++) {
      if (i < low || i >= high) {
        all.add(new Found(run.ritz.values()[i], run.residuals[i], false, i));
      }
    }
    all.sort(Comparator.comparingDouble(Found::value));
    if (all.size() > 2 * k) {
      all.subList(k, all.size() - k).clear();
    }
    write(all, run);
  }

  private void write(List<Found> kept, Run run) {
    int from = found.size();
    List<Found> written = new ArrayList<>();
    try (HostMatrix rows = HostMatrix.allocate(DType.FLOAT64, kept.size(), point.size())) {
      HostMatrix krylov = basis.rows(from, from + run.size());
      for (Found f : kept) {
        int row = written.size();
        if (f.old) {
          rows.rows(row, row + 1).copyFrom(basis.rows(f.index, f.index + 1));
        } else {
          try (HostMatrix shares = HostMatrix.of(new double[][] {run.ritz.vectors()[f.index]})) {
            point
                .backend()
                .gram()
                .gemm(shares, false, krylov, false, 1, 0, rows.rows(row, row + 1));
          }
        }
        written.add(new Found(f.value, f.residual, true, row));
      }
      basis.rows(0, kept.size()).copyFrom(rows);
    }
    found = List.copyOf(written);
  }

  @Override
  public void close() {
    basis.close();
    next.close();
  }
}
