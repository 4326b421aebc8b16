package dev.lamina.analysis.sparsity;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.Jitter;
import java.util.Arrays;

/**
 * The row space of a matrix B (m×N) and its pseudo-inverse, with singular values below 1e-8 of the
 * largest taken for zero.
 *
 * <p>That cut is 1e-16 on BᵀB, below what an eigen decomposition of BᵀB resolves, so B itself is
 * decomposed, with A the one of B and Bᵀ that has fewer rows, p:
 *
 * <pre>  V A = L Q,   V and Q with orthonormal rows, L lower triangular</pre>
 *
 * (a UTV decomposition, Stewart 1992), by levels: eigenvectors of A Aᵀ give rows V A that are
 * orthogonal to rounding relative to the <i>largest</i>; those within a factor 1e-3 of it are
 * orthonormalised by Cholesky, taken out of the others, and the remainder, whose entries are now as
 * small as its norm, goes through the same at its own scale. So singular values down to the cut are
 * found to eight digits or more. Costs 2mNp + 10p³ operations a level, one level unless singular
 * values spread by more than 1e3, five at most; memory 8(3p² + 3pN) bytes. Owns its matrices.
 */
final class RowSpace implements AutoCloseable {
  /** Singular values below this share of the largest are zero. */
  static final double CUT = 1e-8;

  /**
   * What one level keeps: its rows are orthogonal to 1e-16/1e-6 before they are orthonormalised.
   */
  private static final double LEVEL = 1e-3;

  private final Backend backend;
  private final Scratch scratch;
  private final long rows;
  private final long cols;
  private final boolean wide;
  private final double[] singularValues;
  private final int rank;
  private DeviceMatrix v;
  private DeviceMatrix inverse;
  private DeviceMatrix q;

