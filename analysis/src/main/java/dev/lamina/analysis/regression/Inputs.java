package dev.lamina.analysis.regression;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;

/**
 * Inputs in the element type that a regression computes in: the caller's matrix itself if it has
 * that type, otherwise a converted copy.
 *
 * @param matrix N×d
 * @param copied whether {@link #close} frees the matrix
 */
record Inputs(HostMatrix matrix, boolean copied) implements AutoCloseable {

  static Inputs of(HostMatrix x, DType type) {
    return x.dtype() == type ? new Inputs(x, false) : new Inputs(x.copy(type), true);
  }

  /** Checks that inputs and targets of a fit belong together and that targets are numbers. */
  static void require(String operation, HostMatrix x, HostMatrix y) {
    if (x.rows() < 1 || x.cols() < 1 || y.cols() < 1 || y.rows() != x.rows()) {
      throw new ShapeException(
          "%s: y must have one row for each of the N ≥ 1 rows of x, and both at least one column; x %s, y %s"
              .formatted(operation, x.shape(), y.shape()));
    }
    for (long i = 0; i < y.rows(); i++) {
      for (long c = 0; c < y.cols(); c++) {
        if (!Double.isFinite(y.get(i, c))) {
          throw new IllegalArgumentException(
              "%s: y must be finite but is %s in row %d, column %d"
                  .formatted(operation, y.get(i, c), i, c));
        }
      }
    }
  }

  /** Checks that test inputs have the training inputs' dimension. */
  void requireSameCols(String operation, HostMatrix test) {
    if (test.cols() != matrix.cols()) {
      throw new ShapeException(
          "%s: test inputs must have %d columns like the training inputs but have %d; training %s, test %s"
              .formatted(operation, matrix.cols(), test.cols(), matrix.shape(), test.shape()));
    }
  }

  @Override
  public void close() {
    if (copied) {
      matrix.close();
    }
  }
}
