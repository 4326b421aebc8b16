package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.WideLayer;

/**
 * A wide ReLU layer on kernel matrices that are stored, and its adjoint: one launch over the lower
 * triangle if the matrices are on the device or fit there, else one for each tile of the host's.
 * The bits do not depend on which.
 */
final class WideLayers {

  /** What is kept of a row: see {@link DeviceFunction#WIDE_ROWS_F32}. */
  private static final int ROW_VALUES = 4;

  private static final int SUM_EDGE = DeviceFunction.WIDE_LAYER_BACKWARD_F32.tile();

  private final Workspace workspace;
  private final DeviceContext context;
  private final WideLayer layer;
  private final long n;
  private final DType dtype;
  private final DeviceBlock values;

  private WideLayers(Workspace workspace, WideLayer layer, Matrix k) {
    this.workspace = workspace;
    this.context = workspace.context();
    this.layer = layer;
    this.n = k.rows();
    this.dtype = k.dtype();
    this.values = workspace.block("values of rows", DType.FLOAT64, ROW_VALUES, n);
  }

  /**
   * Computes {@code out = σw² k₁(K) + σb²}.
   *
   * @param workspace takes the memory
   * @param layer the variances
   * @param k N×N, N ≥ 1
   * @param out N×N; {@code k} itself or apart from it
   */
  static void forward(Workspace workspace, WideLayer layer, Matrix k, Matrix out) {
    new WideLayers(workspace, layer, k).forward(k, out);
  }

  /**
   * Replaces G by its pull-back.
   *
   * @param workspace takes the memory
   * @param layer the variances
   * @param k N×N, N ≥ 1
   * @param g N×N
   */
  static void backward(Workspace workspace, WideLayer layer, Matrix k, Matrix g) {
    new WideLayers(workspace, layer, k).backward(k, g);
  }

  /** Plans for one tile of each matrix, and for one piece if all fit. */
  private SquareTiles.Plan plan(Matrix... matrices) {
    long edge =
        TileEdge.of(
            workspace,
            SUM_EDGE,
            n,
            e -> {
              long bytes = 0;
              for (Matrix m : matrices) {
                bytes += m instanceof HostMatrix ? DeviceBlock.bytes(dtype, e, e) : 0;
              }
              return bytes;
            });
    return new SquareTiles.Plan(edge == n, edge, 1);
  }

  private void forward(Matrix k, Matrix out) {
    boolean same = context.same(k, out);
    SquareTiles.Plan plan = same ? plan(k) : plan(k, out);
    SquareTiles source = new SquareTiles(workspace, k, plan);
    try (SquareTiles target = same ? source : SquareTiles.unread(workspace, out, plan)) {
      readRows(source);
      for (int i = 0; i < source.count(); i++) {
        for (int j = 0; j <= i; j++) {
          DeviceBlock from = source.read(i, j);
          DeviceBlock to = target.write(i, j);
          launch(DeviceFunction.WIDE_LAYER_F32, DeviceFunction.WIDE_LAYER_F64, source, i, j, from)
              .with(to.address(), to.stride())
              .with(mirrored(plan, target, to, i, j))
              .real(layer.weightVariance())
              .real(layer.biasVariance())
              .run(tiles(from, i == j));
        }
      }
    }
    mirrorOnHost(plan, out);
  }

  private void backward(Matrix k, Matrix g) {
    long sumTiles = Math.ceilDiv(n, (long) SUM_EDGE);
    DeviceBlock sums = workspace.block("sums of rows", DType.FLOAT64, sumTiles, n);
    SquareTiles.Plan plan = plan(k, g);
    SquareTiles source = new SquareTiles(workspace, k, plan);
    try (SquareTiles target = new SquareTiles(workspace, g, plan)) {
      readRows(source);
      for (int i = 0; i < source.count(); i++) {
        for (int j = 0; j <= i; j++) {
          DeviceBlock from = source.read(i, j);
          DeviceBlock to = target.write(i, j);
          launch(
                  DeviceFunction.WIDE_LAYER_BACKWARD_F32,
                  DeviceFunction.WIDE_LAYER_BACKWARD_F64,
                  source,
                  i,
                  j,
                  from)
              .with(to.address(), to.stride())
              .with(mirrored(plan, target, to, i, j))
              .real(layer.weightVariance())
              .with(sums.address(), n, source.start(i), source.start(j))
              .run(tiles(from, i == j));
        }
      }
      for (int i = 0; i < target.count(); i++) {
        DeviceBlock to = target.write(i, i);
        Launch.of(
                context, dtype, DeviceFunction.WIDE_DIAGONAL_F32, DeviceFunction.WIDE_DIAGONAL_F64)
            .with(to.address(), to.rows(), to.stride())
            .with(rows(source, i) + (ROW_VALUES - 1) * n * Double.BYTES)
            .with(sums.address() + source.start(i) * Double.BYTES, n, sumTiles)
            .real(layer.weightVariance())
            .run(Math.ceilDiv(to.rows(), DeviceFunction.WIDE_DIAGONAL_F32.threads()));
      }
    }
    mirrorOnHost(plan, g);
  }

  /** Reads the diagonal before anything is written, which may be in the same place. */
  private void readRows(SquareTiles source) {
    for (int i = 0; i < source.count(); i++) {
      DeviceBlock tile = source.read(i, i);
      Launch.of(context, dtype, DeviceFunction.WIDE_ROWS_F32, DeviceFunction.WIDE_ROWS_F64)
          .with(tile.address(), tile.rows(), tile.stride(), rows(source, i), n)
          .run(Math.ceilDiv(tile.rows(), DeviceFunction.WIDE_ROWS_F32.threads()));
    }
  }

  /** Returns the address of the values of a tile's rows. */
  private long rows(SquareTiles tiles, int i) {
    return values.address() + tiles.start(i) * Double.BYTES;
  }

  private Launch launch(
      DeviceFunction single,
      DeviceFunction full,
      SquareTiles tiles,
      int i,
      int j,
      DeviceBlock from) {
    return Launch.of(context, dtype, single, full)
        .with(from.address(), from.rows(), from.cols(), from.stride())
        .with(rows(tiles, i), rows(tiles, j), n, i == j ? 1 : 0);
  }

  /** Returns address and stride of where a tile is mirrored on the device: 0 if on the host. */
  private static long[] mirrored(
      SquareTiles.Plan plan, SquareTiles target, DeviceBlock to, int i, int j) {
    if (i == j) {
      return new long[] {to.address(), to.stride()};
    }
    if (target.isResident() && !plan.whole()) {
      DeviceBlock there = target.write(j, i);
      return new long[] {there.address(), there.stride()};
    }
    return new long[] {0, 0};
  }

  private static long tiles(DeviceBlock block, boolean diagonal) {
    long rows = Math.ceilDiv(block.rows(), (long) SUM_EDGE);
    return diagonal ? rows * (rows + 1) / 2 : rows * Math.ceilDiv(block.cols(), (long) SUM_EDGE);
  }

  private static void mirrorOnHost(SquareTiles.Plan plan, Matrix m) {
    if (!plan.whole() && m instanceof HostMatrix host) {
      HostParts.lowerToUpper(host);
    }
  }
}
