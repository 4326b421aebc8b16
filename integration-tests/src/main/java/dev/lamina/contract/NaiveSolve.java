package dev.lamina.contract;

/** The oracle of factorisations: textbook algorithms in float64 on arrays of rows. */
public final class NaiveSolve {

  private NaiveSolve() {}

  /**
   * Returns L with L Lᵀ = A (Cholesky–Banachiewicz).
   *
   * @param a N×N, only the lower triangle is read
   * @throws ArithmeticException if A is not positive definite
   */
  public static double[][] cholesky(double[][] a) {
    int n = a.length;
    double[][] l = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double sum = a[i][j];
        for (int k = 0; k < j; k++) {
          sum -= l[i][k] * l[j][k];
        }
        if (i == j && !(sum > 0)) {
          throw new ArithmeticException("pivot " + i + " is " + sum);
        }
        l[i][j] = i == j ? Math.sqrt(sum) : sum / l[j][j];
      }
    }
    return l;
  }

  /**
   * Returns the solution of L X = B by forward substitution.
   *
   * @param l N×N, only the lower triangle is read
   * @param b N×t
   */
  public static double[][] solveLower(double[][] l, double[][] b) {
    double[][] x = NaiveGram.copy(b);
    for (int i = 0; i < l.length; i++) {
      for (int c = 0; c < x[i].length; c++) {
        for (int k = 0; k < i; k++) {
          x[i][c] -= l[i][k] * x[k][c];
        }
        x[i][c] /= l[i][i];
      }
    }
    return x;
  }

  /**
   * Returns the solution of L Lᵀ X = B by forward and backward substitution.
   *
   * @param l N×N, only the lower triangle is read
   * @param b N×t
   */
  public static double[][] solve(double[][] l, double[][] b) {
    double[][] x = solveLower(l, b);
    for (int i = l.length - 1; i >= 0; i--) {
      for (int c = 0; c < x[i].length; c++) {
        for (int k = i + 1; k < l.length; k++) {
          x[i][c] -= l[k][i] * x[k][c];
        }
        x[i][c] /= l[i][i];
      }
    }
    return x;
  }

  /**
   * Returns the eigenvalues of a symmetric matrix in ascending order, by cyclic Jacobi rotations
   * (Golub and Van Loan 2013, section 8.5).
   *
   * @param symmetric N×N
   */
  public static double[] eigenvalues(double[][] symmetric) {
    double[][] a = NaiveGram.copy(symmetric);
    int n = a.length;
    for (int sweep = 0; sweep < 30; sweep++) {
      for (int p = 0; p < n; p++) {
        for (int q = p + 1; q < n; q++) {
          rotate(a, p, q);
        }
      }
    }
    return java.util.stream.IntStream.range(0, n).mapToDouble(i -> a[i][i]).sorted().toArray();
  }

  private static void rotate(double[][] a, int p, int q) {
    if (a[p][q] == 0) {
      return;
    }
    double tau = (a[q][q] - a[p][p]) / (2 * a[p][q]);
    double t = Math.copySign(1, tau) / (Math.abs(tau) + Math.hypot(1, tau));
    double c = 1 / Math.hypot(1, t);
    double s = t * c;
    for (int k = 0; k < a.length; k++) {
      double kp = a[k][p];
      a[k][p] = c * kp - s * a[k][q];
      a[k][q] = s * kp + c * a[k][q];
    }
    for (int k = 0; k < a.length; k++) {
      double pk = a[p][k];
      a[p][k] = c * pk - s * a[q][k];
      a[q][k] = s * pk + c * a[q][k];
    }
  }
}
