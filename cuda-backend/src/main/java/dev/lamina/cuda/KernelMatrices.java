package dev.lamina.cuda;

import dev.lamina.cuda.KernelTiles.Inputs;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import dev.lamina.ops.TileListener;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Kernel matrices tile by tile: products, entry program and stores in one launch for each tile, or
 * products by a library and then the others. Of a symmetric matrix the tiles on and below the
 * diagonal are computed and stored twice.
 */
final class KernelMatrices implements AutoCloseable {
  private static final long LEAST_EDGE = 8;
  private static final int WORDS_PER_OUTPUT = 4;

  private final Inputs inputs;
  private final KernelTiles tiles;
  private final Optional<KernelRoute.Separate> separate;
  private final DeviceBlock products;
  private final long edge;
  private final List<Target> targets = new ArrayList<>();
  private final List<Target> mirrored = new ArrayList<>();
  private final HostMatrix table;
  private final Buffer[] tables = new Buffer[2];
  private final DeviceContext context;
  private int count;

  private KernelMatrices(
      Workspace workspace, Inputs inputs, KernelRoute route, List<? extends Matrix> outputs) {
    this.context = workspace.context();
    this.inputs = inputs;
    this.separate = route.separate();
    long available = workspace.available();
    long most = Math.max(inputs.n(), inputs.m());
    this.edge =
        TileEdge.of(
            workspace,
            LEAST_EDGE,
            separate.map(s -> Math.min(s.edge(), most)).orElse(most),
            e -> bytes(inputs, route, outputs, e, available));
    this.tiles = new KernelTiles(workspace, inputs, route.arithmetic(), edge);
    long a = Math.min(edge, inputs.n());
    long b = Math.min(edge, inputs.m());
    products = separate.isPresent() ? workspace.block("products", inputs.x().dtype(), a, b) : null;
    for (Matrix out : outputs) {
      targets.add(Target.of(workspace, "a tile", out, a, b));
      if (mirrors(inputs, edge)) {
        mirrored.add(Target.of(workspace, "a mirrored tile", out, b, a));
      }
    }
    table = workspace.host("table of outputs", DType.FLOAT64, outputs.size(), WORDS_PER_OUTPUT);
    for (int i = 0; i < tables.length; i++) {
      tables[i] =
          workspace.buffer("table of outputs", DType.FLOAT64, outputs.size(), WORDS_PER_OUTPUT);
    }
  }

  private static boolean mirrors(Inputs inputs, long edge) {
    return inputs.symmetric() && edge < inputs.n();
  }

  private static long bytes(
      Inputs inputs, KernelRoute route, List<? extends Matrix> outputs, long edge, long available) {
    long bytes = KernelTiles.bytes(inputs, route.arithmetic(), edge, available);
    long a = Math.min(edge, inputs.n());
    long b = Math.min(edge, inputs.m());
    bytes += route.separate().isPresent() ? DeviceBlock.bytes(inputs.x().dtype(), a, b) : 0;
    for (Matrix out : outputs) {
      bytes += Target.bytes(out, a, b) + (mirrors(inputs, edge) ? Target.bytes(out, b, a) : 0);
    }
    return bytes + 3L * outputs.size() * WORDS_PER_OUTPUT * Long.BYTES;
  }

  /**
   * Computes all outputs of a kernel.
   *
   * @param workspace takes the memory
   * @param inputs kernel and rows, at least one of each
   * @param route how
   * @param outputs N×M each
   * @param listener hears of every tile
   */
  static void compute(
      Workspace workspace,
      Inputs inputs,
      KernelRoute route,
      List<? extends Matrix> outputs,
      TileListener listener) {
    try (KernelMatrices matrices = new KernelMatrices(workspace, inputs, route, outputs)) {
      matrices.run(listener);
    }
  }

  private void run(TileListener listener) {
    long rows = Math.ceilDiv(inputs.n(), edge);
    listener.begin(
        inputs.symmetric() ? rows * (rows + 1) / 2 : rows * Math.ceilDiv(inputs.m(), edge));
    for (long row = 0; row < inputs.n(); row += edge) {
      long end = inputs.symmetric() ? row + 1 : inputs.m();
      for (long col = 0; col < end; col += edge) {
        tile(row, Math.min(edge, inputs.n() - row), col, Math.min(edge, inputs.m() - col));
        listener.finished(1);
      }
    }
  }

  private void tile(long row, long n, long col, long m) {
    boolean diagonal = tiles.isDiagonal(row, n, col, m);
    boolean twice = inputs.symmetric() && !diagonal;
    for (int o = 0; o < targets.size(); o++) {
      DeviceBlock below = targets.get(o).block(row, n, col, m, false);
      DeviceBlock above =
          diagonal ? below : twice ? mirrored.get(o).block(col, m, row, n, false) : null;
      describe(o, below, above);
    }
    Buffer outputs = tables[count++ % tables.length];
    context.upload(table, outputs);
    Launch launch = begin(row, n, col, m, outputs.block().address());
    if (diagonal) {
      launch.runLowerTiles(n);
    } else {
      launch.runTiles(n, m);
    }
    outputs.endCompute();
    tiles.used(row, n, col, m);
    targets.forEach(Target::filled);
    if (twice) {
      mirrored.forEach(Target::filled);
    }
  }

  private Launch begin(long row, long n, long col, long m, long outputs) {
    if (separate.isEmpty()) {
      return tiles.begin(tiles.arithmetic().gram(), row, n, col, m, outputs);
    }
    DeviceBlock tile = products.part(0, n, 0, m);
    tiles.products(separate.get().blas(), row, n, col, m, tile);
    long[] before = {tile.address(), tile.stride()};
    return tiles.begin(separate.get().program(), before, row, n, col, m, outputs);
  }

  private void describe(int output, DeviceBlock below, DeviceBlock above) {
    MemorySegment words = table.segment();
    long at = (long) output * WORDS_PER_OUTPUT;
    words.setAtIndex(ValueLayout.JAVA_LONG, at, below.address());
    words.setAtIndex(ValueLayout.JAVA_LONG, at + 1, below.stride());
    words.setAtIndex(ValueLayout.JAVA_LONG, at + 2, above == null ? 0 : above.address());
    words.setAtIndex(ValueLayout.JAVA_LONG, at + 3, above == null ? 0 : above.stride());
  }

  /** Waits until the host has everything. */
  @Override
  public void close() {
    targets.forEach(Target::close);
    mirrored.forEach(Target::close);
  }
}
