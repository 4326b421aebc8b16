package dev.lamina.analysis.audit;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/**
 * Finds the pairs of rows with the largest cosine, on which rounding hurts kernels most.
 *
 * <p>All cosines are formed in float32, tile by tile: one matrix product of the size of the Gram
 * matrix and a copy of the inputs. Cosines that differ by less than float32's rounding are not told
 * apart.
 */
final class ParallelPairs {
  private static final int TILE = 1024;

  private final int count;
  private final PriorityQueue<Found> best =
      new PriorityQueue<>(Comparator.comparingDouble(Found::cosine));
  private double threshold = Double.NEGATIVE_INFINITY;

  private record Found(double cosine, Pair pair) {}

  private ParallelPairs(int count) {
    this.count = count;
  }

  /**
   * Returns the most parallel pairs, best first. Zero rows have no direction and are left out.
   *
   * @param backend what computes
   * @param x N×d
   * @param z M×d; if it is {@code x} itself, only pairs with row &gt; col count
   * @param count how many are wanted
   * @return so many, or fewer if there are not that many
   */
  static List<Pair> find(Backend backend, HostMatrix x, HostMatrix z, int count) {
    ParallelPairs pairs = new ParallelPairs(count);
    try (HostMatrix u = directions(x);
        HostMatrix v = z == x ? u.rows(0, u.rows()) : directions(z);
        HostMatrix tile = HostMatrix.allocate(DType.FLOAT32, TILE, TILE)) {
      for (long i = 0; i < x.rows() && count > 0; i += TILE) {
        long rows = Math.min(TILE, x.rows() - i);
        long end = z == x ? i + rows : z.rows();
        for (long j = 0; j < end; j += TILE) {
          long cols = Math.min(TILE, end - j);
          HostMatrix out = HostMatrix.borrow(tile.segment(), DType.FLOAT32, rows, cols, cols);
          backend.gram().gemm(u.rows(i, i + rows), false, v.rows(j, j + cols), true, 1, 0, out);
          pairs.scan(out, i, j, z == x);
        }
      }
    }
    return pairs.best.stream()
        .sorted(Comparator.comparingDouble(Found::cosine).reversed())
        .map(Found::pair)
        .toList();
  }

  private void scan(HostMatrix cosines, long row, long col, boolean triangle) {
    for (long i = 0; i < cosines.rows(); i++) {
      long end = triangle ? Math.min(cosines.cols(), row + i - col) : cosines.cols();
      for (long j = 0; j < end; j++) {
        double cosine = cosines.get(i, j);
        if (cosine > threshold) {
          add(new Found(cosine, new Pair(row + i, col + j)));
        }
      }
    }
  }

  private void add(Found found) {
    best.add(found);
    if (best.size() > count) {
      best.remove();
    }
    if (best.size() == count) {
      threshold = best.element().cosine();
    }
  }

  /** Returns the rows divided by their norms, NaN for zero rows, which no comparison selects. */
  private static HostMatrix directions(HostMatrix x) {
    HostMatrix u = HostMatrix.allocate(DType.FLOAT32, x.rows(), x.cols());
    for (long i = 0; i < x.rows(); i++) {
      double largest = 0;
      for (long j = 0; j < x.cols(); j++) {
        largest = Math.max(largest, Math.abs(x.get(i, j)));
      }
      double squares = 0;
      for (long j = 0; j < x.cols(); j++) {
        double scaled = x.get(i, j) / largest;
        squares += scaled * scaled;
      }
      double norm = Math.sqrt(squares);
      for (long j = 0; j < x.cols(); j++) {
        u.set(i, j, x.get(i, j) / largest / norm);
      }
    }
    return u;
  }
}
