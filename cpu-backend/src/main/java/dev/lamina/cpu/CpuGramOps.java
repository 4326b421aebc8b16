package dev.lamina.cpu;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.lowering.InputScale;
import dev.lamina.lowering.LoweredKernel;
import dev.lamina.lowering.RowProgram;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.AbstractGramOps;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.RowScan;
import dev.lamina.ops.TileListener;
import dev.lamina.ops.WideLayer;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/** Kernel and Gram matrices on the processor. */
final class CpuGramOps extends AbstractGramOps {
  private static final int ROWS_PER_STEP = 64;
  private static final int COLUMNS_AT_ONCE = 1024;

  private final Workers workers;
  private final MemoryBudget budget;
  private final TileMemory memory;
  private final TileListener listener;

  CpuGramOps(Workers workers, MemoryBudget budget) {
    this(workers, budget, new TileMemory(workers.threads()), TileListener.NONE);
  }

  private CpuGramOps(
      Workers workers, MemoryBudget budget, TileMemory memory, TileListener listener) {
    this.workers = workers;
    this.budget = budget;
    this.memory = memory;
    this.listener = listener;
  }

  @Override
  public GramOps heardBy(TileListener other) {
    return new CpuGramOps(workers, budget, memory, other);
  }

  @Override
  protected void doCompute(Lowering lowering, Matrix x, Matrix z, List<? extends Matrix> outputs) {
    List<HostMatrix> out = outputs.stream().map(CpuMatrix::host).toList();
    HostMatrix hostX = CpuMatrix.host(x);
    HostMatrix hostZ = CpuMatrix.host(z);
    boolean symmetric = sameRows(hostX, hostZ);
    LoweredKernel kernel = lower("compute", lowering, hostX, hostZ, symmetric);
    // The turn first: tiles are planned with the memory that no other caller holds.
    try (var _ = workers.turn();
        KernelTiles tiles =
            new KernelTiles("compute", kernel, hostX, hostZ, symmetric, workers, budget, memory)) {
      if (symmetric) {
        computeSymmetric(tiles, hostX.rows(), out);
      } else {
        computeAll(tiles, out);
      }
    }
  }

  private void computeAll(KernelTiles tiles, List<HostMatrix> outputs) {
    long columns = tiles.zBlockCount();
    long count = Math.multiplyExact(tiles.xBlockCount(), columns);
    listener.begin(count);
    forEachTile(
        tiles,
        count,
        (worker, index) -> {
          tiles.tile(worker, index / columns, index % columns, new Store(outputs, false, false));
          listener.finished(1);
        });
  }

  private void computeSymmetric(KernelTiles tiles, long n, List<HostMatrix> outputs) {
    long count = TilePlan.lowerTiles(tiles.xBlockCount());
    listener.begin(count);
    forEachTile(
        tiles,
        count,
        (worker, index) -> {
          long i = TilePlan.lowerRow(index);
          long j = index - TilePlan.lowerTiles(i);
          if (i == j) {
            tiles.tile(worker, i, j, new Store(outputs, false, true));
            double[][] diagonal = tiles.xBlock(i).diagonal;
            long end = Math.min(n, tiles.start(i + 1));
            for (int o = 0; o < outputs.size(); o++) {
              storeDiagonal(outputs.get(o), tiles.start(i), diagonal[o]);
              tiles
                  .mirror(worker)
                  .lowerToUpper(outputs.get(o), tiles.start(i), end, tiles.start(i), end);
            }
          } else {
            tiles.tile(worker, i, j, new Store(outputs, true, false));
          }
          listener.finished(1);
        });
  }

  /**
   * Writes results to their matrices.
   *
   * @param outputs one for each result
   * @param mirrored whether what is written below the diagonal is also written above it
   * @param diagonal whether only what lies below the diagonal is written
   */
  private record Store(List<HostMatrix> outputs, boolean mirrored, boolean diagonal)
      implements KernelTiles.Sink {
    @Override
    public void lines(long row, int lines, long col, int n, Entries entries) {
      for (int o = 0; o < outputs.size(); o++) {
        HostMatrix out = outputs.get(o);
        for (int line = 0; line < lines; line++) {
          int count = diagonal ? (int) Math.min(n, row + line - col) : n;
          entries.store(o, line, count, out, row + line, col);
        }
        if (mirrored) {
          entries.mirror(o, lines, n, out, row, col);
        }
      }
    }
  }

  private static void storeDiagonal(HostMatrix out, long start, double[] diagonal) {
    for (int i = 0; i < diagonal.length; i++) {
      out.set(start + i, start + i, diagonal[i]);
    }
  }

