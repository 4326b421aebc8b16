package dev.lamina.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorSpecies;

/**
 * Products of float64 matrices so small that calling OpenBLAS would take longer: everything lies in
 * short arrays. Each entry is one chain of fused multiply-adds in the order of the inner index.
 */
final class DoubleProducts {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final int L = D.length();

  private DoubleProducts() {}

  /**
   * Returns the row stride of a result with n columns: n if one vector holds a row (its unused
   * lanes are overwritten by the next row), else n rounded up to whole vectors.
   */
  static int stride(int n) {
    return n <= L ? n : (n + L - 1) / L * L;
  }

  /**
   * Computes {@code C = A B + 1 startᵀ}. All arrays have {@link LayerScratch#SLACK} elements more
   * than they hold; lanes beyond a row of B may hold anything.
   *
   * @param m rows of A and C
   * @param n columns of B and C
   * @param k columns of A, rows of B
   * @param a entry (i, p) at {@code i·rowStep + p·colStep}
   * @param b row-major with stride {@code ldb}
   * @param start first value of every row of C
   * @param c row-major with stride {@link #stride}{@code (n)}
   */
  static void multiply(
      int m,
      int n,
      int k,
      double[] a,
      int rowStep,
      int colStep,
      double[] b,
      int ldb,
      double[] start,
      double[] c) {
    int ldc = stride(n);
    for (int i = 0; i < m; i += 8) {
      int rows = Math.min(8, m - i);
      int j = 0;
      for (; n - j > L; j += 2 * L) {
        pair(i, Math.min(4, rows), j, k, a, rowStep, colStep, b, ldb, start, c, ldc);
        if (rows > 4) {
          pair(i + 4, rows - 4, j, k, a, rowStep, colStep, b, ldb, start, c, ldc);
        }
      }
      if (j < n) {
        single(i, rows, j, k, a, rowStep, colStep, b, ldb, start, c, ldc);
      }
    }
  }

  /** Eight rows, one vector of columns; rows beyond the last repeat it and are not stored. */
  private static void single(
      int i,
      int rows,
      int j,
      int k,
      double[] a,
      int rowStep,
      int colStep,
      double[] b,
      int ldb,
      double[] start,
      double[] c,
      int ldc) {
    int a0 = i * rowStep;
    int a1 = (i + Math.min(1, rows - 1)) * rowStep;
    int a2 = (i + Math.min(2, rows - 1)) * rowStep;
    int a3 = (i + Math.min(3, rows - 1)) * rowStep;
    int a4 = (i + Math.min(4, rows - 1)) * rowStep;
    int a5 = (i + Math.min(5, rows - 1)) * rowStep;
    int a6 = (i + Math.min(6, rows - 1)) * rowStep;
    int a7 = (i + Math.min(7, rows - 1)) * rowStep;
    DoubleVector c0 = DoubleVector.fromArray(D, start, j);
    DoubleVector c1 = c0;
    DoubleVector c2 = c0;
    DoubleVector c3 = c0;
    DoubleVector c4 = c0;
    DoubleVector c5 = c0;
    DoubleVector c6 = c0;
    DoubleVector c7 = c0;
    int q = 0;
    int at = j;
    for (int p = 0; p < k; p++) {
      DoubleVector row = DoubleVector.fromArray(D, b, at);
      c0 = row.fma(DoubleVector.broadcast(D, a[a0 + q]), c0);
      c1 = row.fma(DoubleVector.broadcast(D, a[a1 + q]), c1);
      c2 = row.fma(DoubleVector.broadcast(D, a[a2 + q]), c2);
      c3 = row.fma(DoubleVector.broadcast(D, a[a3 + q]), c3);
      c4 = row.fma(DoubleVector.broadcast(D, a[a4 + q]), c4);
      c5 = row.fma(DoubleVector.broadcast(D, a[a5 + q]), c5);
      c6 = row.fma(DoubleVector.broadcast(D, a[a6 + q]), c6);
      c7 = row.fma(DoubleVector.broadcast(D, a[a7 + q]), c7);
      q += colStep;
      at += ldb;
    }
    int to = i * ldc + j;
    c0.intoArray(c, to);
    if (rows == 8) {
      c1.intoArray(c, to + ldc);
      c2.intoArray(c, to + 2 * ldc);
      c3.intoArray(c, to + 3 * ldc);
      c4.intoArray(c, to + 4 * ldc);
      c5.intoArray(c, to + 5 * ldc);
      c6.intoArray(c, to + 6 * ldc);
      c7.intoArray(c, to + 7 * ldc);
      return;
    }
    if (rows > 1) {
      c1.intoArray(c, to + ldc);
    }
    if (rows > 2) {
      c2.intoArray(c, to + 2 * ldc);
    }
    if (rows > 3) {
      c3.intoArray(c, to + 3 * ldc);
    }
    if (rows > 4) {
      c4.intoArray(c, to + 4 * ldc);
    }
    if (rows > 5) {
      c5.intoArray(c, to + 5 * ldc);
    }
    if (rows > 6) {
      c6.intoArray(c, to + 6 * ldc);
    }
  }

