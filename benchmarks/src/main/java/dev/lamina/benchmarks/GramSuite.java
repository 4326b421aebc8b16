package dev.lamina.benchmarks;

import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.LinkedHashMap;
import java.util.Map;

/** X Xᵀ by its lower triangle against the library's full product. */
final class GramSuite {
  static final String OWN = "lower triangle, mirrored";
  static final String FULL = "full product by the library";
  private static final String TILES = "lower tiles by the library, mirrored";

  private GramSuite() {}

  static void run(Bench bench) {
    for (DType dtype : bench.precisions(DType.FLOAT32, DType.FLOAT64)) {
      for (int n : bench.sizes().rows()) {
        run(bench, dtype, n);
      }
    }
  }

  private static void run(Bench bench, DType dtype, int wanted) {
    Workbench device = bench.workbench();
    int n = bench.fitting(wanted, dtype.bytes());
    int d = bench.inputs().dimension();
    int tile = bench.sizes().tile();
    try (HostMatrix typed = bench.inputs().first(n).copy(dtype);
        DeviceMatrix x = bench.backend().upload(typed);
        DeviceMatrix out = bench.backend().allocate(dtype, n, n)) {
      Map<String, Runnable> ways = new LinkedHashMap<>();
      ways.put(OWN, () -> bench.backend().gram().rowProducts(x, 1, 0, out));
      ways.put(FULL, () -> device.rowProductsByLibrary(x, out, n));
      if (tile < n) {
        ways.put(TILES, () -> device.rowProductsByLibrary(x, out, tile));
      }
      Rounds rounds = bench.rounds("gram, N = %,d".formatted(n));
      ways.forEach(rounds::add);
      Times times = rounds.run();
      ways.forEach((name, work) -> {
        device.fill(out, Double.NaN);
        LastRun last = LastRun.of(device, work);
        bench.add(
            new FigureBuilder(Suite.GRAM, name, dtype, times.spread(name))
                .by(name.equals(OWN) ? FigureBuilder.LAMINA : FigureBuilder.LIBRARY)
                .size("N", n)
                .size("d", d)
                .against(times, name, FULL)
                .arithmetic(
                    (double) n * (n + 1) * d,
                    bench.ceiling(dtype),
                    (double) dtype.bytes() * n * (n + d),
                    bench.ceilings().bandwidth())
                .errors(Errors.ofProduct(bench.backend(), typed, out))
                .last(last)
                .note(name.equals(TILES) ? "tiles of %,d".formatted(tile) : "")
                .note(Bench.reduced(wanted, n)));
      });
    }
  }
}
