package dev.lamina.cpu;

import dev.lamina.matrix.HostMatrix;

/**
 * A square matrix cut into square tiles; those of the last row and column may be smaller.
 *
 * @param matrix N×N
 * @param edge rows and columns of a tile
 */
record Tiles(HostMatrix matrix, int edge) {

  /** Tiles that fill the second-level cache: products with them run at full rate. */
  private static final int LARGE = 256;

  /** Tiles of small matrices: enough of them for several threads. */
  private static final int SMALL = 128;

  /** From this size on a matrix has 8 and more large tiles along its edge. */
  private static final long LARGE_FROM = 8 * LARGE;

  /**
   * Largest tile of a matrix that is factored. Larger ones lose less time to OpenBLAS's packing of
   * the factors of a product, but more of the work is then solves, at half a product's rate.
   */
  private static final int LARGEST = 512;

  private static final int EDGE_UNIT = 64;

  /**
   * Cuts a matrix. The size of the tiles depends on the size of the matrix alone, so that results
   * do not depend on the number of threads.
   */
  static Tiles of(HostMatrix matrix) {
    return new Tiles(matrix, edge(matrix.rows()));
  }

  /**
   * Cuts a matrix that is to be factored into 8 tiles along its edge, as many as several threads
   * need, or into more where those would be too large. Like {@link #of} it looks at the size alone.
   */
  static Tiles forFactor(HostMatrix matrix) {
    long eighth = Math.ceilDiv(matrix.rows(), 8L * EDGE_UNIT) * EDGE_UNIT;
    return new Tiles(matrix, Math.clamp(eighth, SMALL, LARGEST));
  }

  /** Returns the edge of the tiles of an n×n matrix. */
  static int edge(long n) {
    return n < LARGE_FROM ? SMALL : LARGE;
  }

  /** Returns the number of tiles along the edge of the matrix. */
  int count() {
    return Math.toIntExact(Math.ceilDiv(matrix.rows(), edge));
  }

  /** Returns the first row of tile {@code i}; of tile {@link #count()}, the number of rows. */
  long start(int i) {
    return Math.min(matrix.rows(), (long) i * edge);
  }

  /** Returns the number of rows of tile {@code i}. */
  int size(int i) {
    return (int) (start(i + 1) - start(i));
  }

  /** Returns tile (i, j). */
  Block tile(int i, int j) {
    return row(i, j, j + 1);
  }

  /** Returns the tiles (i, from) to (i, to − 1) as one block. */
  Block row(int i, int from, int to) {
    return Block.of(matrix, start(i), size(i), start(from), start(to) - start(from));
  }
}
