package dev.lamina.cpu;

import dev.lamina.backend.MemoryBudgetException;

/**
 * How a kernel matrix is cut into square tiles.
 *
 * @param edge rows and columns of a tile
 * @param workers how many tiles are worked on at once
 * @param keepRows whether the row values of all blocks are kept instead of computed for each tile
 * @param bytes temporary memory that the plan takes
 */
record TilePlan(int edge, int workers, boolean keepRows, long bytes) {

  /** A tile's operands then stay in the second-level cache while the product is taken. */
  static final int LARGEST_EDGE = 256;

  static final int SMALLEST_EDGE = 8;

  /**
   * What a tile costs.
   *
   * @param elementBytes bytes of one entry of the tile
   * @param rowBytes bytes of one row's values
   * @param lineBytes bytes of working space for each column of one line of entries
   */
  record Cost(int elementBytes, long rowBytes, long lineBytes) {
    /** Bytes for one worker: the tile, one line of registers, the values of both blocks' rows. */
    long worker(int edge) {
      long padded = edge + (long) RowBlock.PADDING;
      return edge * padded * elementBytes + lineBytes * padded + 2 * padded * rowBytes;
    }
  }

  /**
   * Plans an n×m kernel matrix.
   *
   * <p>The largest tile is taken that fits into half the memory, then as many workers as fit: the
   * tiles, and with them the bits of the result, do not depend on the number of threads. Row values
   * are kept if they fit beside the tiles.
   *
   * @param what the operation, for the error message
   * @param n rows, ≥ 0
   * @param m columns, ≥ 0
   * @param cost what a tile costs
   * @param threads how many could work at once
   * @param available bytes that may be used
   * @param limit the whole budget, for the error message
   * @throws MemoryBudgetException if the smallest tile for one worker does not fit
   */
  static TilePlan of(
      String what, long n, long m, Cost cost, int threads, long available, long limit) {
    int edge = LARGEST_EDGE;
    while (edge > SMALLEST_EDGE
        && (edge / 2 >= Math.max(n, m) || cost.worker(edge) > available / 2)) {
      edge /= 2;
    }
    long each = cost.worker(edge);
    if (each > available) {
      throw new MemoryBudgetException(
          "%s: one tile of %d×%d".formatted(what, edge, edge), each, available, limit);
    }
    int workers = (int) Math.min(threads, available / each);
    long bytes = workers * each;
    long blocks = Math.addExact(blocks(n, edge), blocks(m, edge));
    long kept =
        Math.multiplyExact(
            Math.multiplyExact(blocks, edge + (long) RowBlock.PADDING), cost.rowBytes());
    boolean keepRows = kept <= available - bytes;
    return new TilePlan(edge, workers, keepRows, keepRows ? bytes + kept : bytes);
  }

  /** Returns the number of blocks that {@code size} rows are cut into. */
  static long blocks(long size, int edge) {
    return size / edge + (size % edge == 0 ? 0 : 1);
  }

  /** Returns the number of tiles on and below the diagonal of b×b blocks. */
  static long lowerTiles(long b) {
    return Math.multiplyExact(b, b + 1) / 2;
  }

  /**
   * Returns the block row of tile {@code index} when the tiles on and below the diagonal are
   * counted row by row; its block column is {@code index − row(row + 1)/2}.
   */
  static long lowerRow(long index) {
    long row = (long) ((Math.sqrt(8.0 * index + 1) - 1) / 2);
    // The square root may be off by one either way for large indices.
    while (lowerTiles(row) > index) {
      row--;
    }
    while (lowerTiles(row + 1) <= index) {
      row++;
    }
    return row;
  }
}