  /** Shares tiles out to no more workers than the plan has memory for. */
  private void forEachTile(KernelTiles tiles, long count, Workers.Body body) {
    int planned = tiles.plan().workers();
    if (planned == workers.threads()) {
      workers.forEach(count, body);
    } else {
      AtomicLong next = new AtomicLong();
      workers.forEach(
          planned,
          (worker, lane) -> {
            long index;
            while ((index = next.getAndIncrement()) < count) {
              body.run((int) lane, index);
            }
          });
    }
  }

  @Override
  protected void doMultiply(Lowering lowering, Matrix x, Matrix z, Matrix v, Matrix out) {
    HostMatrix hostX = CpuMatrix.host(x);
    HostMatrix hostZ = CpuMatrix.host(z);
    HostMatrix hostOut = CpuMatrix.host(out);
    HostMatrix hostV = CpuMatrix.host(v);
    boolean symmetric = sameRows(hostX, hostZ);
    LoweredKernel kernel = lower("multiply", lowering, hostX, hostZ, symmetric);
    hostOut.fill(0);
    try (var _ = workers.turn();
        KernelTiles tiles =
            new KernelTiles("multiply", kernel, hostX, hostZ, symmetric, workers, budget, memory)) {
      TileProducts products = new TileProducts(tiles, hostV, hostOut);
      if (symmetric) {
        multiplySymmetric(tiles, products);
      } else {
        forEachTile(
            tiles,
            tiles.xBlockCount(),
            (worker, i) -> {
              for (long j = 0; j < tiles.zBlockCount(); j++) {
                products.add(worker, i, j, false);
              }
            });
      }
    }
  }

  /**
   * Goes through the block pairs in rounds in which no block occurs twice (the circle method of
   * tournaments), so that both halves of a tile's product can be added without locks and always in
   * the same order.
   */
  private void multiplySymmetric(KernelTiles tiles, TileProducts products) {
    long blocks = tiles.xBlockCount();
    forEachTile(tiles, blocks, (worker, i) -> products.add(worker, i, i, true));
    long players = blocks + (blocks & 1);
    for (long round = 0; round < players - 1; round++) {
      long r = round;
      forEachTile(
          tiles,
          players / 2,
          (worker, match) -> {
            long a = match == 0 ? players - 1 : (r + match) % (players - 1);
            long b = (r - match + players - 1) % (players - 1);
            if (Math.max(a, b) < blocks) {
              products.add(worker, Math.max(a, b), Math.min(a, b), true);
            }
          });
    }
  }

  @Override
  protected void doDiagonal(Lowering lowering, Matrix x, Matrix out) {
    HostMatrix hostX = CpuMatrix.host(x);
    HostMatrix hostOut = CpuMatrix.host(out);
    RowProgram rows = lower("diagonal", lowering, hostX, hostX, true).rows();
    rowWise(
        hostX.rows(),
        (from, to) -> {
          double[] workspace = rows.workspace();
          double[] slots = new double[rows.slots()];
          double[] diagonal = new double[rows.outputs()];
          for (long i = from; i < to; i++) {
            rows.evaluate(RowDistance.squaredNorm(hostX, i), workspace, slots, diagonal);
            hostOut.set(i, 0, diagonal[0]);
          }
        });
  }

  private LoweredKernel lower(
      String operation, Lowering lowering, HostMatrix x, HostMatrix z, boolean symmetric) {
    RowScan scanX = RowScans.of(operation, "x", x, workers);
    RowScan scanZ = symmetric ? scanX : RowScans.of(operation, "z", z, workers);
    RowScan both = scanX.and(scanZ);
    both.requireRange(operation, x.dtype());
    LoweredKernel kernel = lowering.lower(new InputScale(x.cols(), both.largest(), x.dtype()));
    scanX.requireDefined(operation, "x", i -> RowDistance.squaredNorm(x, i), kernel);
    if (!symmetric) {
      scanZ.requireDefined(operation, "z", i -> RowDistance.squaredNorm(z, i), kernel);
    }
    return kernel;
  }

  private static boolean sameRows(HostMatrix x, HostMatrix z) {
    return x.segment().address() == z.segment().address()
        && x.rows() == z.rows()
        && x.rowStride() == z.rowStride();
  }

