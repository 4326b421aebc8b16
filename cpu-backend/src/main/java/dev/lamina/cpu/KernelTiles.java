package dev.lamina.cpu;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.lowering.EntryProgram;
import dev.lamina.lowering.LoweredKernel;
import dev.lamina.lowering.NearPairs;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;

/**
 * One kernel matrix in tiles: for each tile the dot products by a matrix product and then, while
 * they are in cache, the entry program line by line.
 *
 * <p>Every entry comes out of the same arithmetic whichever worker computes its tile and in
 * whatever order.
 */
final class KernelTiles implements AutoCloseable {

  /** Takes results out of the entry programs. */
  @FunctionalInterface
  interface Sink {
    /**
     * Takes some lines of a tile. In a tile on the diagonal what stands right of the diagonal does
     * not count.
     *
     * @param row first of these rows of the kernel matrix
     * @param lines number of rows
     * @param col first column
     * @param n number of columns
     * @param entries holds the results
     */
    void lines(long row, int lines, long col, int n, Entries entries);
  }

  private final HostMatrix x;
  private final HostMatrix z;
  private final boolean symmetric;
  private final LoweredKernel kernel;
  private final boolean single;
  private final TilePlan plan;
  private final MemoryBudget.Reservation reservation;
  private final TileMemory memory;
  private final Mirror[] mirrors;
  private final Entries[] entries;
  private final RowBlock[] xBlocks;
  private final RowBlock[] zBlocks;

  KernelTiles(
      String operation,
      LoweredKernel kernel,
      HostMatrix x,
      HostMatrix z,
      boolean symmetric,
      Workers workers,
      MemoryBudget budget,
      TileMemory memory) {
    this.kernel = kernel;
    this.x = x;
    this.z = z;
    this.symmetric = symmetric;
    this.memory = memory;
    EntryProgram program = kernel.entries();
    single = x.dtype() == DType.FLOAT32 && FloatEntries.supports(program);
    TilePlan.Cost cost =
        new TilePlan.Cost(
            x.dtype().bytes(),
            RowBlock.bytesPerRow(kernel.rows()),
            Entries.bytesPerColumn(program));
    plan =
        TilePlan.of(
            operation,
            x.rows(),
            z.rows(),
            cost,
            workers.threads(),
            budget.available(),
            budget.limit());
    reservation = budget.reserve(plan.bytes(), operation);
    NearPairs near = NearPairs.of(x.dtype(), x.cols());
    mirrors = Mirror.forEach(workers);
    entries = new Entries[workers.threads()];
    for (int w = 0; w < plan.workers(); w++) {
      entries[w] =
          single
              ? new FloatEntries(program, plan.edge(), near, mirrors[w])
              : new DoubleEntries(program, plan.edge(), near, x.dtype(), mirrors[w]);
    }
    xBlocks = new RowBlock[Math.toIntExact(xBlockCount())];
    zBlocks = symmetric ? xBlocks : new RowBlock[Math.toIntExact(zBlockCount())];
    if (plan.keepRows()) {
      keep(workers, x, xBlocks);
      if (!symmetric) {
        keep(workers, z, zBlocks);
      }
    }
  }

  private void keep(Workers workers, HostMatrix m, RowBlock[] blocks) {
    workers.forEach(blocks.length, (w, b) -> blocks[(int) b] = evaluate(m, b));
  }

  /** Elements from one line of the dot products to the next; vectors may read over a line's end. */
  private int stride() {
    return plan.edge() + RowBlock.PADDING;
  }

  /** Returns the plan, whose number of workers the caller must not exceed. */
  TilePlan plan() {
    return plan;
  }

  /** Returns what transposes for a worker. */
  Mirror mirror(int worker) {
    return mirrors[worker];
  }

  long xBlockCount() {
    return TilePlan.blocks(x.rows(), plan.edge());
  }

  long zBlockCount() {
    return TilePlan.blocks(z.rows(), plan.edge());
  }

  /** Returns the first row of a block. */
  long start(long block) {
    return block * plan.edge();
  }

  private RowBlock evaluate(HostMatrix m, long block) {
    long from = start(block);
    return RowBlock.of(m.rows(from, Math.min(m.rows(), from + plan.edge())), kernel, single);
  }

  private RowBlock block(HostMatrix m, RowBlock[] kept, long block) {
    return plan.keepRows() ? kept[(int) block] : evaluate(m, block);
  }

  /**
   * Computes tile (i, j). On the diagonal of a symmetric matrix hardly more than the columns up to
   * the diagonal of each line are computed.
   */
  void tile(int worker, long i, long j, Sink sink) {
    RowBlock rows = block(x, xBlocks, i);
    boolean diagonal = symmetric && i == j;
    RowBlock cols = diagonal ? rows : block(z, zBlocks, j);
    int m = (int) rows.rows.rows();
    int n = (int) cols.rows.rows();
    MemorySegment dots = dots(worker);
    Block products = new Block(dots, x.dtype(), m, n, stride());
    if (diagonal) {
      Blas.lowerProduct(1, Block.of(rows.rows), 0, products);
    } else {
      Blas.gemm(1, Block.of(rows.rows), false, Block.of(cols.rows), true, 0, products);
    }
    for (int r = 0; r < m; r += Entries.LINES) {
      int lines = Math.min(Entries.LINES, m - r);
      int count = diagonal ? r + lines : n;
      entries[worker].run(dots, stride(), r, rows, r, lines, cols, count);
      sink.lines(start(i) + r, lines, start(j), count, entries[worker]);
    }
  }

  /**
   * Returns a worker's tile as a matrix. Lines of dot products have been read by the time their
   * results are stored, so a sink may put them here.
   */
  HostMatrix buffer(int worker) {
    return HostMatrix.borrow(dots(worker), x.dtype(), plan.edge(), plan.edge(), stride());
  }

  private MemorySegment dots(int worker) {
    return memory.of(worker, (long) plan.edge() * stride() * x.dtype().bytes());
  }

  /** Returns the rows of a block with their diagonal values. */
  RowBlock xBlock(long block) {
    return block(x, xBlocks, block);
  }

  /** Gives the temporary memory back to the budget. */
  @Override
  public void close() {
    reservation.close();
  }
}
