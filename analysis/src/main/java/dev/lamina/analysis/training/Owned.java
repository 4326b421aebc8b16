package dev.lamina.analysis.training;

import dev.lamina.matrix.Matrix;
import java.util.ArrayDeque;
import java.util.Deque;

/** Matrices that are closed together. */
final class Owned implements AutoCloseable {
  private final Deque<Matrix> matrices = new ArrayDeque<>();

  /** Takes over a matrix and returns it. */
  <T extends Matrix> T add(T matrix) {
    matrices.push(matrix);
    return matrix;
  }

  @Override
  public void close() {
    while (!matrices.isEmpty()) {
      matrices.pop().close();
    }
  }
}
