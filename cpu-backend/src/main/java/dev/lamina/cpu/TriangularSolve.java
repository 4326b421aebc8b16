package dev.lamina.cpu;

import dev.lamina.matrix.HostMatrix;

/**
 * Solves with a lower triangular matrix or its transpose, in place, for any number of right-hand
 * sides.
 *
 * <p>The right-hand sides are cut into strips of columns and the unknowns into the rows of the
 * factor's tiles. A row of a strip subtracts the products with the rows solved before, in their
 * order, each as soon as it is there ({@link Progress}): all threads work on one strip even if
 * there is only one right-hand side, and the arithmetic is the same for any number of them.
 */
final class TriangularSolve {
  /** Columns solved together: as wide as a tile is high. */
  private static final int STRIP = 256;

  private final Tiles factor;
  private final HostMatrix b;
  private final boolean transpose;

  private TriangularSolve(HostMatrix factor, HostMatrix b, boolean transpose) {
    this.factor = Tiles.of(factor);
    this.b = b;
    this.transpose = transpose;
  }

  /**
   * Solves L X = B, or Lᵀ X = B if {@code transpose}.
   *
   * @param factor N×N with L in its lower triangle
   * @param b N×t, overwritten by X
   * @param transpose whether the matrix is Lᵀ
   * @param workers who works
   */
  static void solve(HostMatrix factor, HostMatrix b, boolean transpose, Workers workers) {
    new TriangularSolve(factor, b, transpose).run(workers);
  }

  private void run(Workers workers) {
    int rows = factor.count();
    int strips = Math.toIntExact(Math.ceilDiv(b.cols(), STRIP));
    Progress progress = new Progress(strips);
    workers.forEach(
        Math.multiplyExact((long) strips, rows),
        (worker, index) ->
            progress.guard(() -> solveRow((int) (index / rows), (int) (index % rows), progress)));
  }

  /**
   * Solves one row of tiles of one strip.
   *
   * @param strip which strip
   * @param step which row, counted in the order of solving: from the last one for Lᵀ
   */
  private void solveRow(int strip, int step, Progress progress) {
    int i = row(step);
    Block target = strip(i, strip);
    for (int earlier = 0; earlier < step; earlier++) {
      if (!progress.await(strip, earlier + 1)) {
        return;
      }
      int k = row(earlier);
      Block solved = strip(k, strip);
      if (transpose) {
        Blas.gemm(-1, factor.tile(k, i), true, solved, false, 1, target);
      } else {
        Blas.gemm(-1, factor.tile(i, k), false, solved, false, 1, target);
      }
    }
    Blas.solveLeft(factor.tile(i, i), transpose, 1, target);
    progress.advance(strip);
  }

  private int row(int step) {
    return transpose ? factor.count() - 1 - step : step;
  }

  private Block strip(int row, int strip) {
    long from = (long) strip * STRIP;
    long to = Math.min(b.cols(), from + STRIP);
    return Block.of(b, factor.start(row), factor.size(row), from, to - from);
  }
}