  @Override
  protected void doRowProducts(Matrix x, double alpha, double beta, Matrix out) {
    HostMatrix hostX = CpuMatrix.host(x);
    HostMatrix hostOut = CpuMatrix.host(out);
    int edge = TilePlan.LARGEST_EDGE;
    long n = hostX.rows();
    Mirror[] mirrors = Mirror.forEach(workers);
    workers.forEach(
        TilePlan.lowerTiles(TilePlan.blocks(n, edge)),
        (worker, index) -> {
          long i = TilePlan.lowerRow(index);
          long row = i * edge;
          long col = (index - TilePlan.lowerTiles(i)) * edge;
          long rowEnd = Math.min(n, row + edge);
          long colEnd = Math.min(n, col + edge);
          Block left = Block.of(hostX.rows(row, rowEnd));
          Block tile = Block.of(hostOut, row, rowEnd - row, col, colEnd - col);
          if (row == col) {
            Blas.lowerProduct(alpha, left, beta, tile);
          } else {
            Block right = Block.of(hostX.rows(col, colEnd));
            Blas.gemm(alpha, left, false, right, true, beta, tile);
          }
          mirrors[worker].lowerToUpper(hostOut, row, rowEnd, col, colEnd);
        });
  }

  @Override
  protected void doGemm(
      Matrix a,
      boolean transposeA,
      Matrix b,
      boolean transposeB,
      double alpha,
      double beta,
      Matrix out) {
    HostMatrix hostA = CpuMatrix.host(a);
    HostMatrix hostB = CpuMatrix.host(b);
    HostMatrix hostOut = CpuMatrix.host(out);
    int edge = TilePlan.LARGEST_EDGE;
    long columns = TilePlan.blocks(hostOut.cols(), edge);
    workers.forEach(
        TilePlan.blocks(hostOut.rows(), edge) * columns,
        (worker, index) -> {
          long row = index / columns * edge;
          long col = index % columns * edge;
          long rows = Math.min(edge, hostOut.rows() - row);
          long cols = Math.min(edge, hostOut.cols() - col);
          Blas.gemm(
              alpha,
              transposeA
                  ? Block.of(hostA, 0, hostA.rows(), row, rows)
                  : Block.of(hostA, row, rows, 0, hostA.cols()),
              transposeA,
              transposeB
                  ? Block.of(hostB, col, cols, 0, hostB.cols())
                  : Block.of(hostB, 0, hostB.rows(), col, cols),
              transposeB,
              beta,
              Block.of(hostOut, row, rows, col, cols));
        });
  }

  @Override
  protected void doCentre(Matrix k) {
    HostMatrix m = CpuMatrix.host(k);
    double n = m.rows();
    double[] means = new double[Math.toIntExact(m.rows())];
    try (var _ = workers.turn();
        var _ = budget.reserve(8L * means.length, "centre: means")) {
      rowWise(
          m.rows(),
          (from, to) -> {
            for (long i = from; i < to; i++) {
              double sum = 0;
              for (long j = 0; j < m.cols(); j++) {
                sum += m.get(i, j);
              }
              means[(int) i] = sum / n;
            }
          });
      double total = 0;
      for (double mean : means) {
        total += mean;
      }
      double mean = means.length == 0 ? 0 : total / n;
      rowWise(
          m.rows(),
          (from, to) -> {
            for (long i = from; i < to; i++) {
              for (int j = 0; j < means.length; j++) {
                // The sum of both means first: the result stays symmetric bit for bit.
                m.set(i, j, m.get(i, j) - (means[(int) i] + means[j]) + mean);
              }
            }
          });
    }
  }

  @Override
  protected void doRowNorms(Matrix x, Matrix out) {
    HostMatrix hostX = CpuMatrix.host(x);
    HostMatrix hostOut = CpuMatrix.host(out);
    rowWise(
        hostX.rows(),
        (from, to) -> {
          for (long i = from; i < to; i++) {
            hostOut.set(i, 0, norm(hostX, i));
          }
        });
  }

  private static double norm(HostMatrix x, long row) {
    double norm2 = RowDistance.squaredNorm(x, row);
    if (norm2 > 1e-280 && norm2 < Double.POSITIVE_INFINITY) {
      return Math.sqrt(norm2);
    }
    double largest = 0;
    for (long j = 0; j < x.cols(); j++) {
      largest = Math.max(largest, Math.abs(x.get(row, j)));
    }
    if (largest == 0 || !Double.isFinite(largest)) {
      return largest;
    }
    double sum = 0;
    for (long j = 0; j < x.cols(); j++) {
      double scaled = x.get(row, j) / largest;
      sum += scaled * scaled;
    }
    return largest * Math.sqrt(sum);
  }

