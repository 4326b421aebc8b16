package dev.lamina.cpu;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayDeque;
import java.util.Deque;

/** The temporary matrices of one operation: reserved in the budget, freed together. */
final class Temporary implements AutoCloseable {
  private final MemoryBudget budget;
  private final String operation;
  private final Deque<Runnable> releases = new ArrayDeque<>();

  Temporary(MemoryBudget budget, String operation) {
    this.budget = budget;
    this.operation = operation;
  }

  /** Returns the bytes that may still be taken. */
  long available() {
    return budget.available();
  }

  /**
   * Allocates a matrix of zeros that lives until this is closed.
   *
   * @param what what it is for, for the error message
   * @throws dev.lamina.backend.MemoryBudgetException if the budget does not have the memory
   */
  HostMatrix matrix(String what, DType dtype, long rows, long cols) {
    reserve(what, Math.multiplyExact(Math.multiplyExact(rows, cols), (long) dtype.bytes()));
    HostMatrix matrix = HostMatrix.allocate(dtype, rows, cols);
    releases.push(matrix::close);
    return matrix;
  }

  /** Reserves memory that is allocated elsewhere, such as a Java array. */
  void reserve(String what, long bytes) {
    releases.push(budget.reserve(bytes, operation + ": " + what)::close);
  }

  @Override
  public void close() {
    while (!releases.isEmpty()) {
      releases.pop().run();
    }
  }
}
