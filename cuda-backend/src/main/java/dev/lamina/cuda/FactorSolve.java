package dev.lamina.cuda;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;

/** Solves with a Cholesky factor, or with one half of it, in place. */
final class FactorSolve {

  /** The factor's tile and the one to come. */
  private static final int TILES_AT_A_TIME = 2;

  private FactorSolve() {}

  /**
   * Solves L X = B, and then Lᵀ X = B if {@code both}.
   *
   * @param workspace takes the memory
   * @param triangles works on tiles
   * @param factor N×N with L in its lower triangle
   * @param b N×t, overwritten by X
   * @param both whether the second half is solved too
   */
  static void solve(
      Workspace workspace, Triangles triangles, Matrix factor, Matrix b, boolean both) {
    long n = factor.rows();
    if (n == 0 || b.cols() == 0) {
      return;
    }
    SquareTiles.Plan plan = SquareTiles.Plan.of(workspace, factor, TILES_AT_A_TIME, 0, 2);
    try (SquareTiles tiles = new SquareTiles(workspace, factor, plan)) {
      long cols =
          TileEdge.of(
              workspace, 1, b.cols(), t -> b instanceof HostMatrix ? Target.bytes(b, n, t) : 0);
      try (Target target = Target.of(workspace, "the right-hand sides", b, n, cols)) {
        for (long col = 0; col < b.cols(); col += cols) {
          DeviceBlock x = target.block(0, n, col, Math.min(cols, b.cols() - col), true);
          forward(tiles, triangles, x);
          if (both) {
            backward(tiles, triangles, x);
          }
          target.filled();
        }
      }
    }
  }

  private static void forward(SquareTiles tiles, Triangles triangles, DeviceBlock x) {
    for (int j = 0; j < tiles.count(); j++) {
      DeviceBlock solved = rows(tiles, x, j);
      triangles.solveLower(tiles.read(j, j), solved);
      for (int i = j + 1; i < tiles.count(); i++) {
        triangles.subtract(tiles.read(i, j), false, solved, false, rows(tiles, x, i));
      }
    }
  }

  private static void backward(SquareTiles tiles, Triangles triangles, DeviceBlock x) {
    for (int j = tiles.count() - 1; j >= 0; j--) {
      DeviceBlock solved = rows(tiles, x, j);
      triangles.solveLowerTransposed(tiles.read(j, j), solved);
      for (int i = j - 1; i >= 0; i--) {
        triangles.subtractFromLast(tiles.read(j, i), solved, rows(tiles, x, i));
      }
    }
  }

  private static DeviceBlock rows(SquareTiles tiles, DeviceBlock x, int i) {
    return x.rows(tiles.start(i), tiles.start(i) + tiles.size(i));
  }
}
