package dev.lamina.analysis.regression;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.backend.MemoryBudgetException;

/**
 * How many rows at a time a computation takes so that its buffers keep within a memory budget.
 *
 * @param total rows in all, ≥ 0
 * @param rows rows in a batch, ≥ 1; the last batch may be shorter
 * @param bytesPerRow bytes of buffers for each row of a batch
 */
record BatchPlan(long total, long rows, long bytesPerRow) {

  /** Longer batches no longer make a matrix product faster, they only take memory. */
  private static final long MOST_ROWS = 2048;

  /**
   * Plans batches that take at most half of what is left of the budget, so that the other half
   * remains for the tiles of the operations that fill them.
   *
   * @param what the operation, for the error message
   * @throws MemoryBudgetException if a single row does not fit
   */
  static BatchPlan of(String what, long total, long bytesPerRow, MemoryBudget budget) {
    long available = budget.available();
    if (bytesPerRow > available) {
      throw new MemoryBudgetException(what, bytesPerRow, available, budget.limit());
    }
    long fitting = available / 2 / Math.max(1, bytesPerRow);
    long most = Math.min(MOST_ROWS, Math.max(1, total));
    return new BatchPlan(total, Math.clamp(fitting, 1, most), bytesPerRow);
  }

  /** Returns the number of batches. */
  long count() {
    return Math.ceilDiv(total, rows);
  }

  /** Returns the first row of a batch. */
  long from(long batch) {
    return batch * rows;
  }

  /** Returns one past the last row of a batch. */
  long to(long batch) {
    return Math.min(total, from(batch) + rows);
  }

  /** Takes the memory of one batch from the budget. */
  MemoryBudget.Reservation reserve(String what, MemoryBudget budget) {
    return budget.reserve(Math.multiplyExact(rows, bytesPerRow), what);
  }
}
