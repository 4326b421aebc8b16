package dev.lamina.cpu;

import dev.lamina.lowering.LoweredKernel;
import dev.lamina.lowering.RowProgram;
import dev.lamina.matrix.HostMatrix;
import jdk.incubator.vector.FloatVector;

/**
 * What an entry program needs of a block of rows: their norms, slots and diagonal values.
 *
 * <p>Slots are kept either in float64 or as unevaluated sums of two float32, so that the difference
 * of two rows' slots keeps its relative accuracy in both. Arrays are padded so that a vector may be
 * read at any row.
 */
final class RowBlock {
  /** A vector that starts before the last row may read this many elements beyond it. */
  static final int PADDING = FloatVector.SPECIES_PREFERRED.length();

  final HostMatrix rows;
  final double[] squaredNorm;
  final double[] inverseNorm;
  final float[] squaredNorm32;
  final float[] inverseNorm32;
  final double[][] slots;
  final float[][] high;
  final float[][] low;

  /** [output][row]: the value at (x, x). */
  final double[][] diagonal;

  private RowBlock(HostMatrix rows, RowProgram program, boolean single) {
    int n = (int) rows.rows();
    int padded = n + PADDING;
    this.rows = rows;
    squaredNorm = new double[padded];
    inverseNorm = new double[padded];
    squaredNorm32 = new float[single ? padded : 0];
    inverseNorm32 = new float[single ? padded : 0];
    slots = new double[program.slots()][single ? 0 : padded];
    high = new float[program.slots()][single ? padded : 0];
    low = new float[program.slots()][single ? padded : 0];
    diagonal = new double[program.outputs()][n];
  }

  /** Returns the bytes that a block takes for each row. */
  static long bytesPerRow(RowProgram program) {
    return 24 + 8L * program.slots() + 8L * program.outputs();
  }

  /**
   * Evaluates the row program on some rows.
   *
   * @param rows the rows, already checked to be finite
   * @param kernel the lowered kernel
   * @param single whether the entry program runs in float32
   */
  static RowBlock of(HostMatrix rows, LoweredKernel kernel, boolean single) {
    RowProgram program = kernel.rows();
    RowBlock block = new RowBlock(rows, program, single);
    double[] workspace = program.workspace();
    double[] slots = new double[program.slots()];
    double[] diagonal = new double[program.outputs()];
    for (int i = 0; i < rows.rows(); i++) {
      double norm2 = RowDistance.squaredNorm(rows, i);
      block.squaredNorm[i] = norm2;
      block.inverseNorm[i] = norm2 == 0 ? 0 : 1 / Math.sqrt(norm2);
      program.evaluate(norm2, workspace, slots, diagonal);
      block.store(i, slots, diagonal, single);
    }
    return block;
  }

  private void store(int i, double[] slotValues, double[] diagonalValues, boolean single) {
    if (single) {
      squaredNorm32[i] = (float) squaredNorm[i];
      inverseNorm32[i] = (float) inverseNorm[i];
    }
    for (int k = 0; k < slotValues.length; k++) {
      if (single) {
        high[k][i] = (float) slotValues[k];
        low[k][i] = (float) (slotValues[k] - high[k][i]);
      } else {
        slots[k][i] = slotValues[k];
      }
    }
    for (int o = 0; o < diagonalValues.length; o++) {
      diagonal[o][i] = diagonalValues[o];
    }
  }
}
