package dev.lamina.benchmarks.device;

import dev.lamina.cuda.CudaWorkbench;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** X Xᵀ by its lower triangle against the library's full product. */
final class GramSection {
  static final String NAME = "Gram matrix";

  private static final String FULL = "library, full product";

  private GramSection() {}

  static List<Figure> run(Bench bench) {
    List<Figure> figures = new ArrayList<>();
    figures.addAll(run(bench, DType.FLOAT32, bench.ceilings().float32()));
    figures.addAll(run(bench, DType.FLOAT64, bench.ceilings().float64()));
    return figures;
  }

  private static List<Figure> run(Bench bench, DType dtype, OptionalDouble ceiling) {
    CudaWorkbench device = bench.workbench();
    int wanted = bench.settings().rows();
    int n = bench.fitting(wanted, dtype.bytes());
    int d = bench.inputs().dimension();
    int edge = bench.settings().tileEdge();
    try (HostMatrix typed = bench.inputs().first(n).copy(dtype);
        DeviceMatrix x = device.backend().upload(typed);
        DeviceMatrix out = device.backend().allocate(dtype, n, n)) {
      Map<String, Runnable> ways = new LinkedHashMap<>();
      ways.put(
          "own, lower triangle mirrored", () -> device.backend().gram().rowProducts(x, 1, 0, out));
      ways.put(FULL, () -> device.rowProductsByLibrary(x, out, n));
      ways.put(
          "library, lower tiles of %,d mirrored".formatted(edge),
          () -> device.rowProductsByLibrary(x, out, edge));
      Rounds rounds = new Rounds(device);
      ways.forEach(rounds::add);
      Map<String, Spread> times = rounds.run(bench.settings().rounds(), bench.until());
      List<Figure> figures = new ArrayList<>();
      ways.forEach((name, work) -> {
        device.fill(out, Double.NaN);
        device.resetPeak();
        work.run();
        figures.add(
            new Figure.Builder(
                    NAME,
                    name + (dtype == DType.FLOAT32 ? ", float32" : ", float64"),
                    "N=%,d d=%d".formatted(n, d),
                    times.get(name))
                .arithmetic(
                    (double) n * (n + 1) * d,
                    ceiling,
                    (double) dtype.bytes() * n * n,
                    bench.ceilings().bandwidth())
                .errors(Errors.ofRandom(CeilingSection.productError(device, typed, out)))
                .peak(device.peakBytes())
                .note(name.equals(FULL) ? "" : times.get(name).against("full", times.get(FULL)))
                .note(bench.reduced(wanted, n))
                .build());
      });
      return figures;
    }
  }
}
