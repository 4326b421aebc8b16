package dev.lamina.contract;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;

/** A matrix of a test, what it held at first, and the memory around it. */
final class Placed implements AutoCloseable {
  /** Elements before the first row, between rows and after the last row of a strided matrix. */
  private static final int GAP = 5;

  /** Fills the gaps: a bit pattern that no operation would write by accident. */
  private static final double PADDING = -7.0e-3f;

  private final Backend backend;
  private final Matrix matrix;
  private final double[][] initial;
  private final Arena arena;
  private final HostMatrix surroundings;

  private Placed(
      Backend backend, Matrix matrix, double[][] initial, Arena arena, HostMatrix surroundings) {
    this.backend = backend;
    this.matrix = matrix;
    this.initial = initial;
    this.arena = arena;
    this.surroundings = surroundings;
  }

  /**
   * Places numbers, which must be numbers of the element type.
   *
   * @param values rows of equal length, at least one
   */
  static Placed of(Backend backend, Placement placement, DType dtype, double[][] values) {
    int rows = values.length;
    int cols = values[0].length;
    return switch (placement) {
      case HOST -> {
        HostMatrix m = HostMatrix.allocate(dtype, rows, cols);
        yield new Placed(backend, write(m, values), values, null, null);
      }
      case STRIDED -> strided(backend, dtype, values);
      case DEVICE -> {
        try (HostMatrix m = HostMatrix.allocate(dtype, rows, cols)) {
          yield new Placed(backend, backend.upload(write(m, values)), values, null, null);
        }
      }
    };
  }

  /** Places NaN in every entry. */
  static Placed poisoned(Backend backend, Placement placement, DType dtype, int rows, int cols) {
    double[][] nan = new double[rows][cols];
    for (double[] row : nan) {
      Arrays.fill(row, Double.NaN);
    }
    return of(backend, placement, dtype, nan);
  }

  private static Placed strided(Backend backend, DType dtype, double[][] values) {
    int rows = values.length;
    int cols = values[0].length;
    long stride = (long) cols + GAP;
    Arena arena = Arena.ofShared();
    // One row more than the matrix: its gap before the first row and after the last.
    MemorySegment all = arena.allocate((rows + 1) * stride * dtype.bytes(), dtype.bytes());
    HostMatrix surroundings = HostMatrix.borrow(all, dtype, rows + 1L, stride, stride);
    surroundings.fill(PADDING);
    MemorySegment inside = all.asSlice((long) GAP * dtype.bytes());
    HostMatrix m = HostMatrix.borrow(inside, dtype, rows, cols, stride);
    return new Placed(backend, write(m, values), values, arena, surroundings);
  }

  private static HostMatrix write(HostMatrix m, double[][] values) {
    for (int i = 0; i < values.length; i++) {
      for (int j = 0; j < values[i].length; j++) {
        m.set(i, j, values[i][j]);
      }
    }
    return m;
  }

  Matrix matrix() {
    return matrix;
  }

  /** Returns the entries as they are now. */
  double[][] read() {
    return switch (matrix) {
      case HostMatrix m -> m.toArray();
      case DeviceMatrix m -> {
        try (HostMatrix copy = HostMatrix.allocate(m.dtype(), m.rows(), m.cols())) {
          copy.fill(PADDING);
          backend.download(m, copy);
          yield copy.toArray();
        }
      }
    };
  }

  /** Throws if an operation wrote this matrix or its surroundings. */
  void requireUnchanged(String what) {
    if (!Arrays.deepEquals(read(), initial)) {
      throw new AssertionError(what + " must be left alone but was written");
    }
    requirePaddingIntact(what);
  }

  /** Throws if an operation wrote outside this matrix. */
  void requirePaddingIntact(String what) {
    if (surroundings == null) {
      return;
    }
    long stride = surroundings.cols();
    for (long at = 0; at < surroundings.rows() * stride; at++) {
      long inside = at - GAP;
      boolean entry =
          inside >= 0 && inside / stride < matrix.rows() && inside % stride < matrix.cols();
      double found = surroundings.get(at / stride, at % stride);
      if (!entry && Double.compare(found, PADDING) != 0) {
        throw new AssertionError(
            "%s: memory outside the matrix was written: element %d after its start is %s"
                .formatted(what, inside, found));
      }
    }
  }

  @Override
  public void close() {
    matrix.close();
    if (arena != null && arena.scope().isAlive()) {
      arena.close();
    }
  }
}
