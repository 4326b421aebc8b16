package dev.lamina.cpu;

import dev.lamina.lowering.LoweredKernel;
import dev.lamina.lowering.RowProgram;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.KernelInputException;
import java.util.function.DoublePredicate;

/**
 * What a look at all rows before a kernel is evaluated found.
 *
 * @param hasZero whether there is a row of zeros
 * @param smallest smallest ‖x‖² other than 0, ∞ if there is none
 * @param largest largest ‖x‖²
 */
record RowScan(boolean hasZero, double smallest, double largest) {
  private static final int ROWS_PER_STEP = 256;

  private static final RowScan NOTHING = new RowScan(false, Double.POSITIVE_INFINITY, 0);

  /** Scans a matrix for NaN, ∞ and rows too long for float64. */
  static RowScan of(String operation, String name, HostMatrix m, Workers workers) {
    RowScan[] steps = new RowScan[Math.toIntExact(TilePlan.blocks(m.rows(), ROWS_PER_STEP))];
    workers.forEach(
        steps.length,
        (worker, step) -> {
          RowScan scan = NOTHING;
          long to = Math.min(m.rows(), (step + 1) * ROWS_PER_STEP);
          for (long i = step * ROWS_PER_STEP; i < to; i++) {
            double norm2 = RowDistance.squaredNorm(m, i);
            scan =
                scan.and(
                    norm2 == 0
                        ? new RowScan(true, Double.POSITIVE_INFINITY, 0)
                        : new RowScan(false, norm2, norm2));
          }
          steps[(int) step] = scan;
        });
    RowScan all = NOTHING;
    for (RowScan step : steps) {
      all = all.and(step);
    }
    if (!Double.isFinite(all.largest)) {
      long row = first(m, norm2 -> !Double.isFinite(norm2));
      throw notFinite(operation, name, m, row);
    }
    return all;
  }

  private static long first(HostMatrix m, DoublePredicate squaredNorm) {
    long row = 0;
    while (!squaredNorm.test(RowDistance.squaredNorm(m, row))) {
      row++;
    }
    return row;
  }

  private static KernelInputException notFinite(
      String operation, String name, HostMatrix m, long row) {
    for (long c = 0; c < m.cols(); c++) {
      double value = m.get(row, c);
      if (!Double.isFinite(value)) {
        return new KernelInputException(
            "%s: %s must be finite but row %d column %d is %s; %s is %s"
                .formatted(operation, name, row, c, value, name, m.shape()));
      }
    }
    return new KernelInputException(
        "%s: row %d of %s is too long: its squared norm overflows; scale the data"
            .formatted(operation, row, name));
  }

  /** Returns what both scans together found. NaN counts as largest. */
  RowScan and(RowScan other) {
    return new RowScan(
        hasZero || other.hasZero,
        Math.min(smallest, other.smallest),
        Math.max(largest, other.largest));
  }

  /** Refuses data whose float32 products would overflow or lose all digits. */
  void requireRange(String operation, DType dtype) {
    if (dtype == DType.FLOAT32 && (largest > 1e37 || smallest < 1e-30)) {
      throw new KernelInputException(
          "%s: row norms from %.3g to %.3g are out of the range of float32 products; scale the data or use float64"
              .formatted(operation, Math.sqrt(smallest), Math.sqrt(largest)));
    }
  }

  /**
   * Refuses rows that the kernel is not defined on. A row program fails for rows that are too short
   * or too long, so the extremes tell whether there are any; the first one is then named.
   */
  void requireDefined(String operation, String name, HostMatrix m, LoweredKernel kernel) {
    RowProgram program = kernel.rows();
    boolean defined =
        (!hasZero || failure(program, 0) == null)
            && (largest == 0 || failure(program, smallest) == null)
            && (largest == 0 || failure(program, largest) == null);
    if (!defined) {
      long row = first(m, norm2 -> failure(program, norm2) != null);
      IllegalArgumentException cause = failure(program, RowDistance.squaredNorm(m, row));
      throw new KernelInputException(
          "%s: row %d of %s %s".formatted(operation, row, name, cause.getMessage()));
    }
  }

  private static IllegalArgumentException failure(RowProgram program, double squaredNorm) {
    try {
      program.evaluate(
          squaredNorm,
          program.workspace(),
          new double[program.slots()],
          new double[program.outputs()]);
      return null;
    } catch (IllegalArgumentException e) {
      return e;
    }
  }
}