  @Override
  protected double doDot(Matrix a, Matrix b) {
    HostMatrix hostA = CpuMatrix.host(a);
    HostMatrix hostB = CpuMatrix.host(b);
    long steps = TilePlan.blocks(hostA.rows(), ROWS_PER_STEP);
    double[] sums = new double[Math.toIntExact(steps)];
    rowWise(
        hostA.rows(),
        (from, to) -> {
          double sum = 0;
          for (long i = from; i < to; i++) {
            for (long j = 0; j < hostA.cols(); j++) {
              sum += hostA.get(i, j) * hostB.get(i, j);
            }
          }
          sums[(int) (from / ROWS_PER_STEP)] = sum;
        });
    double total = 0;
    for (double sum : sums) {
      total += sum;
    }
    return total;
  }

  @Override
  protected void doHadamard(Matrix a, Matrix out) {
    HostMatrix hostA = CpuMatrix.host(a);
    HostMatrix hostOut = CpuMatrix.host(out);
    long cols = hostA.cols();
    rowWise(
        hostA.rows(),
        (from, to) -> {
          double[] left = new double[COLUMNS_AT_ONCE];
          double[] right = new double[COLUMNS_AT_ONCE];
          for (long i = from; i < to; i++) {
            for (long j = 0; j < cols; j += COLUMNS_AT_ONCE) {
              int count = (int) Math.min(COLUMNS_AT_ONCE, cols - j);
              Chunks.load(hostA, i * hostA.rowStride() + j, count, left);
              Chunks.load(hostOut, i * hostOut.rowStride() + j, count, right);
              for (int k = 0; k < count; k++) {
                right[k] *= left[k];
              }
              Chunks.store(right, count, hostOut, i * hostOut.rowStride() + j);
            }
          }
        });
  }

  @Override
  protected double[] doHadamardNorms(List<? extends Matrix> d, List<? extends Matrix> g) {
    return HadamardBlocks.norms(
        workers,
        budget,
        d.stream().map(CpuMatrix::host).toList(),
        g.stream().map(CpuMatrix::host).toList());
  }

  @Override
  protected void doArcCosine(WideLayer layer, Matrix k, Matrix out) {
    ArcCosine.forward(layer, CpuMatrix.host(k), CpuMatrix.host(out), workers, budget);
  }

  @Override
  protected void doArcCosineAdjoint(WideLayer layer, Matrix k, Matrix g) {
    ArcCosine.adjoint(layer, CpuMatrix.host(k), CpuMatrix.host(g), workers, budget);
  }

  @Override
  protected void doAddToDiagonal(double value, Matrix k) {
    HostMatrix m = CpuMatrix.host(k);
    for (long i = 0; i < m.rows(); i++) {
      m.set(i, i, m.get(i, i) + value);
    }
  }

  @Override
  protected void doDiagonalOf(Matrix k, Matrix out) {
    HostMatrix m = CpuMatrix.host(k);
    HostMatrix diagonal = CpuMatrix.host(out);
    for (long i = 0; i < m.rows(); i++) {
      diagonal.set(i, 0, m.get(i, i));
    }
  }

  @Override
  protected void doScaleRows(Matrix factors, Matrix x) {
    HostMatrix hostFactors = CpuMatrix.host(factors);
    HostMatrix hostX = CpuMatrix.host(x);
    long cols = hostX.cols();
    rowWise(
        hostX.rows(),
        (from, to) -> {
          double[] line = new double[COLUMNS_AT_ONCE];
          for (long i = from; i < to; i++) {
            double factor = hostFactors.get(i, 0);
            for (long j = 0; j < cols; j += COLUMNS_AT_ONCE) {
              int count = (int) Math.min(COLUMNS_AT_ONCE, cols - j);
              Chunks.load(hostX, i * hostX.rowStride() + j, count, line);
              for (int k = 0; k < count; k++) {
                line[k] *= factor;
              }
              Chunks.store(line, count, hostX, i * hostX.rowStride() + j);
            }
          }
        });
  }

  /** What is done for a range of rows. */
  @FunctionalInterface
  private interface RowRange {
    void run(long from, long to);
  }

  /** Shares rows out in steps whose boundaries do not depend on the number of threads. */
  private void rowWise(long rows, RowRange body) {
    workers.forEach(
        TilePlan.blocks(rows, ROWS_PER_STEP),
        (worker, step) ->
            body.run(step * ROWS_PER_STEP, Math.min(rows, (step + 1) * ROWS_PER_STEP)));
  }
}
