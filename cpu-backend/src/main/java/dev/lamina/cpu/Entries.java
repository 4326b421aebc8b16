package dev.lamina.cpu;

import dev.lamina.lowering.EntryProgram;
import dev.lamina.lowering.Instruction;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Runs an entry program on pairs of a few rows with a run of other rows. One per thread.
 *
 * <p>All arrays and the segment of dot products are padded to whole vectors, so there are no tails;
 * what lies beyond the last pair is computed and never stored.
 */
interface Entries {

  /** Most rows that are taken at once: float32 results are then mirrored into whole cache lines. */
  int LINES = 16;

  /**
   * Runs the program.
   *
   * @param dots x_i·z_j of a tile, in the data's element type
   * @param stride elements from one line of {@code dots} to the next
   * @param row first line of {@code dots} to read
   * @param x block that holds the rows
   * @param i index of the first row in the block
   * @param lines number of rows, ≤ {@link #LINES}
   * @param z block that holds the other rows, from its row 0 on
   * @param n number of other rows
   */
  void run(
      MemorySegment dots, long stride, long row, RowBlock x, int i, int lines, RowBlock z, int n);

  /**
   * Copies a line of the results of the last run, rounded to the target's element type.
   *
   * @param output which result
   * @param line row, counted from the first of the last run
   * @param n number of pairs
   * @param target written
   * @param row row of the target
   * @param col first column
   */
  void store(int output, int line, int n, HostMatrix target, long row, long col);

  /**
   * Writes the results of the last run, which have been stored, to their mirror images.
   *
   * @param output which result
   * @param lines number of rows
   * @param n number of pairs of each row
   * @param target holds them from (row, col) on; overwritten from (col, row) on
   * @param row first row
   * @param col first column; all columns are left of {@code row}
   */
  void mirror(int output, int lines, int n, HostMatrix target, long row, long col);

  /** Returns the bytes of working space for each column of a tile. */
  static long bytesPerColumn(EntryProgram program) {
    long smooth =
        program.instructions().stream().filter(i -> i instanceof Instruction.SmoothDual).count();
    long ofRows = 2L * NarrowDuals.GELU_ROWS * smooth;
    return 8L * (program.registers() + 7 + ofRows + (long) LINES * program.outputs());
  }
}