  /** Four rows, two vectors of columns; rows beyond the last repeat it and are not stored. */
  private static void pair(
      int i,
      int rows,
      int j,
      int k,
      double[] a,
      int rowStep,
      int colStep,
      double[] b,
      int ldb,
      double[] start,
      double[] c,
      int ldc) {
    int a0 = i * rowStep;
    int a1 = (i + Math.min(1, rows - 1)) * rowStep;
    int a2 = (i + Math.min(2, rows - 1)) * rowStep;
    int a3 = (i + Math.min(3, rows - 1)) * rowStep;
    DoubleVector c0 = DoubleVector.fromArray(D, start, j);
    DoubleVector d0 = DoubleVector.fromArray(D, start, j + L);
    DoubleVector c1 = c0;
    DoubleVector d1 = d0;
    DoubleVector c2 = c0;
    DoubleVector d2 = d0;
    DoubleVector c3 = c0;
    DoubleVector d3 = d0;
    int q = 0;
    int at = j;
    for (int p = 0; p < k; p++) {
      DoubleVector left = DoubleVector.fromArray(D, b, at);
      DoubleVector right = DoubleVector.fromArray(D, b, at + L);
      DoubleVector e0 = DoubleVector.broadcast(D, a[a0 + q]);
      c0 = left.fma(e0, c0);
      d0 = right.fma(e0, d0);
      DoubleVector e1 = DoubleVector.broadcast(D, a[a1 + q]);
      c1 = left.fma(e1, c1);
      d1 = right.fma(e1, d1);
      DoubleVector e2 = DoubleVector.broadcast(D, a[a2 + q]);
      c2 = left.fma(e2, c2);
      d2 = right.fma(e2, d2);
      DoubleVector e3 = DoubleVector.broadcast(D, a[a3 + q]);
      c3 = left.fma(e3, c3);
      d3 = right.fma(e3, d3);
      q += colStep;
      at += ldb;
    }
    int to = i * ldc + j;
    c0.intoArray(c, to);
    d0.intoArray(c, to + L);
    if (rows > 1) {
      c1.intoArray(c, to + ldc);
      d1.intoArray(c, to + ldc + L);
    }
    if (rows > 2) {
      c2.intoArray(c, to + 2 * ldc);
      d2.intoArray(c, to + 2 * ldc + L);
    }
    if (rows > 3) {
      c3.intoArray(c, to + 3 * ldc);
      d3.intoArray(c, to + 3 * ldc + L);
    }
  }

  /**
   * Sums the rows of a matrix.
   *
   * @param m number of rows
   * @param n number of columns
   * @param a row-major without gaps
   * @param out takes n sums
   */
  static void columnSums(int m, int n, double[] a, double[] out) {
    for (int j = 0; j < n; j += L) {
      DoubleVector sum = DoubleVector.zero(D);
      int at = j;
      for (int i = 0; i < m; i++) {
        sum = sum.add(DoubleVector.fromArray(D, a, at));
        at += n;
      }
      sum.intoArray(out, j);
    }
  }
}
