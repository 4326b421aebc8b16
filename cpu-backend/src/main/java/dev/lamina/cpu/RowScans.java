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
          RowScan scan = RowScan.NOTHING;
          long to = Math.min(m.rows(), (step + 1) * ROWS_PER_STEP);
          for (long i = step * ROWS_PER_STEP; i < to; i++) {
            scan = scan.and(RowScan.of(RowDistance.squaredNorm(m, i)));
          }
          steps[(int) step] = scan;
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
}
