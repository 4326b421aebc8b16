package dev.lamina.cpu;

import dev.lamina.matrix.HostMatrix;

/**
 * Goes through all entries of matrices of one shape in chunks of at most {@link LayerScratch#CHUNK}
 * successive entries, in parallel if there are many. The chunks' boundaries do not depend on the
 * number of threads.
 */
final class EntryLoop {
  /** Entries from which on waking another thread pays. */
  private static final long PARALLEL = 1 << 16;

  /** Entries that one thread takes at once. */
  private static final long GROUP = 1 << 14;

  private final Workers workers;
  private final ThreadLocal<LayerScratch> scratch;

  EntryLoop(Workers workers, ThreadLocal<LayerScratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  /** What is done to one chunk. */
  @FunctionalInterface
  interface Body {

    /**
     * Handles n successive entries of a row; entry (row, col) of a matrix lies {@code row·stride +
     * col} elements after its first. Where all matrices are without gaps, all their entries are one
     * row.
     *
     * @param scratch of the running thread
     * @param row which row
     * @param col first column
     * @param n number of entries
     */
    void run(LayerScratch scratch, long row, long col, int n);
  }

  /**
   * Runs the body for all entries of matrices that have the shape of the first.
   *
   * @param body what to do
   * @param matrices all matrices that the body touches
   */
  void run(Body body, HostMatrix... matrices) {
    long rows = matrices[0].rows();
    long cols = matrices[0].cols();
    boolean flat = true;
    for (HostMatrix m : matrices) {
      flat &= m.rowStride() == cols || rows <= 1;
    }
    if (flat) {
      byColumns(1, rows * cols, body);
    } else {
      byColumns(rows, cols, body);
    }
  }

  /** Runs the body for the entries of rows; a chunk stays within its row. */
  void byColumns(long rows, long cols, Body body) {
    long entries = rows * cols;
    if (entries == 0) {
      return;
    }
    if (entries < PARALLEL) {
      pieces(body, 0, rows, 0, cols);
      return;
    }
    if (rows == 1) {
      workers.forEach(
          TilePlan.blocks(cols, (int) GROUP),
          (worker, index) ->
              pieces(body, 0, 1, index * GROUP, Math.min(cols, (index + 1) * GROUP)));
      return;
    }
    long rowsAtOnce = Math.max(1, GROUP / cols);
    workers.forEach(
        TilePlan.blocks(rows, (int) rowsAtOnce),
        (worker, index) ->
            pieces(body, index * rowsAtOnce, Math.min(rows, (index + 1) * rowsAtOnce), 0, cols));
  }

  private void pieces(Body body, long fromRow, long toRow, long fromCol, long toCol) {
    LayerScratch own = scratch.get();
    for (long row = fromRow; row < toRow; row++) {
      for (long col = fromCol; col < toCol; col += LayerScratch.CHUNK) {
        body.run(own, row, col, (int) Math.min(LayerScratch.CHUNK, toCol - col));
      }
    }
  }
}
