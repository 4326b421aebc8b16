package dev.lamina.lowering;

import java.util.List;

/**
 * What is done for every single row, in float64 on the host: O(depth) work that yields the row's
 * slots and its diagonal entries.
 */
public final class RowProgram {

  /** One step over a row's cells. */
  @FunctionalInterface
  interface Step {
    /** Cell 0 holds ‖x‖²; a step reads earlier cells and writes its own. */
    void run(double[] cells);
  }

  private final List<Step> steps;
  private final int cells;
  private final int[] slotCells;
  private final int[] diagonalCells;

  RowProgram(List<Step> steps, int cells, int[] slotCells, int[] diagonalCells) {
    this.steps = List.copyOf(steps);
    this.cells = cells;
    this.slotCells = slotCells;
    this.diagonalCells = diagonalCells;
  }

  /** {@return how many slots each row has} */
  public int slots() {
    return slotCells.length;
  }

  /** {@return how many diagonal values each row has: one for each output of the entry program} */
  public int outputs() {
    return diagonalCells.length;
  }

  /** {@return working space for {@link #evaluate}; one per thread} */
  public double[] workspace() {
    return new double[cells];
  }

  /**
   * Evaluates one row.
   *
   * @param squaredNorm ‖x‖², finite and ≥ 0
   * @param workspace from {@link #workspace()}
   * @param slots overwritten, length {@link #slots()}
   * @param diagonal overwritten with the outputs at (x, x), length {@link #outputs()}
   * @throws IllegalArgumentException if the kernel is not defined for such a row
   */
  public void evaluate(double squaredNorm, double[] workspace, double[] slots, double[] diagonal) {
    workspace[0] = squaredNorm;
    for (Step step : steps) {
      step.run(workspace);
    }
    for (int i = 0; i < slotCells.length; i++) {
      slots[i] = workspace[slotCells[i]];
    }
    for (int i = 0; i < diagonalCells.length; i++) {
      diagonal[i] = workspace[diagonalCells[i]];
    }
  }
}
