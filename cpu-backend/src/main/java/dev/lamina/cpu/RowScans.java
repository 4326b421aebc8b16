package dev.lamina.cpu;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.RowScan;

/** Looks at all rows of a matrix before a kernel is evaluated. */
final class RowScans {
  private static final int ROWS_PER_STEP = 256;

  private RowScans() {}

  /** Scans a matrix and refuses NaN, ∞ and rows too long for float64. */
  static RowScan of(String operation, String name, HostMatrix m, Workers workers) {
    RowScan[] steps = new RowScan[Math.toIntExact(TilePlan.blocks(m.rows(), ROWS_PER_STEP))];
    workers.forEach(
        steps.length,
        (worker, step) -> {
          long from = step * ROWS_PER_STEP;
          steps[(int) step] = of(m, from, Math.min(m.rows(), from + ROWS_PER_STEP));
        });
    RowScan all = RowScan.NOTHING;
    for (RowScan step : steps) {
      all = all.and(step);
    }
    if (!all.isFinite()) {
      long row = 0;
      while (Double.isFinite(RowDistance.squaredNorm(m, row))) {
        row++;
      }
      long bad = row;
      throw RowScan.notFinite(operation, name, m.shape(), bad, c -> m.get(bad, c), m.cols());
    }
    return all;
  }

  /** Scans some rows, without an object for each. */
  private static RowScan of(HostMatrix m, long from, long to) {
    boolean hasZero = false;
    double smallest = Double.POSITIVE_INFINITY;
    double largest = 0;
    for (long i = from; i < to; i++) {
      double norm2 = RowDistance.squaredNorm(m, i);
      if (norm2 == 0) {
        hasZero = true;
      } else {
        smallest = Math.min(smallest, norm2);
        largest = Math.max(largest, norm2);
      }
    }
    return new RowScan(hasZero, smallest, largest);
  }
}
