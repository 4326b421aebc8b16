package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;

/** Diagonals of matrices, and products with diagonal matrices. */
final class Diagonals {
  private static final int PER_BLOCK = DeviceFunction.SET_DIAGONAL_F32.threads();

  private Diagonals() {}

  /** Adds a number to each entry of a diagonal. */
  static void add(DeviceContext context, double value, DeviceBlock k) {
    Launch.of(context, k.dtype(), DeviceFunction.SET_DIAGONAL_F32, DeviceFunction.SET_DIAGONAL_F64)
        .with(k.address(), k.rows(), k.stride(), 0)
        .real(value)
        .run(Math.ceilDiv(k.rows(), PER_BLOCK));
  }

  /**
   * Copies a diagonal. A host matrix is read where it lies: it has one entry in each row.
   *
   * @param workspace takes the memory
   * @param k N×N, N ≥ 1
   * @param out N×1
   */
  static void copy(Workspace workspace, Matrix k, Matrix out) {
    DeviceContext context = workspace.context();
    long n = k.rows();
    switch (k) {
      case HostMatrix host -> {
        HostMatrix diagonal =
            out instanceof HostMatrix to ? to : workspace.host("the diagonal", k.dtype(), n, 1);
        for (long i = 0; i < n; i++) {
          diagonal.set(i, 0, host.get(i, i));
        }
        if (out instanceof DeviceMatrix to) {
          context.upload(diagonal, context.block(to));
        }
      }
      case DeviceMatrix device -> {
        DeviceBlock from = context.block(device);
        try (Target target = Target.of(workspace, "the diagonal", out, n, 1)) {
          DeviceBlock to = target.block(0, n, 0, 1, false);
          // A column whose rows are one further apart than the matrix's.
          Launch.of(context, k.dtype(), DeviceFunction.COPY_F32_F32, DeviceFunction.COPY_F64_F64)
              .with(from.address(), n, 1, from.stride() + 1)
              .with(to.address(), to.stride())
              .runOverEntries(n, 1);
          target.filled();
        }
      }
    }
  }

  /**
   * Scales each row by a factor of its own.
   *
   * @param workspace takes the memory
   * @param factors N×1
   * @param x N×d, N and d ≥ 1
   */
  static void scaleRows(Workspace workspace, Matrix factors, Matrix x) {
    long cols = x.cols();
    long step =
        TileEdge.of(
            workspace,
            1,
            x.rows(),
            rows -> Source.bytes(factors, rows, 1) + Target.bytes(x, rows, cols));
    Source source = Source.of(workspace, "factors", factors, step, 1);
    try (Target target = Target.of(workspace, "rows", x, step, cols)) {
      for (long from = 0; from < x.rows(); from += step) {
        long rows = Math.min(step, x.rows() - from);
        DeviceBlock f = source.block(from, rows, 0, 1);
        DeviceBlock to = target.block(from, rows, 0, cols, true);
        Launch.of(
                workspace.context(),
                x.dtype(),
                DeviceFunction.SCALE_ROWS_F32,
                DeviceFunction.SCALE_ROWS_F64)
            .with(to.address(), rows, cols, to.stride(), f.address(), f.stride())
            .runOverEntries(rows, cols);
        source.used();
        target.filled();
      }
    }
  }
}
