package dev.lamina.ops.iteration;

import dev.lamina.matrix.HostMatrix;

/**
 * Sums and combinations of tall matrices column by column, for methods that treat several vectors
 * side by side.
 *
 * <p>Sums are taken in float64 over blocks of rows of fixed size and the blocks added in their
 * order, so that they do not depend on the number of threads.
 */
public final class Columns {
  private static final int ROWS = 1024;

  private final IndexLoop loop;

  /**
   * Creates the operations.
   *
   * @param loop shares out the blocks of rows
   */
  public Columns(IndexLoop loop) {
    this.loop = loop;
  }

  /** What is done with a range of rows. */
  @FunctionalInterface
  private interface RowRange {
    void run(int block, long from, long to);
  }

  private void forEachBlock(HostMatrix m, RowRange body) {
    loop.forEach(
        Math.ceilDiv(m.rows(), ROWS),
        block -> body.run((int) block, block * ROWS, Math.min(m.rows(), (block + 1) * ROWS)));
  }

  /**
   * {@return Σ_i a_ij b_ij for each column j}
   *
   * @param a N×t
   * @param b N×t
   */
  public double[] dots(HostMatrix a, HostMatrix b) {
    int cols = Math.toIntExact(a.cols());
    double[][] partial = new double[Math.toIntExact(Math.ceilDiv(a.rows(), ROWS))][cols];
    forEachBlock(
        a,
        (block, from, to) -> {
          double[] sums = partial[block];
          for (long i = from; i < to; i++) {
            for (int j = 0; j < cols; j++) {
              sums[j] += a.get(i, j) * b.get(i, j);
            }
          }
        });
    double[] sums = new double[cols];
    for (double[] part : partial) {
      for (int j = 0; j < cols; j++) {
        sums[j] += part[j];
      }
    }
    return sums;
  }

  /**
   * {@return max_i |a_ij| for each column j; NaN counts as ∞}
   *
   * @param a N×t
   */
  public double[] largest(HostMatrix a) {
    int cols = Math.toIntExact(a.cols());
    double[][] partial = new double[Math.toIntExact(Math.ceilDiv(a.rows(), ROWS))][cols];
    forEachBlock(
        a,
        (block, from, to) -> {
          for (long i = from; i < to; i++) {
            for (int j = 0; j < cols; j++) {
              double value = Math.abs(a.get(i, j));
              partial[block][j] =
                  Math.max(
                      partial[block][j], Double.isNaN(value) ? Double.POSITIVE_INFINITY : value);
            }
          }
        });
    double[] largest = new double[cols];
    for (double[] part : partial) {
      for (int j = 0; j < cols; j++) {
        largest[j] = Math.max(largest[j], part[j]);
      }
    }
    return largest;
  }

  /**
   * {@return ‖a_j‖₂ for each column j}
   *
   * @param a N×t
   */
  public double[] norms(HostMatrix a) {
    double[] norms = dots(a, a);
    for (int j = 0; j < norms.length; j++) {
      norms[j] = Math.sqrt(norms[j]);
    }
    return norms;
  }

  /**
   * Computes {@code y_j = x_j·factor_j + y_j·keep_j} for each column j.
   *
   * @param x N×t
   * @param factor t factors
   * @param keep t factors; 0 ignores the old value even if it is NaN
   * @param y N×t, may be of another element type
   */
  public void combine(HostMatrix x, double[] factor, double[] keep, HostMatrix y) {
    forEachBlock(
        x,
        (block, from, to) -> {
          for (long i = from; i < to; i++) {
            for (int j = 0; j < factor.length; j++) {
              double old = keep[j] == 0 ? 0 : y.get(i, j) * keep[j];
              y.set(i, j, x.get(i, j) * factor[j] + old);
            }
          }
        });
  }

  /**
   * Copies, converting the element type.
   *
   * @param x N×t
   * @param y N×t, overwritten
   */
  public void copy(HostMatrix x, HostMatrix y) {
    forEachBlock(x, (block, from, to) -> y.rows(from, to).copyFrom(x.rows(from, to)));
  }
}
