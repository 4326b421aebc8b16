package dev.lamina.cuda;

import dev.lamina.matrix.Matrix;

/** Products of matrices wherever they lie: in one piece, or tile by tile. */
final class MatrixProducts {
  private static final long LEAST_EDGE = 8;

  private MatrixProducts() {}

  /** A factor: the matrix and whether it enters transposed. */
  record Factor(Matrix matrix, boolean transposed) {
    long rows() {
      return transposed ? matrix.cols() : matrix.rows();
    }

    long cols() {
      return transposed ? matrix.rows() : matrix.cols();
    }

    private long bytes(long rows, long cols) {
      return transposed ? Source.bytes(matrix, cols, rows) : Source.bytes(matrix, rows, cols);
    }

    private Source source(Workspace workspace, String what, long rows, long cols) {
      return transposed
          ? Source.of(workspace, what, matrix, cols, rows)
          : Source.of(workspace, what, matrix, rows, cols);
    }

    private DeviceBlock block(Source source, long row, long rows, long col, long cols) {
      return transposed ? source.block(col, cols, row, rows) : source.block(row, rows, col, cols);
    }
  }

  /** Computes {@code out = alpha·op(A) op(B) + beta·out}. */
  static void gemm(
      Workspace workspace,
      DeviceBlas blas,
      Factor a,
      Factor b,
      double alpha,
      double beta,
      Matrix out) {
    gemm(workspace, blas, a, b, alpha, beta, out, false);
  }

  /**
   * Computes {@code out = op(A) op(B)} without cutting the sums: with {@link OwnBlas} the bits do
   * not depend on the memory there is.
   */
  static void gemmOfWholeSums(
      Workspace workspace, DeviceBlas blas, Factor a, Factor b, Matrix out) {
    gemm(workspace, blas, a, b, 1, 0, out, true);
  }

  private static void gemm(
      Workspace workspace,
      DeviceBlas blas,
      Factor a,
      Factor b,
      double alpha,
      double beta,
      Matrix out,
      boolean wholeSums) {
    if (out.rows() == 0 || out.cols() == 0) {
      return;
    }
    long inner = a.cols();
    long edge =
        TileEdge.of(
            workspace,
            LEAST_EDGE,
            Math.max(Math.max(out.rows(), out.cols()), wholeSums ? 1 : inner),
            e -> {
              long m = Math.min(e, out.rows());
              long n = Math.min(e, out.cols());
              long k = wholeSums ? inner : Math.min(e, inner);
              return a.bytes(m, k) + b.bytes(k, n) + Target.bytes(out, m, n);
            });
    long m = Math.min(edge, out.rows());
    long n = Math.min(edge, out.cols());
    long k = wholeSums ? inner : Math.min(edge, inner);
    Source left = a.source(workspace, "the left factor", m, k);
    Source right = b.source(workspace, "the right factor", k, n);
    try (Target target = Target.of(workspace, "the product", out, m, n)) {
      for (long row = 0; row < out.rows(); row += m) {
        long rows = Math.min(m, out.rows() - row);
        for (long col = 0; col < out.cols(); col += n) {
          long cols = Math.min(n, out.cols() - col);
          DeviceBlock tile = target.block(row, rows, col, cols, beta != 0);
          long from = 0;
          do { // once even if the sums are empty, for what beta says
            long length = Math.min(k, inner - from);
            blas.gemm(
                a.block(left, row, rows, from, length),
                a.transposed(),
                b.block(right, from, length, col, cols),
                b.transposed(),
                alpha,
                from == 0 ? beta : 1,
                tile);
            left.used();
            right.used();
            from += length;
          } while (from < inner);
          target.filled();
        }
      }
    }
  }

  /**
   * Computes {@code out = alpha·X Xᵀ + beta·out}, symmetric bit for bit: a tile above the diagonal
   * has the sums of its mirror image in the same order.
   */
  static void rowProducts(Workspace workspace, Matrix x, double alpha, double beta, Matrix out) {
    long n = x.rows();
    if (n == 0) {
      return;
    }
    DeviceContext context = workspace.context();
    OwnBlas own = new OwnBlas(context);
    long edge =
        TileEdge.of(
            workspace,
            LEAST_EDGE,
            n,
            e -> (e < n ? 2 : 1) * Source.bytes(x, e, x.cols()) + Target.bytes(out, e, e));
    Source left = Source.of(workspace, "rows", x, edge, x.cols());
    Source right = edge < n ? Source.of(workspace, "rows", x, edge, x.cols()) : left;
    try (Target target = Target.of(workspace, "the product", out, edge, edge)) {
      for (long row = 0; row < n; row += edge) {
        long rows = Math.min(edge, n - row);
        for (long col = 0; col < n; col += edge) {
          long cols = Math.min(edge, n - col);
          DeviceBlock tile = target.block(row, rows, col, cols, beta != 0);
          DeviceBlock a = left.block(row, rows, 0, x.cols());
          if (row == col) {
            OwnBlas.gemmLower(context, a, false, a, true, alpha, beta, tile, true);
          } else {
            DeviceBlock b = right.block(col, cols, 0, x.cols());
            own.gemm(a, false, b, true, alpha, beta, tile);
            right.used();
          }
          left.used();
          target.filled();
        }
      }
    }
  }
}
