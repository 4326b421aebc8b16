package dev.lamina.benchmarks;

import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/** X Xᵀ by its lower triangle against the library's full product and NumPy. */
final class GramSuite {
  static final String OWN = "lower triangle, mirrored";
  static final String FULL = "full product by the library";
  private static final String TILES = "lower tiles by the library, mirrored";
  private static final String NUMPY = Rounds.by(Rival.numpy.name(), OWN);

  private final Bench bench;
  private final Workbench device;
  private final Optional<AlgebraRival> rival;

  private GramSuite(Bench bench, Optional<AlgebraRival> rival) {
    this.bench = bench;
    this.device = bench.workbench();
    this.rival = rival;
  }

  static void run(Bench bench) {
    Optional<AlgebraRival> rival = bench.rivals().algebra();
    try {
      for (DType dtype : bench.precisions(DType.FLOAT32, DType.FLOAT64)) {
        for (int n : bench.sizes().rows()) {
          new GramSuite(bench, rival).run(dtype, n);
        }
      }
    } finally {
      rival.ifPresent(AlgebraRival::close);
    }
  }

  private void run(DType dtype, int wanted) {
    int n = bench.rows(wanted, dtype.bytes());
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
      rival.ifPresent(r -> rounds.addRival(NUMPY, () -> r.draw(n, d, dtype), r::gram));
      Times times = rounds.run();
      ways.forEach((name, work) -> {
        device.fill(out, Double.NaN);
        LastRun last = LastRun.of(device, work);
        bench.add(
            figure(name, dtype, n, times.spread(name))
                .by(name.equals(OWN) ? FigureBuilder.LAMINA : FigureBuilder.LIBRARY)
                .against(times, name, FULL)
                .errors(Errors.ofProduct(bench.backend(), typed, out))
                .last(last)
                .note(name.equals(TILES) ? "tiles of %,d".formatted(tile) : "")
                .note(Bench.reduced(wanted, n)));
      });
      if (times.has(NUMPY)) {
        bench.add(
            figure(OWN, dtype, n, times.spread(NUMPY))
                .by(Rival.numpy.name())
                .against(times, NUMPY, OWN, FigureBuilder.LAMINA));
      }
    }
  }

  private FigureBuilder figure(String work, DType dtype, int n, Spread spread) {
    int d = bench.inputs().dimension();
    return new FigureBuilder(Suite.GRAM, work, dtype, spread)
        .size("N", n)
        .size("d", d)
        .arithmetic(
            Counts.gram(n, d),
            bench.ceiling(dtype),
            (double) dtype.bytes() * n * (n + d),
            bench.ceilings().bandwidth());
  }
}
