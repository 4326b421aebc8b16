package dev.lamina.analysis.training;

import dev.lamina.matrix.Matrix;
import java.util.ArrayDeque;
import java.util.Deque;

/** Matrices that are closed together. */
public final class Owned implements AutoCloseable {
  private final Deque<Matrix> matrices = new ArrayDeque<>();

  /** Owns nothing yet. */
  public Owned() {}

  /**
   * Takes over a matrix.
   *
   * @param matrix closed with this
   * @param <T> kind of matrix
   * @return the matrix
   */
  public <T extends Matrix> T add(T matrix) {
    matrices.push(matrix);
    return matrix;
  }

  /** Closes them, the last first. */
  @Override
  public void close() {
    while (!matrices.isEmpty()) {
      matrices.pop().close();
    }
  }
}
