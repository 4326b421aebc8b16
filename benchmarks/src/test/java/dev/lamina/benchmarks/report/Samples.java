package dev.lamina.benchmarks.report;

import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Ceilings;
import dev.lamina.benchmarks.Circumstances;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Ratio;
import dev.lamina.benchmarks.Spread;
import dev.lamina.benchmarks.Target;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/** Results with round numbers. */
final class Samples {
  static final BenchResult.Machine MACHINE =
      new BenchResult.Machine("Linux 6", "amd64", "Fast 9000", 2, 8L << 30, "JVM 25");
  static final Circumstances CIRCUMSTANCES =
      new Circumstances(
          Map.of("suites", "gram, depth-sweep"),
          Map.of("OPENBLAS_CORETYPE", "Haswell"),
          OptionalDouble.of(0.75),
          OptionalDouble.of(1.5));
  static final Ceilings CEILINGS =
      new Ceilings(
          OptionalDouble.of(0.4),
          OptionalDouble.of(0.2),
          OptionalDouble.empty(),
          OptionalDouble.of(20),
          OptionalDouble.empty(),
          OptionalDouble.empty());

  private Samples() {}

  static Map<String, Long> sizes(Object... letterAndSize) {
    Map<String, Long> sizes = new LinkedHashMap<>();
    for (int i = 0; i < letterAndSize.length; i += 2) {
      sizes.put((String) letterAndSize[i], ((Integer) letterAndSize[i + 1]).longValue());
    }
    return sizes;
  }

  /** Returns a figure that takes {@code median} ms, within 10 % below and 20 % above. */
  static Figure figure(
      String suite, String work, String by, Map<String, Long> sizes, double median) {
    return new Figure(
        suite,
        work,
        by,
        "float32",
        sizes,
        new Spread(median, 0.9 * median, 1.2 * median, 5),
        OptionalDouble.of(2e8 * median),
        OptionalDouble.of(1e6 * median),
        OptionalDouble.of(0.5),
        OptionalDouble.of(median / 2),
        OptionalDouble.of(2e-7),
        OptionalDouble.of(3e-6),
        5_000_000,
        List.of(),
        Map.of(),
        "");
  }

  static Figure withRatio(Figure f, Ratio ratio) {
    return new Figure(
        f.suite(),
        f.work(),
        f.by(),
        f.dtype(),
        f.sizes(),
        f.milliseconds(),
        f.operations(),
        f.bytes(),
        f.ceilingShare(),
        f.floorMilliseconds(),
        f.error(),
        f.parallelError(),
        f.peakBytes(),
        List.of(ratio),
        Map.of("gram_tile", 1.5),
        "a note");
  }

  /** Returns a copy of which only the time is known. */
  static Figure bare(String suite, String work, Map<String, Long> sizes, double median) {
    return new Figure(
        suite,
        work,
        "lamina",
        "float64",
        sizes,
        new Spread(median, median, median, 1),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        OptionalDouble.empty(),
        0,
        List.of(),
        Map.of(),
        "");
  }

  static BackendResult cpu(List<Figure> figures) {
    return new BackendResult(
        "cpu",
        "Fast 9000",
        "512-bit vectors",
        2,
        false,
        "OpenBLAS 1",
        "cpu in float64",
        CEILINGS,
        Map.of("numpy", "NumPy 3, BLAS 4"),
        figures,
        List.of());
  }

  static BenchResult result(List<BackendResult> backends, List<Target> targets) {
    return new BenchResult(
        "0.1", "2026-11-21T18:00:00Z", MACHINE, CIRCUMSTANCES, 312, backends, targets);
  }

  static BenchResult under(Circumstances circumstances) {
    return new BenchResult(
        "0.1", "2026", MACHINE, circumstances, 1, List.of(cpu(figures())), List.of());
  }

  /** Returns figures of three sizes, of a rival and of depths. */
  static List<Figure> figures() {
    List<Figure> figures = new ArrayList<>();
    for (int n : new int[] {1000, 2000, 4000}) {
      double ms = 1e-5 * n * n;
      figures.add(figure("gram", "lower triangle", "lamina", sizes("N", n, "d", 784), ms));
      figures.add(figure("gram", "lower triangle", "numpy", sizes("N", n, "d", 784), 3 * ms));
    }
    figures.set(4, withRatio(figures.get(4), new Ratio("numpy", 0.25, 0.2, 0.5)));
    for (int depth : new int[] {1, 2, 8}) {
      figures.add(
          figure("depth-sweep", "nngp", "lamina", sizes("N", 1000, "L", depth), 10.0 + depth));
    }
    figures.add(bare("transfer", "file", sizes("N", 1000), 7));
    return figures;
  }

  static BenchResult full() {
    Target met =
        new Target("cpu", "both kernels", "× the Gram matrix", 1.35, true, OptionalDouble.of(1.2));
    Target missed = new Target("cpu", "Cholesky", "% of dpotrf", 90, false, OptionalDouble.of(83));
    Target unknown = new Target("cuda", "N = 60,000", "ms", 60, true, OptionalDouble.empty());
    return result(List.of(cpu(figures()), emulated()), List.of(met, missed, unknown));
  }

  static BackendResult emulated() {
    return new BackendResult(
        "cuda",
        "imitated",
        "64 MiB",
        1,
        true,
        "own product",
        "cpu in float64",
        Ceilings.UNKNOWN,
        Map.of(),
        List.of(figure("gram", "tile", "lamina", sizes("N", 64, "d", 8), 3)),
        List.of("solve: the <device> is out of memory"));
  }
}
