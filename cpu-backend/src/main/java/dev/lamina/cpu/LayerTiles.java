package dev.lamina.cpu;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.DenseGradient;
import java.util.Optional;

/**
 * The products of a large fully connected layer: OpenBLAS on tiles whose edges depend on the sizes
 * alone. The inner index is never cut, so each entry is summed by one call.
 */
final class LayerTiles {
  /** Multiply-adds that a tile should have: about 0.2 ms on one processor. */
  private static final long TILE = 1L << 24;

  /** Multiply-adds from which on waking another thread pays. */
  private static final long PARALLEL = 1L << 21;

  /** More tiles than this help nobody, and smaller ones are slower. */
  private static final long MOST_TILES = 256;

  private static final int SMALLEST_EDGE = 128;
  private static final int EDGE_UNIT = 16;

  private final Workers workers;
  private final ThreadLocal<LayerScratch> scratch;

  LayerTiles(Workers workers, ThreadLocal<LayerScratch> scratch) {
    this.workers = workers;
    this.scratch = scratch;
  }

  /**
   * How a product is cut.
   *
   * @param rows rows of the result
   * @param cols columns of the result
   * @param rowEdge rows of a tile
   * @param colEdge columns of a tile
   */
  record Plan(int rows, int cols, int rowEdge, int colEdge) {

    /** Plans a product of m×k and k×n. */
    static Plan of(int m, int n, long k) {
      long wanted = Math.max(TILE, (long) m * n / MOST_TILES * k);
      int rowEdge = m;
      int colEdge = n;
      while ((long) rowEdge * colEdge * k > wanted && Math.max(rowEdge, colEdge) > SMALLEST_EDGE) {
        if (colEdge >= rowEdge) {
          colEdge = half(colEdge);
        } else {
          rowEdge = half(rowEdge);
        }
      }
      return new Plan(m, n, rowEdge, colEdge);
    }

    private static int half(int edge) {
      return (edge / 2 + EDGE_UNIT - 1) / EDGE_UNIT * EDGE_UNIT;
    }

    long tilesAcross() {
      return TilePlan.blocks(cols, colEdge);
    }

    long tiles() {
      return TilePlan.blocks(rows, rowEdge) * tilesAcross();
    }

    int row(long tile) {
      return (int) (tile / tilesAcross()) * rowEdge;
    }

    int col(long tile) {
      return (int) (tile % tilesAcross()) * colEdge;
    }

    int rowsOf(long tile) {
      return Math.min(rowEdge, rows - row(tile));
    }

    int colsOf(long tile) {
      return Math.min(colEdge, cols - col(tile));
    }
  }

  /** Computes z = x Wᵀ + 1 bᵀ and a = φ(z). */
  void forward(
      HostMatrix x,
      HostMatrix w,
      Optional<? extends Matrix> bias,
      Activation activation,
      HostMatrix z,
      HostMatrix a) {
    Plan plan = Plan.of((int) z.rows(), (int) z.cols(), x.cols());
    share(
        z.rows() * z.cols() * x.cols(),
        plan.tiles(),
        (worker, tile) -> {
          int row = plan.row(tile);
          int col = plan.col(tile);
          int rows = plan.rowsOf(tile);
          int cols = plan.colsOf(tile);
          Blas.gemm(
              1,
              Block.of(x, row, rows, 0, x.cols()),
              false,
              Block.of(w, col, cols, 0, w.cols()),
              true,
              0,
              Block.of(z, row, rows, col, cols));
          finish(bias, activation, z, a, row, rows, col, cols);
        });
  }

  private void finish(
      Optional<? extends Matrix> bias,
      Activation activation,
      HostMatrix z,
      HostMatrix a,
      int row,
      int rows,
      int col,
      int cols) {
    if (z.dtype() == DType.FLOAT32 && FloatLoops.handles(activation)) {
      finishFloats(bias, FloatLoops.slope(activation), z, a, row, rows, col, cols);
      return;
    }
    LayerScratch own = scratch.get();
    for (int j = col; j < col + cols; j += LayerScratch.CHUNK) {
      int n = Math.min(LayerScratch.CHUNK, col + cols - j);
      if (bias.isPresent()) {
        Chunks.load(CpuMatrix.host(bias.get()), j, n, own.second);
      }
      for (int i = row; i < row + rows; i++) {
        Chunks.load(z, i * z.rowStride() + j, n, own.first);
        if (bias.isPresent()) {
          plus(own.first, own.second, n);
          Chunks.store(own.first, n, z, i * z.rowStride() + j);
          // φ of the stored z, whose rounding the derivative will see too
          Chunks.load(z, i * z.rowStride() + j, n, own.first);
        }
        ActivationLoops.value(activation, own, n);
        Chunks.store(own.first, n, a, i * a.rowStride() + j);
      }
    }
  }

