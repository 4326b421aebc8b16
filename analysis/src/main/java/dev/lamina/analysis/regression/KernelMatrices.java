package dev.lamina.analysis.regression;

import dev.lamina.backend.Backend;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;

/** Kernel matrices in float64, whatever the element type of the inputs is. */
final class KernelMatrices {

  private KernelMatrices() {}

  /**
   * Fills the lower triangle of {@code out} with k(x_i, x_j). What stands above the diagonal
   * afterwards is unspecified.
   *
   * <p>Float32 inputs are evaluated in float32 panels of rows, so that a float32 copy of the whole
   * matrix never exists.
   *
   * @param x N×d
   * @param out N×N float64
   */
  static void lower(Backend backend, Kernel kernel, HostMatrix x, HostMatrix out) {
    if (x.dtype() == DType.FLOAT64) {
      backend.gram().compute(kernel, x, x, out);
      return;
    }
    String what = "kernel matrix in float32 panels";
    MemoryBudget budget = backend.budget();
    BatchPlan plan = BatchPlan.of(what, x.rows(), x.rows() * Float.BYTES, budget);
    try (var _ = plan.reserve(what, budget);
        HostMatrix panel = HostMatrix.allocate(DType.FLOAT32, plan.rows(), x.rows())) {
      for (long batch = 0; batch < plan.count(); batch++) {
        lowerPanel(backend, kernel, x, plan.from(batch), plan.to(batch), panel, out);
      }
    }
  }

  private static void lowerPanel(
      Backend backend,
      Kernel kernel,
      HostMatrix x,
      long from,
      long to,
      HostMatrix panel,
      HostMatrix out) {
    HostMatrix rows = x.rows(from, to);
    // The diagonal block is asked for with z == x: symmetric, with an exact diagonal.
    HostMatrix diagonal = block(panel, 0, to - from, 0, to - from);
    backend.gram().compute(kernel, rows, rows, diagonal);
    block(out, from, to, from, to).copyFrom(diagonal);
    if (from > 0) {
      HostMatrix left = block(panel, 0, to - from, 0, from);
      backend.gram().compute(kernel, rows, x.rows(0, from), left);
      block(out, from, to, 0, from).copyFrom(left);
    }
  }

  /**
   * Fills {@code out} with k(x_i, z_j).
   *
   * @param x n×d
   * @param z m×d of the same type
   * @param out n×m float64
   * @param scratch n×m of the type of x if that is float32; not used otherwise
   */
  static void cross(
      Backend backend,
      Kernel kernel,
      HostMatrix x,
      HostMatrix z,
      HostMatrix out,
      HostMatrix scratch) {
    if (x.dtype() == DType.FLOAT64) {
      backend.gram().compute(kernel, x, z, out);
    } else {
      backend.gram().compute(kernel, x, z, scratch);
      out.copyFrom(scratch);
    }
  }

  /** Returns a borrowed view of a rectangle of entries. */
  static HostMatrix block(HostMatrix m, long fromRow, long toRow, long fromCol, long toCol) {
    if (fromRow == toRow || fromCol == toCol) {
      return HostMatrix.borrow(
          m.segment().asSlice(0, 0), m.dtype(), toRow - fromRow, toCol - fromCol, m.rowStride());
    }
    long start = m.byteOffset(fromRow, fromCol);
    long end = m.byteOffset(toRow - 1, toCol - 1) + m.dtype().bytes();
    return HostMatrix.borrow(
        m.segment().asSlice(start, end - start),
        m.dtype(),
        toRow - fromRow,
        toCol - fromCol,
        m.rowStride());
  }

  /** Adds a number to every diagonal entry. */
  static void addToDiagonal(HostMatrix m, double value) {
    for (long i = 0; i < m.rows(); i++) {
      m.set(i, i, m.get(i, i) + value);
    }
  }
}