  /**
   * Decomposes a matrix.
   *
   * @param b m×N, float64, finite; not changed
   */
  RowSpace(Backend backend, DeviceMatrix b) {
    this.backend = backend;
    this.scratch = new Scratch(backend);
    this.rows = b.rows();
    this.cols = b.cols();
    this.wide = b.rows() < b.cols();
    int p = Math.toIntExact(Math.min(rows, cols));
    this.singularValues = new double[p];
    try (Scratch local = new Scratch(backend)) {
      this.rank = decompose(b, p, local);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /** Singular values, largest first, those behind the rank as far as they are resolved. */
  double[] singularValues() {
    return singularValues.clone();
  }

  /** Returns the number of singular values above the cut. */
  int rank() {
    return rank;
  }

  private int decompose(DeviceMatrix b, int p, Scratch local) {
    DeviceMatrix rest = wide ? local.copy(b) : transposed(b, local);
    double[][] vRest = null;
    double[][] vKept = new double[p][];
    double[][] lower = new double[p][p];
    DeviceMatrix basis = scratch.matrix(p, Math.max(rows, cols));
    int done = 0;
    while (done < p) {
      DeviceMatrix turned = turn(rest, local);
      double[][] w = local.download(turned);
      vRest =
          vRest == null
              ? w
              : local.download(local.product(turned, false, local.upload(vRest), false));
      rest = local.product(turned, false, rest, false);
      int kept = rest(rest, done);
      for (int j = 0; j < done; j++) {
        turnColumn(w, lower, done, j);
      }
      if (kept == 0) {
        break;
      }
      System.arraycopy(vRest, 0, vKept, done, kept);
      rest = split(rest, kept, basis, lower, done, local);
      vRest = Arrays.copyOfRange(vRest, kept, vRest.length);
      done += kept;
    }
    if (done > 0) {
      finish(done, vKept, lower, basis);
    }
    return done;
  }

  private DeviceMatrix transposed(DeviceMatrix b, Scratch local) {
    try (HostMatrix host = HostMatrix.allocate(b.dtype(), rows, cols)) {
      backend.download(b, host);
      return local.uploadTransposed(host);
    }
  }

  /** Returns the eigenvectors of R Rᵀ as rows, those of large eigenvalues first. */
  private DeviceMatrix turn(DeviceMatrix rest, Scratch local) {
    DeviceMatrix gram = local.matrix(rest.rows(), rest.rows());
    backend.gram().rowProducts(rest, 1, 0, gram);
    DeviceMatrix values = local.matrix(rest.rows(), 1);
    backend.solve().symmetricEigen(gram, values, true);
    int n = Math.toIntExact(rest.rows());
    int[] order = new int[n];
    Arrays.setAll(order, i -> n - 1 - i);
    DeviceMatrix out = local.like(gram);
    backend.layers().gatherRows(gram, order, 0, out);
    return out;
  }

  /** Notes the norms of the remaining rows; returns how many the next level keeps. */
  private int rest(DeviceMatrix rest, int done) {
    double[] norms = new double[Math.toIntExact(rest.rows())];
    try (Scratch local = new Scratch(backend)) {
      DeviceMatrix column = local.matrix(rest.rows(), 1);
      backend.gram().rowNorms(rest, column);
      double[][] values = local.download(column);
      Arrays.setAll(norms, i -> values[i][0]);
    }
    System.arraycopy(norms, 0, singularValues, done, norms.length);
    double top = Arrays.stream(norms).max().orElse(0);
    double largest = done == 0 ? top : singularValues[0];
    double least = Math.max(LEVEL * top, CUT * largest);
    int kept = 0;
    while (kept < norms.length && norms[kept] > least) {
      kept++;
    }
    return kept;
  }

  /** Turns the rows behind {@code done} of a column of L. */
  private static void turnColumn(double[][] w, double[][] lower, int done, int column) {
    double[] turned = new double[w.length];
    for (int i = 0; i < w.length; i++) {
      for (int k = 0; k < w.length; k++) {
        turned[i] += w[i][k] * lower[done + k][column];
      }
    }
    for (int i = 0; i < w.length; i++) {
      lower[done + i][column] = turned[i];
    }
  }

  /**
   * Orthonormalises the first rows and takes them out of the others.
   *
   * @return the others; null if there are none
   */
  private DeviceMatrix split(
      DeviceMatrix rest, int kept, DeviceMatrix basis, double[][] lower, int done, Scratch local) {
    double[] inverses = new double[kept];
    Arrays.setAll(inverses, i -> 1 / singularValues[done + i]);
    DeviceMatrix mine = basis.rows(done, done + kept);
    backend.gram().gemm(local.diagonal(inverses), false, rest.rows(0, kept), false, 1, 0, mine);
    DeviceMatrix factor = local.matrix(kept, kept);
    backend.gram().rowProducts(mine, 1, 0, factor);
    backend.solve().cholesky(factor, Jitter.NONE);
    backend.solve().solveLower(factor, mine);
    double[][] f = local.download(factor);
    for (int i = 0; i < kept; i++) {
      for (int j = 0; j <= i; j++) {
        lower[done + i][done + j] = singularValues[done + i] * f[i][j];
      }
    }
    long others = rest.rows() - kept;
    if (others == 0) {
      return null;
    }
    DeviceMatrix out = local.copy(rest.rows(kept, rest.rows()));
    for (int pass = 0; pass < 2; pass++) { // the second makes them orthogonal to rounding
      DeviceMatrix share = local.product(out, false, mine, true);
      backend.gram().gemm(share, false, mine, false, -1, 1, out);
      double[][] s = local.download(share);
      for (int i = 0; i < others; i++) {
        for (int j = 0; j < kept; j++) {
          lower[done + kept + i][done + j] += s[i][j];
        }
      }
    }
    return out;
  }

  private void finish(int r, double[][] vKept, double[][] lower, DeviceMatrix basis) {
    v = scratch.upload(Arrays.copyOf(vKept, r));
    q = basis.rows(0, r);
    double[][] l = new double[r][];
    Arrays.setAll(l, i -> Arrays.copyOf(lower[i], r));
    try (Scratch local = new Scratch(backend)) {
      DeviceMatrix factor = local.upload(l);
      inverse = scratch.identity(r);
      backend.solve().solveLower(factor, inverse);
    }
  }

  /**
   * Returns Z B⁺.
   *
   * @param z k×N
   * @param into allocates the result, k×m
   */
  DeviceMatrix timesPseudoInverse(DeviceMatrix z, Scratch into) {
    if (rank == 0) {
      return into.zeros(z.rows(), rows);
    }
    return wide ? throughLeft(z, q, v, into) : throughRight(z, v, q, into);
  }

  /**
   * Returns X B⁺ᵀ.
   *
   * @param x k×m
   * @param into allocates the result, k×N
   */
  DeviceMatrix timesTransposedPseudoInverse(DeviceMatrix x, Scratch into) {
    if (rank == 0) {
      return into.zeros(x.rows(), cols);
    }
    return wide ? throughRight(x, v, q, into) : throughLeft(x, q, v, into);
  }

  /** Returns a aᵀ-side product (A Fᵀ) L⁻¹ T. */
  private DeviceMatrix throughLeft(
      DeviceMatrix a, DeviceMatrix from, DeviceMatrix to, Scratch into) {
    try (Scratch local = new Scratch(backend)) {
      DeviceMatrix in = local.product(a, false, from, true);
      return into.product(local.product(in, false, inverse, false), false, to, false);
    }
  }

  /** Returns (A Fᵀ) L⁻ᵀ T. */
  private DeviceMatrix throughRight(
      DeviceMatrix a, DeviceMatrix from, DeviceMatrix to, Scratch into) {
    try (Scratch local = new Scratch(backend)) {
      DeviceMatrix in = local.product(a, false, from, true);
      return into.product(local.product(in, false, inverse, true), false, to, false);
    }
  }

  /** Returns an orthonormal basis of the row space in rows, rank×N; null if the rank is 0. */
  DeviceMatrix basis() {
    return wide ? q : v;
  }

  /** Returns Z P, P = B⁺B the projector on the row space. */
  DeviceMatrix project(DeviceMatrix z, Scratch into) {
    if (rank == 0) {
      return into.zeros(z.rows(), cols);
    }
    try (Scratch local = new Scratch(backend)) {
      return into.product(local.product(z, false, basis(), true), false, basis(), false);
    }
  }

  @Override
  public void close() {
    scratch.close();
  }
}
