package dev.lamina.cpu;

import dev.lamina.matrix.HostMatrix;

/** Products with a symmetric matrix of which only the lower triangle is read. */
final class SymmetricProduct {
  private SymmetricProduct() {}

  /**
   * Computes {@code out = alpha·A v + beta·out}, each row of tiles in a fixed order.
   *
   * @param alpha factor of the product
   * @param a N×N
   * @param v N×t
   * @param beta factor of the old value
   * @param out N×t
   * @param workers who works
   */
  static void multiply(
      double alpha, HostMatrix a, HostMatrix v, double beta, HostMatrix out, Workers workers) {
    Tiles tiles = Tiles.of(a);
    workers.forEach(
        tiles.count(),
        (worker, index) -> {
          int i = (int) index;
          Block target = rows(tiles, i, i + 1, out);
          Blas.symmetric(alpha, tiles.tile(i, i), rows(tiles, i, i + 1, v), beta, target);
          if (i > 0) {
            Blas.gemm(alpha, tiles.row(i, 0, i), false, rows(tiles, 0, i, v), false, 1, target);
          }
          for (int k = i + 1; k < tiles.count(); k++) {
            Blas.gemm(alpha, tiles.tile(k, i), true, rows(tiles, k, k + 1, v), false, 1, target);
          }
        });
  }

  private static Block rows(Tiles tiles, int from, int to, HostMatrix m) {
    long start = tiles.start(from);
    return Block.of(m, start, tiles.start(to) - start, 0, m.cols());
  }

  /**
   * Returns ‖A‖∞, the largest sum of absolute values of a row.
   *
   * @param a N×N
   * @param workers who works
   */
  static double infinityNorm(HostMatrix a, Workers workers) {
    Tiles tiles = Tiles.of(a);
    double[] largest = new double[tiles.count()];
    workers.forEach(
        tiles.count(),
        (worker, index) -> {
          int i = (int) index;
          double[] sums = new double[tiles.size(i)];
          for (int k = 0; k < tiles.count(); k++) {
            addAbsolute(k <= i ? tiles.tile(i, k) : tiles.tile(k, i), i, k, sums);
          }
          for (double sum : sums) {
            largest[i] = Math.max(largest[i], sum);
          }
        });
    double norm = 0;
    for (double row : largest) {
      norm = Math.max(norm, row);
    }
    return norm;
  }

  /**
   * Adds the absolute values of tile (i, k), which stands transposed below the diagonal if k > i.
   */
  private static void addAbsolute(Block tile, int i, int k, double[] sums) {
    for (int r = 0; r < tile.rows(); r++) {
      for (int c = 0; c < (i == k ? r + 1 : tile.cols()); c++) {
        double value = Math.abs(tile.get(r, c));
        if (k <= i) {
          sums[r] += value;
        }
        if (k > i || (k == i && c < r)) {
          sums[c] += value;
        }
      }
    }
  }
}
