package dev.lamina.analysis.regression;

import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;

/** Matrices that are closed together. */
final class Owned implements AutoCloseable {
  private final List<HostMatrix> matrices = new ArrayList<>();

  /** Takes a matrix over and returns it. */
  HostMatrix add(HostMatrix matrix) {
    matrices.add(matrix);
    return matrix;
  }

  @Override
  public void close() {
    matrices.forEach(HostMatrix::close);
    matrices.clear();
  }
}
