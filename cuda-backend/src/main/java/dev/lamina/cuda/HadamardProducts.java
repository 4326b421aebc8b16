package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import java.util.ArrayList;
import java.util.List;

/**
 * Products entry by entry, and norms of kernels made of them. A matrix without gaps is one row, so
 * what multiplies each column by a factor of its own multiplies entries; everything is done in
 * float64.
 */
final class HadamardProducts {
  private static final int PRODUCTS_PER_BLOCK = 8192;

  private final Workspace workspace;
  private final DeviceContext context;

  HadamardProducts(Workspace workspace) {
    this.workspace = workspace;
    this.context = workspace.context();
  }

  /** Computes out ← a ∘ out. */
  void multiply(Matrix a, Matrix out) {
    long cols = a.cols();
    if (a.rows() == 0 || cols == 0) {
      return;
    }
    long step =
        TileEdge.of(
            workspace,
            1,
            a.rows(),
            rows ->
                Source.bytes(a, rows, cols)
                    + Target.bytes(out, rows, cols)
                    + 3 * DeviceBlock.bytes(DType.FLOAT64, rows, cols));
    Source source = Source.of(workspace, "a", a, step, cols);
    DeviceBlock factor = workspace.block("a factor", DType.FLOAT64, step, cols);
    DeviceBlock product = workspace.block("a product", DType.FLOAT64, step, cols);
    DeviceBlock zeros = filled("zeros", step, cols, 0);
    try (Target target = Target.of(workspace, "out", out, step, cols)) {
      for (long from = 0; from < a.rows(); from += step) {
        long rows = Math.min(step, a.rows() - from);
        DeviceBlock left = source.block(from, rows, 0, cols);
        DeviceBlock both = target.block(from, rows, 0, cols, true);
        copy(left, factor.rows(0, rows));
        copy(both, product.rows(0, rows));
        multiply(factor.rows(0, rows), product.rows(0, rows), zeros);
        copy(product.rows(0, rows), both);
        source.used();
        target.filled();
      }
    }
  }

  private DeviceBlock filled(String what, long rows, long cols, double value) {
    DeviceBlock block = workspace.block(what, DType.FLOAT64, rows, cols);
    new Launch(context, DeviceFunction.FILL_F64)
        .with(block.address(), rows, cols, block.stride())
        .real(value)
        .runOverEntries(rows, cols);
    return block;
  }

  private void copy(DeviceBlock from, DeviceBlock to) {
    DeviceFunction function =
        from.dtype() == DType.FLOAT32
            ? DeviceFunction.COPY_F32_F64
            : to.dtype() == DType.FLOAT32
                ? DeviceFunction.COPY_F64_F32
                : DeviceFunction.COPY_F64_F64;
    new Launch(context, function)
        .with(from.address(), from.rows(), from.cols(), from.stride())
        .with(to.address(), to.stride())
        .runOverEntries(from.rows(), from.cols());
  }

  /** Computes b ← a ∘ b for blocks of float64 without gaps. */
  private void multiply(DeviceBlock a, DeviceBlock b, DeviceBlock zeros) {
    long entries = Math.multiplyExact(a.rows(), a.cols());
    new Launch(context, DeviceFunction.COLUMN_COMBINE)
        .with(b.address(), entries, a.address(), zeros.address())
        .with(b.address(), entries, 1, entries)
        .runOverEntries(1, entries);
  }

  /**
   * Computes Σ ‖H [(D_c D_{c'}ᵀ) ∘ G] H‖² over all pairs of outputs for each kernel and their sum.
   *
   * @param blas multiplies
   * @param d (C·N)×n each
   * @param g N×N each
   */
  double[] norms(DeviceBlas blas, List<? extends Matrix> d, List<? extends Matrix> g) {
    double[] total = new double[d.size() + 1];
    if (d.getFirst().rows() == 0) {
      return total;
    }
    long outputs = d.getFirst().rows() / g.getFirst().rows();
    long pairs = outputs * (outputs + 1) / 2;
    DeviceBlock squares = workspace.block("squares", DType.FLOAT64, pairs * total.length, 1);
    new Blocks(blas, d, g).all(outputs, squares);
    try (HostMatrix found = HostMatrix.allocate(DType.FLOAT64, pairs * total.length, 1)) {
      context.download(squares, found);
      long index = 0;
      for (long c = 0; c < outputs; c++) {
        for (long e = 0; e <= c; e++) {
          for (int l = 0; l < total.length; l++) {
            total[l] += (c == e ? 1 : 2) * found.get(index, 0);
            index++;
          }
        }
      }
    }
    return total;
  }

