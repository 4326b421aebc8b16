package dev.lamina.analysis.regression;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.ConjugateGradient;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.LinearOperator;
import dev.lamina.ops.NotPositiveDefiniteException;
import dev.lamina.ops.SolveOps;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/** The part of {@link SolveOps} that regression uses, in plain float64 loops. */
final class NaiveSolve implements SolveOps {

  @Override
  public double cholesky(Matrix a, Jitter jitter) {
    double[][] original = ((HostMatrix) a).toArray();
    int n = original.length;
    double mean = 0;
    for (int i = 0; i < n; i++) {
      mean += original[i][i] / n;
    }
    double added = 0;
    for (int attempt = 0; ; attempt++) {
      double[][] l = new double[n][n];
      int pivot = factor(original, added, l);
      if (pivot < 0) {
        store(l, (HostMatrix) a);
        return added;
      }
      if (attempt == jitter.attempts()) {
        throw new NotPositiveDefiniteException("cholesky", pivot, l[pivot][pivot], added);
      }
      added = jitter.first() * mean * Math.pow(10, attempt);
    }
  }

  /** Returns the row where it broke down, with the pivot's value in l, or −1. */
  private static int factor(double[][] a, double added, double[][] l) {
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i][j] + (i == j ? added : 0);
        for (int k = 0; k < j; k++) {
          sum -= l[i][k] * l[j][k];
        }
        if (i == j && !(sum > 0)) {
          l[i][i] = sum;
          return i;
        }
        l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
      }
    }
    return -1;
  }

  private static void store(double[][] values, HostMatrix out) {
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < values[i].length; j++) {
        // What stands above a factor's diagonal is unspecified: nobody may read it.
        out.set(i, j, j > i && values.length == values[i].length ? Double.NaN : values[i][j]);
      }
    }
  }

  @Override
  public void solve(Matrix factor, Matrix b) {
    solveLower(factor, b);
    HostMatrix l = (HostMatrix) factor;
    HostMatrix x = (HostMatrix) b;
    for (long c = 0; c < x.cols(); c++) {
      for (long i = x.rows() - 1; i >= 0; i--) {
        double sum = x.get(i, c);
        for (long k = i + 1; k < x.rows(); k++) {
          sum -= l.get(k, i) * x.get(k, c);
        }
        x.set(i, c, sum / l.get(i, i));
      }
    }
  }

  @Override
  public void solveLower(Matrix factor, Matrix b) {
    HostMatrix l = (HostMatrix) factor;
    HostMatrix x = (HostMatrix) b;
    for (long c = 0; c < x.cols(); c++) {
      for (long i = 0; i < x.rows(); i++) {
        double sum = x.get(i, c);
        for (long k = 0; k < i; k++) {
          sum -= l.get(i, k) * x.get(k, c);
        }
        x.set(i, c, sum / l.get(i, i));
      }
    }
  }

  @Override
  public double logDeterminant(Matrix factor) {
    double sum = 0;
    for (long i = 0; i < factor.rows(); i++) {
      sum += 2 * Math.log(((HostMatrix) factor).get(i, i));
    }
    return sum;
  }

  @Override
  public void inverse(Matrix factor) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public Refinement solveRefined(Matrix a, Matrix b) {
    throw new UnsupportedOperationException("not used by regression");
  }

  @Override
  public ConjugateGradient.Result conjugateGradient(
      LinearOperator operator, Matrix b, Matrix x, ConjugateGradient settings) {
    HostMatrix rhs = (HostMatrix) b;
    HostMatrix solution = (HostMatrix) x;
    int iterations = 0;
    double worst = 0;
    for (long c = 0; c < rhs.cols(); c++) {
      try (Column column = new Column(operator, rhs, solution, c)) {
        iterations = Math.max(iterations, column.run(settings));
        worst = Math.max(worst, column.residual());
      }
    }
    return new ConjugateGradient.Result(iterations, worst, worst <= settings.tolerance());
  }

  /** Plain conjugate gradients for one right-hand side; the preconditioner is ignored. */
  private static final class Column implements AutoCloseable {
    private final LinearOperator operator;
    private final HostMatrix solution;
    private final long index;
    private final int n;
    private final HostMatrix direction;
    private final HostMatrix image;
    private final double[] r;
    private final double[] p;
    private final double norm;

    Column(LinearOperator operator, HostMatrix rhs, HostMatrix solution, long index) {
      this.operator = operator;
      this.solution = solution;
      this.index = index;
      this.n = Math.toIntExact(rhs.rows());
      this.direction = HostMatrix.allocate(rhs.dtype(), n, 1);
      this.image = HostMatrix.allocate(rhs.dtype(), n, 1);
      double[] start = new double[n];
      double[] b = new double[n];
      for (int i = 0; i < n; i++) {
        start[i] = solution.get(i, index);
        b[i] = rhs.get(i, index);
      }
      double[] product = apply(start);
      this.r = new double[n];
      for (int i = 0; i < n; i++) {
        r[i] = b[i] - product[i];
      }
      this.p = r.clone();
      this.norm = Math.sqrt(NaiveKernels.dot(b, b));
    }

    private double[] apply(double[] v) {
      for (int i = 0; i < n; i++) {
        direction.set(i, 0, v[i]);
      }
      operator.apply(direction, image);
      double[] out = new double[n];
      for (int i = 0; i < n; i++) {
        out[i] = image.get(i, 0);
      }
      return out;
    }

    double residual() {
      return norm == 0 ? 0 : Math.sqrt(NaiveKernels.dot(r, r)) / norm;
    }

    int run(ConjugateGradient settings) {
      int step = 0;
      for (; step < settings.maxIterations() && residual() > settings.tolerance(); step++) {
        double[] q = apply(p);
        double rr = NaiveKernels.dot(r, r);
        double alpha = rr / NaiveKernels.dot(p, q);
        for (int i = 0; i < n; i++) {
          solution.set(i, index, solution.get(i, index) + alpha * p[i]);
          r[i] -= alpha * q[i];
        }
        double beta = NaiveKernels.dot(r, r) / rr;
        for (int i = 0; i < n; i++) {
          p[i] = r[i] + beta * p[i];
        }
      }
      return step;
    }

    @Override
    public void close() {
      direction.close();
      image.close();
    }
  }

  @Override
  public void symmetricEigen(Matrix a, Matrix values, boolean vectors) {
    HostMatrix m = (HostMatrix) a;
    var eigen =
        new EigenDecompositionSymmetric(new Array2DRowRealMatrix(m.toArray()), 1e-300, false);
    for (int k = 0; k < m.rows(); k++) {
      ((HostMatrix) values).set(k, 0, eigen.getEigenvalue(k));
      double[] v = eigen.getEigenvector(k).toArray();
      for (int i = 0; i < m.rows(); i++) {
        m.set(k, i, v[i]);
      }
    }
  }
}
