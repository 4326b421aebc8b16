package dev.lamina.cpu;

import dev.lamina.matrix.HostMatrix;

/** Multiplies the tiles of a kernel matrix by a matrix as soon as they are computed. */
record TileProducts(KernelTiles tiles, HostMatrix v, HostMatrix out) {

  /**
   * Adds K(i,j) v_j to block i of the result and, if {@code symmetric} and i ≠ j, K(i,j)ᵀ v_i to
   * block j.
   */
  void add(int worker, long i, long j, boolean symmetric) {
    HostMatrix tile = tiles.buffer(worker);
    long row = tiles.start(i);
    long col = tiles.start(j);
    tiles.tile(
        worker,
        i,
        j,
        (r, lines, from, count, entries) -> {
          for (int line = 0; line < lines; line++) {
            entries.store(0, line, count, tile, r - row + line, 0);
          }
        });
    long rows = Math.min(tiles.plan().edge(), out.rows() - row);
    long cols = Math.min(tiles.plan().edge(), v.rows() - col);
    if (symmetric && i == j) {
      double[] diagonal = tiles.xBlock(i).diagonal[0];
      for (int r = 0; r < rows; r++) {
        tile.set(r, r, diagonal[r]);
      }
      tiles.mirror(worker).lowerToUpper(tile, 0, rows, 0, rows);
    }
    Block k = Block.of(tile, 0, rows, 0, cols);
    Blas.gemm(
        1,
        k,
        false,
        Block.of(v.rows(col, col + cols)),
        false,
        1,
        Block.of(out.rows(row, row + rows)));
    if (symmetric && i != j) {
      Blas.gemm(
          1,
          k,
          true,
          Block.of(v.rows(row, row + rows)),
          false,
          1,
          Block.of(out.rows(col, col + cols)));
    }
  }
}