  /** The blocks of kernels, one at a time. */
  private final class Blocks {
    private final DeviceBlas blas;
    private final long n;
    private final List<DeviceBlock> gradients = new ArrayList<>();
    private final List<DeviceBlock> grams = new ArrayList<>();
    private final DeviceBlock product;
    private final DeviceBlock sum;
    private final DeviceBlock zeros;
    private final DeviceBlock ones;
    private final DeviceBlock means;
    private final DeviceBlock partial;

    Blocks(DeviceBlas blas, List<? extends Matrix> d, List<? extends Matrix> g) {
      this.blas = blas;
      n = g.getFirst().rows();
      d.forEach(m -> gradients.add(doubles("gradients", m)));
      g.forEach(m -> grams.add(doubles("a Gram matrix", m)));
      product = workspace.block("a block", DType.FLOAT64, n, n);
      sum = workspace.block("a sum of blocks", DType.FLOAT64, n, n);
      zeros = filled("zeros", n, n, 0);
      ones = filled("ones", 1, n, 1);
      means = workspace.block("means", DType.FLOAT64, 1, n);
      partial =
          workspace.block(
              "partial sums", DType.FLOAT64, Math.ceilDiv(n * n, PRODUCTS_PER_BLOCK), 1);
    }

    private DeviceBlock doubles(String what, Matrix m) {
      DeviceBlock all = workspace.block(what, DType.FLOAT64, m.rows(), m.cols());
      Source source = Source.of(workspace, what, m, m.rows(), m.cols());
      copy(source.block(0, m.rows(), 0, m.cols()), all);
      source.used();
      return all;
    }

    void all(long outputs, DeviceBlock squares) {
      long index = 0;
      for (long c = 0; c < outputs; c++) {
        for (long e = 0; e <= c; e++) {
          for (int l = 0; l < gradients.size(); l++) {
            compute(l, c, e);
            square(product, squares.rows(index, index + 1));
            addToSum(l == 0 ? zeros : ones);
            index++;
          }
          square(sum, squares.rows(index, index + 1));
          index++;
        }
      }
    }

    /** Computes a centred block. */
    private void compute(int kernel, long c, long e) {
      DeviceBlock left = gradients.get(kernel).rows(c * n, (c + 1) * n);
      DeviceBlock right = gradients.get(kernel).rows(e * n, (e + 1) * n);
      blas.gemm(left, false, right, true, 1, 0, product);
      multiply(grams.get(kernel), product, zeros);
      blas.gemm(ones, false, product, false, 1.0 / n, 0, means);
      blas.gemm(ones, true, means, false, -1, 1, product);
      blas.gemm(ones, false, product, true, 1.0 / n, 0, means);
      blas.gemm(means, true, ones, false, -1, 1, product);
    }

    private void square(DeviceBlock of, DeviceBlock result) {
      new Launch(context, DeviceFunction.DOT_F64)
          .with(of.address(), n, of.address(), n, n, n)
          .address(partial)
          .run(partial.rows());
      new Launch(context, DeviceFunction.SUM)
          .with(partial.address(), partial.rows())
          .real(1)
          .address(result)
          .run(1);
    }

    /** Computes sum ← product + keep ∘ sum, with a factor for each column. */
    private void addToSum(DeviceBlock keep) {
      new Launch(context, DeviceFunction.COLUMN_COMBINE)
          .with(product.address(), n, ones.address(), keep.address())
          .with(sum.address(), n, n, n)
          .runOverEntries(n, n);
    }
  }
}
