package dev.lamina.cuda;

import dev.lamina.lowering.RowProgram;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/**
 * What an entry program needs of a range of rows, on the device: norms, slots and diagonal values,
 * column by column. The row program runs on the host in float64.
 */
final class RowValues {
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE;
  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT;
  private static final int NORM_COLUMNS = 2;

  private final DeviceContext context;
  private final RowProgram program;
  private final boolean single;
  private final long pitch;
  private final Buffer buffer;
  private final HostMatrix staged;
  private long first = -1;
  private long end;

  /**
   * Takes the memory.
   *
   * @param workspace takes it
   * @param program the row program
   * @param single whether slots are pairs of float32
   * @param pitch the most rows that are loaded at once
   */
  RowValues(Workspace workspace, RowProgram program, boolean single, long pitch) {
    this.context = workspace.context();
    this.program = program;
    this.single = single;
    this.pitch = pitch;
    long columns = columns(program);
    this.buffer = workspace.buffer("row values", DType.FLOAT64, columns, pitch);
    this.staged = workspace.host("row values", DType.FLOAT64, columns, pitch);
  }

  /** Norms, slots (a pair of float32 is as long as a float64) and diagonal values. */
  private static long columns(RowProgram program) {
    return NORM_COLUMNS + (long) program.slots() + program.outputs();
  }

  /** Returns the bytes that so many rows take, on the device and on the host. */
  static long bytes(RowProgram program, long rows) {
    return Math.multiplyExact(2L * Double.BYTES * columns(program), rows);
  }

  /**
   * Makes the values of some rows available to the compute stream.
   *
   * @param squaredNorms ‖x_i‖² of all rows
   * @param from first row
   * @param to one past the last row, at most {@code pitch} further
   */
  void load(double[] squaredNorms, long from, long to) {
    if (from >= first && to <= end && first >= 0) {
      return;
    }
    double[] workspace = program.workspace();
    double[] slots = new double[program.slots()];
    double[] diagonal = new double[program.outputs()];
    for (long i = from; i < to; i++) {
      double norm2 = squaredNorms[Math.toIntExact(i)];
      program.evaluate(norm2, workspace, slots, diagonal);
      store(i - from, norm2, slots, diagonal);
    }
    context.upload(staged, buffer);
    first = from;
    end = to;
  }

  private void store(long row, double norm2, double[] slots, double[] diagonal) {
    MemorySegment s = staged.segment();
    s.setAtIndex(F64, row, norm2);
    s.setAtIndex(F64, pitch + row, norm2 == 0 ? 0 : 1 / Math.sqrt(norm2));
    long slotStart = NORM_COLUMNS * pitch;
    for (int k = 0; k < slots.length; k++) {
      if (single) {
        float high = (float) slots[k];
        s.setAtIndex(F32, 2 * (slotStart + k * pitch) + row, high);
        s.setAtIndex(F32, 2 * (slotStart + k * pitch) + pitch + row, (float) (slots[k] - high));
      } else {
        s.setAtIndex(F64, slotStart + k * pitch + row, slots[k]);
      }
    }
    for (int o = 0; o < diagonal.length; o++) {
      s.setAtIndex(F64, (NORM_COLUMNS + slots.length + o) * pitch + row, diagonal[o]);
    }
  }

  /** Address of the norms of a loaded row. */
  long norms(long row) {
    return buffer.block().address() + (row - first) * Double.BYTES;
  }

  /** Address of the slots of a loaded row. */
  long slots(long row) {
    long bytes = single ? Float.BYTES : Double.BYTES;
    return buffer.block().address() + NORM_COLUMNS * pitch * Double.BYTES + (row - first) * bytes;
  }

  /** Address of the diagonal values of a loaded row. */
  long diagonal(long row) {
    return norms(row) + (NORM_COLUMNS + program.slots()) * pitch * Double.BYTES;
  }

  /** Elements from one column to the next. */
  long pitch() {
    return pitch;
  }

  /** Says that work on the loaded rows has been put into the compute stream. */
  void used() {
    buffer.endCompute();
  }
}
