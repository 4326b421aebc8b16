package dev.lamina.lowering;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.DoubleUnaryOperator;
import java.util.function.IntFunction;

/** Collects the instructions, registers, row steps, cells and slots of a kernel being lowered. */
final class ProgramBuilder {
  /** The cell that holds ‖x‖². */
  static final int SQUARED_NORM = 0;

  private final List<Instruction> instructions = new ArrayList<>();
  private final List<RowProgram.Step> steps = new ArrayList<>();
  private final List<Integer> slotCells = new ArrayList<>();
  private final Map<Integer, Integer> slotOfCell = new HashMap<>();
  private final SortedMap<Integer, Integer> diagonalCells = new TreeMap<>();
  private final Deque<Integer> free = new ArrayDeque<>();
  private int registers;
  private int cells = 1;

  void add(Instruction instruction) {
    instructions.add(instruction);
  }

  int register() {
    return free.isEmpty() ? registers++ : free.pop();
  }

  void release(int register) {
    if (register != Instruction.NONE) {
      free.push(register);
    }
  }

  /** Adds a row step that writes {@code count} new cells from the returned one on. */
  int cells(int count, IntFunction<RowProgram.Step> step) {
    int first = cells;
    cells += count;
    steps.add(step.apply(first));
    return first;
  }

  /** Adds a cell computed from another one. */
  int cell(int from, DoubleUnaryOperator f) {
    return cells(1, to -> c -> c[to] = f.applyAsDouble(c[from]));
  }

  /** Adds a cell that is the same for all rows. */
  int constant(double value) {
    return cells(1, to -> c -> c[to] = value);
  }

  /** Returns the slot that shows a cell to the entry program. */
  int slot(int cell) {
    return slotOfCell.computeIfAbsent(
        cell,
        c -> {
          slotCells.add(c);
          return slotCells.size() - 1;
        });
  }

  /** Returns the slot of the square root of a cell. */
  int rootSlot(int cell) {
    return slot(cell(cell, Math::sqrt));
  }

  /** Returns consecutive slots for consecutive cells. */
  int slots(int firstCell, int count) {
    return slots(firstCell, count, 1);
  }

  /** Returns consecutive slots for cells at equal steps. */
  int slots(int firstCell, int count, int step) {
    int first = slotCells.size();
    for (int i = 0; i < count; i++) {
      slotCells.add(firstCell + i * step);
    }
    return first;
  }

  /** Declares an output, whose value at (x, x) stands in a cell; returns its index. */
  int output(int output, int diagonalCell) {
    diagonalCells.put(output, diagonalCell);
    return output;
  }

  LoweredKernel build() {
    return new LoweredKernel(
        new RowProgram(
            steps,
            cells,
            slotCells.stream().mapToInt(Integer::intValue).toArray(),
            diagonalCells.values().stream().mapToInt(Integer::intValue).toArray()),
        new EntryProgram(instructions, registers, diagonalCells.size()));
  }
}