  private static void finishFloats(
      Optional<? extends Matrix> bias,
      float slope,
      HostMatrix z,
      HostMatrix a,
      int row,
      int rows,
      int col,
      int cols) {
    for (int i = row; i < row + rows; i++) {
      long at = z.byteOffset(i, col);
      if (bias.isPresent()) {
        HostMatrix b = CpuMatrix.host(bias.get());
        FloatLoops.plus(z.segment(), at, b.segment(), b.byteOffset(0, col), cols);
      }
      FloatLoops.value(slope, z.segment(), at, a.segment(), a.byteOffset(i, col), cols);
    }
  }

  private static void plus(double[] sum, double[] term, int n) {
    for (int j = 0; j < n; j++) {
      sum[j] += term[j];
    }
  }

  /** Computes ∂loss/∂W = deltaᵀ x, ∂loss/∂b and, if wanted, ∂loss/∂x = delta W. */
  void backward(
      HostMatrix x,
      HostMatrix w,
      HostMatrix delta,
      DenseGradient gradient,
      Optional<? extends Matrix> dx) {
    HostMatrix dw = CpuMatrix.host(gradient.weights());
    Optional<? extends Matrix> db = gradient.bias();
    Plan weights = Plan.of((int) w.rows(), (int) w.cols(), x.rows());
    Plan inputs = Plan.of((int) x.rows(), (int) x.cols(), dx.isPresent() ? w.rows() : 0);
    long first = weights.tiles();
    long second = dx.isPresent() ? first + inputs.tiles() : first;
    long third = db.isPresent() ? second + TilePlan.blocks(w.rows(), LayerScratch.CHUNK) : second;
    share(
        x.rows() * x.cols() * w.rows() * (dx.isPresent() ? 2 : 1),
        third,
        (worker, index) -> {
          if (index < first) {
            weightGradient(weights, index, x, delta, dw);
          } else if (index < second) {
            inputGradient(inputs, index - first, w, delta, CpuMatrix.host(dx.orElseThrow()));
          } else {
            biasGradient(
                (index - second) * LayerScratch.CHUNK, delta, CpuMatrix.host(db.orElseThrow()));
          }
        });
  }

  private static void weightGradient(
      Plan plan, long tile, HostMatrix x, HostMatrix delta, HostMatrix dw) {
    int row = plan.row(tile);
    int col = plan.col(tile);
    int rows = plan.rowsOf(tile);
    int cols = plan.colsOf(tile);
    Blas.gemm(
        1,
        Block.of(delta, 0, delta.rows(), row, rows),
        true,
        Block.of(x, 0, x.rows(), col, cols),
        false,
        0,
        Block.of(dw, row, rows, col, cols));
  }

  private static void inputGradient(
      Plan plan, long tile, HostMatrix w, HostMatrix delta, HostMatrix dx) {
    int row = plan.row(tile);
    int col = plan.col(tile);
    int rows = plan.rowsOf(tile);
    int cols = plan.colsOf(tile);
    Blas.gemm(
        1,
        Block.of(delta, row, rows, 0, delta.cols()),
        false,
        Block.of(w, 0, w.rows(), col, cols),
        false,
        0,
        Block.of(dx, row, rows, col, cols));
  }

  private void biasGradient(long col, HostMatrix delta, HostMatrix db) {
    int n = (int) Math.min(LayerScratch.CHUNK, delta.cols() - col);
    if (delta.dtype() == DType.FLOAT32) {
      FloatLoops.columnSums(
          delta.segment(),
          delta.byteOffset(0, col),
          delta.rowStride() * Float.BYTES,
          (int) delta.rows(),
          db.segment(),
          db.byteOffset(0, col),
          n);
      return;
    }
    LayerScratch own = scratch.get();
    java.util.Arrays.fill(own.second, 0, n, 0);
    for (long i = 0; i < delta.rows(); i++) {
      Chunks.load(delta, i * delta.rowStride() + col, n, own.first);
      plus(own.second, own.first, n);
    }
    Chunks.store(own.second, n, db, col);
  }

  private void share(long work, long count, Workers.Body body) {
    if (work >= PARALLEL && count > 1) {
      workers.forEach(count, body);
    } else {
      for (long i = 0; i < count; i++) {
        body.run(0, i);
      }
    }
  }
}
