package dev.lamina.cuda;

import dev.lamina.cuda.KernelTiles.Arithmetic;
import dev.lamina.cuda.KernelTiles.Inputs;
import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.Matrix;

/**
 * Products of a kernel matrix, which is never stored, with a matrix. Partial sums are kept in
 * float64 and added in a fixed order.
 */
final class KernelProducts {
  private static final long LEAST_EDGE = 8;

  private final DeviceContext context;
  private final Inputs inputs;
  private final KernelTiles tiles;
  private final long edge;
  private final long splits;
  private final long t;
  private final Source factors;
  private final Target target;

  /** Part 0 is the sum so far, the others are those of one launch. */
  private final DeviceBlock parts;

  private KernelProducts(
      Workspace workspace, Inputs inputs, Arithmetic arithmetic, Matrix v, Matrix out) {
    this.context = workspace.context();
    this.inputs = inputs;
    this.t = v.cols();
    this.splits = splits(arithmetic.multiply());
    long available = workspace.available();
    edge =
        TileEdge.of(
            workspace,
            LEAST_EDGE,
            Math.max(inputs.n(), inputs.m()),
            e ->
                KernelTiles.bytes(inputs, arithmetic, e, available)
                    + Source.bytes(v, Math.min(e, inputs.m()), t)
                    + Target.bytes(out, Math.min(e, inputs.n()), t)
                    + DeviceBlock.bytes(DType.FLOAT64, (splits + 1) * Math.min(e, inputs.n()), t));
    tiles = new KernelTiles(workspace, inputs, arithmetic, edge);
    factors = Source.of(workspace, "the factor", v, Math.min(edge, inputs.m()), t);
    target = Target.of(workspace, "the product", out, Math.min(edge, inputs.n()), t);
    parts =
        workspace.block(
            "partial sums", DType.FLOAT64, (splits + 1) * Math.min(edge, inputs.n()), t);
  }

  /** Enough launches' blocks for all multiprocessors, however few rows there are. */
  private long splits(DeviceFunction multiply) {
    long blocks =
        Math.ceilDiv(inputs.n(), (long) multiply.tile())
            * Math.ceilDiv(t, (long) DeviceFunction.MULTIPLY_COLUMNS);
    long wanted = 2L * context.driver().properties().multiprocessors();
    return Math.clamp(
        wanted / Math.max(1, blocks), 1, Math.ceilDiv(inputs.m(), (long) multiply.tile()));
  }

  /**
   * Computes {@code out = K v}.
   *
   * @param workspace takes the memory
   * @param inputs kernel and rows, at least one of each
   * @param arithmetic how
   * @param v M×t, t ≥ 1
   * @param out N×t
   */
  static void compute(
      Workspace workspace, Inputs inputs, Arithmetic arithmetic, Matrix v, Matrix out) {
    KernelProducts products = new KernelProducts(workspace, inputs, arithmetic, v, out);
    try (Target target = products.target) {
      products.run(arithmetic.multiply(), target);
    }
  }

  private void run(DeviceFunction multiply, Target out) {
    for (long row = 0; row < inputs.n(); row += edge) {
      long n = Math.min(edge, inputs.n() - row);
      new Launch(context, DeviceFunction.FILL_F64)
          .with(parts.address(), n, t, t)
          .real(0)
          .runOverEntries(n, t);
      for (long col = 0; col < inputs.m(); col += edge) {
        long m = Math.min(edge, inputs.m() - col);
        add(multiply, row, n, col, m);
        sum(DeviceFunction.MULTIPLY_SUM_F64, n, splits + 1, parts.address(), t);
      }
      DeviceBlock result = out.block(row, n, 0, t, false);
      sum(
          result.dtype() == DType.FLOAT32
              ? DeviceFunction.MULTIPLY_SUM_F32
              : DeviceFunction.MULTIPLY_SUM_F64,
          n,
          1,
          result.address(),
          result.stride());
      out.filled();
    }
  }

  private void add(DeviceFunction multiply, long row, long n, long col, long m) {
    DeviceBlock v = factors.block(col, m, 0, t);
    tiles
        .begin(multiply, row, n, col, m, 0)
        .with(v.address(), t, v.stride(), splits, parts.address() + n * t * Double.BYTES)
        .run(
            Math.ceilDiv(n, (long) multiply.tile()),
            Math.ceilDiv(t, (long) DeviceFunction.MULTIPLY_COLUMNS),
            splits);
    tiles.used(row, n, col, m);
    factors.used();
  }

  private void sum(DeviceFunction function, long n, long count, long to, long stride) {
    new Launch(context, function)
        .with(parts.address(), count, n, t, to, stride)
        .run(Math.ceilDiv(Math.multiplyExact(n, t), (long) function.threads()));
  }
}
