package dev.lamina.cpu;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;

/**
 * Replaces a Cholesky factor by the inverse (L Lᵀ)⁻¹ = U Uᵀ with U = L⁻ᵀ, in place.
 *
 * <p>First U is written above the diagonal, while L stands below it: U_ji = −(Σ_k U_jk L_ikᵀ)
 * L_ii⁻ᵀ over j ≤ k &lt; i. Then the products of rows of U overwrite L, and the lower triangle is
 * mirrored. Both halves take N³/3 operations, the least possible. The tiles on the diagonal hold
 * parts of both triangles; each worker has a tile of its own to spread one out.
 */
final class Inverse {
  private static final int SMALLEST_EDGE = 16;

  private final Tiles tiles;
  private final Workers workers;
  private final HostMatrix[] spread;

  /** 1/L_ii, the diagonal of U. */
  private final HostMatrix reciprocals;

  private Inverse(Tiles tiles, Workers workers, HostMatrix reciprocals, HostMatrix[] spread) {
    this.tiles = tiles;
    this.workers = workers;
    this.reciprocals = reciprocals;
    this.spread = spread;
  }

  /**
   * Replaces L by (L Lᵀ)⁻¹.
   *
   * @param factor N×N with L in its lower triangle, overwritten by the full inverse
   */
  static void invert(HostMatrix factor, Workers workers, MemoryBudget budget) {
    DType dtype = factor.dtype();
    try (Temporary temporary = new Temporary(budget, "inverse")) {
      HostMatrix reciprocals = temporary.matrix("the diagonal", dtype, factor.rows(), 1);
      int edge = edge(factor.rows(), dtype, temporary.available());
      long each = (long) edge * edge * dtype.bytes();
      long affordable = Math.max(1, temporary.available() / each);
      HostMatrix[] spread = new HostMatrix[(int) Math.min(workers.threads(), affordable)];
      for (int w = 0; w < spread.length; w++) {
        spread[w] = temporary.matrix("a tile of each worker", dtype, edge, edge);
      }
      new Inverse(new Tiles(factor, edge), workers, reciprocals, spread).run();
    }
  }

  /** Returns the largest edge of which a tile takes at most half the memory. */
  private static int edge(long n, DType dtype, long available) {
    int edge = Tiles.edge(n);
    while (edge > SMALLEST_EDGE && (long) edge * edge * dtype.bytes() > available / 2) {
      edge /= 2;
    }
    return edge;
  }

  private void run() {
    long count = TilePlan.lowerTiles(tiles.count());
    Progress progress = new Progress(tiles.count());
    workers.forEach(
        spread.length,
        count,
        (worker, index) -> {
          int i = (int) TilePlan.lowerRow(index);
          int j = (int) (index - TilePlan.lowerTiles(i));
          progress.guard(() -> invertTile(worker, i, j, progress));
        });
    workers.forEach(
        spread.length,
        count,
        (worker, index) -> {
          int i = (int) TilePlan.lowerRow(index);
          multiplyTile(worker, i, (int) (index - TilePlan.lowerTiles(i)));
        });
    workers.forEach(
        count,
        (worker, index) -> {
          int i = (int) TilePlan.lowerRow(index);
          mirror(i, (int) (index - TilePlan.lowerTiles(i)));
        });
  }

  /** Computes tile (j, i) of U, j ≤ i. */
  private void invertTile(int worker, int i, int j, Progress progress) {
    if (i == j) {
      invertDiagonal(worker, i);
      progress.advance(i);
    } else if (progress.await(j, i - j)) {
      Block target = tiles.tile(j, i);
      Blas.gemm(1, spread(worker, j), false, tiles.tile(i, j), true, 0, target);
      if (j + 1 < i) {
        Blas.gemm(1, tiles.row(j, j + 1, i), false, tiles.row(i, j + 1, i), true, 1, target);
      }
      Blas.solveRight(tiles.tile(i, i), true, -1, target);
      progress.advance(j);
    }
  }

  /** Writes the inverse of L_ii transposed above the diagonal of its tile. */
  private void invertDiagonal(int worker, int i) {
    Block tile = tiles.tile(i, i);
    Block inverse = scratch(worker, i);
    for (int r = 0; r < tile.rows(); r++) {
      for (int c = 0; c <= r; c++) {
        inverse.set(r, c, tile.get(r, c));
      }
    }
    Blas.invertLower(inverse);
    for (int r = 0; r < tile.rows(); r++) {
      for (int c = 0; c < r; c++) {
        tile.set(c, r, inverse.get(r, c));
      }
      reciprocals.set(tiles.start(i) + r, 0, inverse.get(r, r));
    }
  }

  private Block scratch(int worker, int i) {
    return Block.of(spread[worker], 0, tiles.size(i), 0, tiles.size(i));
  }

  /** Returns U_ii with zeros below its diagonal. */
  private Block spread(int worker, int i) {
    Block tile = tiles.tile(i, i);
    Block full = scratch(worker, i);
    for (int r = 0; r < tile.rows(); r++) {
      for (int c = 0; c < r; c++) {
        full.set(r, c, 0);
      }
      full.set(r, r, reciprocals.get(tiles.start(i) + r, 0));
      for (int c = r + 1; c < tile.cols(); c++) {
        full.set(r, c, tile.get(r, c));
      }
    }
    return full;
  }

  /** Computes tile (i, j) of U Uᵀ, j ≤ i, over what was L_ij. */
  private void multiplyTile(int worker, int i, int j) {
    Block target = tiles.tile(i, j);
    Block diagonal = spread(worker, i);
    int end = tiles.count();
    if (i == j) {
      Blas.syrk(1, diagonal, false, 0, target);
      if (i + 1 < end) {
        Blas.syrk(1, tiles.row(i, i + 1, end), false, 1, target);
      }
    } else {
      Blas.gemm(1, diagonal, false, tiles.tile(j, i), true, 0, target);
      if (i + 1 < end) {
        Blas.gemm(1, tiles.row(i, i + 1, end), false, tiles.row(j, i + 1, end), true, 1, target);
      }
    }
  }

  private void mirror(int i, int j) {
    if (i == j) {
      Transposed.lowerToUpper(tiles.tile(i, i));
    } else {
      Transposed.copy(tiles.tile(i, j), tiles.tile(j, i));
    }
  }
}
