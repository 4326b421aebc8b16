package dev.lamina.contract;

/** The oracle of matrix products and of what is done to Gram matrices: double loops in float64. */
public final class NaiveGram {

  private NaiveGram() {}

  /** Returns a copy. */
  public static double[][] copy(double[][] a) {
    double[][] copy = new double[a.length][];
    for (int i = 0; i < a.length; i++) {
      copy[i] = a[i].clone();
    }
    return copy;
  }

  /** Returns Aᵀ. */
  public static double[][] transpose(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  /** Returns the matrix of absolute values. */
  public static double[][] abs(double[][] a) {
    double[][] abs = copy(a);
    for (double[] row : abs) {
      for (int j = 0; j < row.length; j++) {
        row[j] = Math.abs(row[j]);
      }
    }
    return abs;
  }

  /**
   * Returns A B.
   *
   * @param a m×k
   * @param b k×n
   */
  public static double[][] multiply(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        for (int j = 0; j < b[0].length; j++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  /** Returns alpha A + beta B. */
  public static double[][] combine(double alpha, double[][] a, double beta, double[][] b) {
    double[][] c = new double[a.length][a[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        c[i][j] = alpha * a[i][j] + (beta == 0 ? 0 : beta * b[i][j]);
      }
    }
    return c;
  }

  /** Returns H K H with H = I − 1 1ᵀ/N. */
  public static double[][] centre(double[][] k) {
    int n = k.length;
    double[][] h = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        h[i][j] = (i == j ? 1 : 0) - 1.0 / n;
      }
    }
    return multiply(multiply(h, k), h);
  }

  /** Returns the matrix of products of entries. */
  public static double[][] hadamard(double[][] a, double[][] b) {
    double[][] c = copy(a);
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        c[i][j] *= b[i][j];
      }
    }
    return c;
  }

  /** Returns Σ a_ij b_ij. */
  public static double dot(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[i].length; j++) {
        sum += a[i][j] * b[i][j];
      }
    }
    return sum;
  }

  /** Returns ‖x‖ of each row, scaled by the row's largest entry so that no square overflows. */
  public static double[] rowNorms(double[][] x) {
    double[] norms = new double[x.length];
    for (int i = 0; i < x.length; i++) {
      double largest = 0;
      for (double v : x[i]) {
        largest = Math.max(largest, Math.abs(v));
      }
      double sum = 0;
      for (double v : x[i]) {
        sum += (v / largest) * (v / largest);
      }
      norms[i] = largest == 0 ? 0 : largest * Math.sqrt(sum);
    }
    return norms;
  }
}
