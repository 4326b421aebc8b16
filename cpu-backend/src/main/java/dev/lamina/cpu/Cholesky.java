package dev.lamina.cpu;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.NotPositiveDefiniteException;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Optional;

/**
 * The Cholesky factorisation of a matrix in place, by tiles of fixed size.
 *
 * <p>Left-looking: tile (i, j) takes all products of earlier columns at once, A_ij − L_i,0:j
 * L_j,0:jᵀ, and then either factors (i = j) or solves with L_jj. Tiles are begun column by column
 * and wait for what they need ({@link Progress}), so that there is no barrier between columns, and
 * each tile's arithmetic is the same for any number of threads.
 *
 * <p>When jitter is allowed, each tile of the lower triangle is kept transposed in the upper one
 * just before it is overwritten, and the diagonal in an array: a failed attempt is undone from
 * there, with no second matrix.
 */
final class Cholesky {
  private final Tiles tiles;
  private final Workers workers;
  private final long[] columnStarts;
  private final boolean keep;

  /** How many tiles of each row have been kept and may be overwritten. */
  private final int[] kept;

  /** A pivot that is not positive. */
  private record Failure(long pivot, double value) {
    NotPositiveDefiniteException exception(String what, double jitter) {
      return new NotPositiveDefiniteException(what, pivot, value, jitter);
    }
  }

  /** Set by the body that finds it; there is at most one, as later columns wait for it. */
  private volatile Optional<Failure> failure = Optional.empty();

  private Cholesky(HostMatrix a, Workers workers, boolean keep) {
    this.tiles = Tiles.forFactor(a);
    this.workers = workers;
    this.keep = keep;
    this.kept = new int[tiles.count()];
    this.columnStarts = new long[tiles.count() + 1];
    for (int j = 0; j < tiles.count(); j++) {
      columnStarts[j + 1] = columnStarts[j] + tiles.count() - j;
    }
  }

  /**
   * Replaces the lower triangle of {@code a} by the factor of {@code a + jitter·I}.
   *
   * @param what the operation, for error messages
   * @param a N×N
   * @param jitter which additions to try
   * @return the addition that was used
   * @throws NotPositiveDefiniteException if none was enough
   */
  static double factor(
      String what, HostMatrix a, Jitter jitter, Workers workers, MemoryBudget budget) {
    if (jitter.attempts() == 0) {
      Optional<Failure> failed = new Cholesky(a, workers, false).attempt();
      failed.ifPresent(f -> {
        throw f.exception(what, 0);
      });
      return 0;
    }
    long bytes = Math.multiplyExact(a.rows(), (long) Double.BYTES);
    try (var _ = budget.reserve(bytes, what + ": a copy of the diagonal")) {
      return new Cholesky(a, workers, true).factor(what, jitter);
    }
  }

  private double factor(String what, Jitter jitter) {
    double[] diagonal = new double[Math.toIntExact(tiles.matrix().rows())];
    Arrays.setAll(diagonal, i -> tiles.matrix().get(i, i));
    double addition = 0;
    Iterator<Double> more = jitter.additions(diagonal, tiles.matrix().dtype()).iterator();
    while (true) {
      Optional<Failure> failed = attempt();
      if (failed.isEmpty()) {
        return addition;
      }
      if (Double.isNaN(failed.get().value()) || !more.hasNext()) {
        throw failed.get().exception(what, addition);
      }
      addition = more.next();
      restore(diagonal, addition);
    }
  }

  /** Factors once. */
  private Optional<Failure> attempt() {
    failure = Optional.empty();
    Progress progress = new Progress(tiles.count());
    workers.forEach(
        columnStarts[tiles.count()],
        (worker, index) -> progress.guard(() -> tile(index, progress)));
    return failure;
  }

  private void tile(long index, Progress progress) {
    int found = Arrays.binarySearch(columnStarts, index);
    int j = found >= 0 ? found : -found - 2;
    int i = j + Math.toIntExact(index - columnStarts[j]);
    // Both rows must have their first j tiles.
    if (!progress.await(i, j) || !progress.await(j, j)) {
      return;
    }
    if (keep) {
      keep(i, j);
    }
    if (i == j) {
      diagonalTile(j, progress);
    } else {
      lowerTile(i, j, progress);
    }
  }

  private void diagonalTile(int j, Progress progress) {
    Block tile = tiles.tile(j, j);
    if (j > 0) {
      Blas.syrk(-1, tiles.row(j, 0, j), false, 1, tile);
    }
    int pivot = brokenPivot(tile, Blas.cholesky(tile));
    if (pivot >= 0) {
      long row = tiles.start(j) + pivot;
      failure = Optional.of(new Failure(row, tiles.matrix().get(row, row)));
      progress.stop();
    } else {
      progress.advance(j);
    }
  }

  /** OpenBLAS takes NaN and ∞ for positive: they are found on the diagonal that it leaves. */
  private static int brokenPivot(Block tile, int pivot) {
    int end = pivot < 0 ? tile.rows() : pivot;
    for (int i = 0; i < end; i++) {
      double value = tile.get(i, i);
      if (!(value > 0 && value < Double.POSITIVE_INFINITY)) {
        return i;
      }
    }
    return pivot;
  }

  private void lowerTile(int i, int j, Progress progress) {
    Block tile = tiles.tile(i, j);
    if (j > 0) {
      Blas.gemm(-1, tiles.row(i, 0, j), false, tiles.row(j, 0, j), true, 1, tile);
    }
    if (progress.await(j, j + 1)) {
      Blas.solveRight(tiles.tile(j, j), true, 1, tile);
      progress.advance(i);
    }
  }

  private void keep(int i, int j) {
    if (kept[i] == j) {
      if (i == j) {
        Transposed.lowerToUpper(tiles.tile(i, i));
      } else {
        Transposed.copy(tiles.tile(i, j), tiles.tile(j, i));
      }
      kept[i] = j + 1;
    }
  }

  /** Brings the matrix back and adds to its diagonal. */
  private void restore(double[] diagonal, double addition) {
    workers.forEach(
        tiles.count(),
        (worker, index) -> {
          int i = (int) index;
          for (int j = 0; j < kept[i]; j++) {
            if (i == j) {
              Transposed.upperToLower(tiles.tile(i, i));
            } else {
              Transposed.copy(tiles.tile(j, i), tiles.tile(i, j));
            }
          }
          for (long k = tiles.start(i); k < tiles.start(i + 1); k++) {
            tiles.matrix().set(k, k, diagonal[(int) k] + addition);
          }
        });
  }
}
