package dev.lamina.cpu;

import dev.lamina.lowering.EntryProgram;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Runs an entry program on pairs of one row with a run of other rows. One per thread.
 *
 * <p>All arrays and the segment of dot products are padded to whole vectors, so there are no tails;
 * what lies beyond the last pair is computed and never stored.
 */
interface Entries {

  /**
   * Runs the program.
   *
   * @param dots x_i·z_j for the n pairs from {@code dotsOffset} on, in the data's element type
   * @param x block that holds the row
   * @param i the row's index in the block
   * @param z block that holds the other rows, from its row 0 on
   * @param n number of pairs
   */
  void run(MemorySegment dots, long dotsOffset, RowBlock x, int i, RowBlock z, int n);

  /**
   * Copies a result of the last run, rounded to the target's element type.
   *
   * @param output which result
   * @param n number of pairs
   * @param target written
   * @param row row of the target
   * @param col first column
   */
  void store(int output, int n, HostMatrix target, long row, long col);

  /** Returns the bytes of working space for each pair of a line. */
  static long bytesPerColumn(EntryProgram program) {
    return 8L * (program.registers() + program.outputs() + 4);
  }
}
