package dev.lamina.ops.iteration;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;

/** Gives temporary host matrices of zeros, which live until the operation ends. */
@FunctionalInterface
public interface HostAllocator {

  /**
   * {@return a matrix of zeros}
   *
   * @param what what it is for, for error messages
   * @param dtype element type
   * @param rows number of rows, ≥ 0
   * @param cols number of columns, ≥ 0
   * @throws dev.lamina.backend.MemoryBudgetException if the budget does not have the memory
   */
  HostMatrix matrix(String what, DType dtype, long rows, long cols);
}
