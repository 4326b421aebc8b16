package dev.lamina.benchmarks;

import dev.lamina.backend.BackendId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.function.Predicate;
import java.util.function.ToDoubleFunction;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

/**
 * What is to be reached, and what some figures say of it. Only figures of the sizes that a target
 * is meant for count; of several the worst does.
 */
final class Targets {
  private static final String CPU = BackendId.CPU.text();
  private static final String CUDA = BackendId.CUDA.text();
  private static final String FLOAT32 = "float32";
  private static final String FLOAT64 = "float64";
  private static final Map<String, Long> NETWORK = Map.of("d", 784L, "L", 5L);

  private final List<Target> targets = new ArrayList<>();
  private final List<BackendResult> results;

  private Targets(List<BackendResult> results) {
    this.results = results;
  }

  /**
   * Returns every target of the backends that were measured.
   *
   * @param results what was found
   */
  static List<Target> of(List<BackendResult> results) {
    Targets t = new Targets(results);
    if (results.stream().anyMatch(r -> r.backend().equals(CPU))) {
      t.cpu();
    }
    if (results.stream().anyMatch(r -> r.backend().equals(CUDA))) {
      t.cuda();
    }
    return t.targets;
  }

  private void cpu() {
    Predicate<Figure> large = f -> sized(f, NETWORK) && n(f) >= 4000 && n(f) <= 10_000;
    atMost(
        CPU,
        "NNGP and tangent kernel in one pass, N = 4,000–10,000",
        "× the products of the lower triangle alone",
        1.35,
        figures(CPU, Suite.KERNEL, KernelSuite.WORK, FLOAT32).filter(large),
        f -> ratio(f, KernelSuite.LOWER));
    atLeast(
        CPU,
        "NumPy chain beside NNGP and tangent kernel, N = 4,000–10,000",
        "× Lamina's time",
        8,
        by(Rival.numpy.name(), Suite.KERNEL, KernelSuite.WORK).filter(large),
        f -> ratio(f, FigureBuilder.LAMINA));
    atLeast(
        CPU,
        "google/neural-tangents beside NNGP and tangent kernel",
        "× Lamina's time",
        12,
        Stream.empty(),
        f -> 0);
    entries();
    Map<String, Long> products = Map.of("N", 20_000L, "d", 784L);
    atMost(
        CPU,
        "K v without K, N = 20,000",
        "× building K once",
        1.2,
        figures(CPU, Suite.MULTIPLY, MultiplySuite.MULTIPLY, FLOAT32)
            .filter(f -> sized(f, products)),
        f -> ratio(f, MultiplySuite.BUILD));
    atMost(
        CPU,
        "temporary memory of K v without K, N = 20,000",
        "× inputs and vectors",
        1,
        figures(CPU, Suite.MULTIPLY, MultiplySuite.MULTIPLY, FLOAT32)
            .filter(f -> sized(f, products)),
        f -> f.peakBytes() / (4.0 * n(f) * (f.sizes().get("d") + f.sizes().get("vectors"))));
    atLeast(
        CPU,
        "Cholesky factor, N = 8,000, float64",
        "× the speed of OpenBLAS",
        0.9,
        figures(CPU, Suite.SOLVE, SolveSuite.CHOLESKY, FLOAT64)
            .filter(f -> sized(f, Map.of("N", 8000L))),
        f -> 1 / ratio(f, FigureBuilder.LIBRARY));
    atLeast(
        CPU,
        "training step of 784-512-512-10, batches of 128",
        "× the speed of PyTorch",
        1,
        by(Rival.torch.name(), Suite.LAYER_STEP, LayerStepSuite.STEP + "784-512-512-10"),
        f -> ratio(f, FigureBuilder.LAMINA));
    atMost(
        CPU,
        "training step of 30 layers of 15, batches of 100",
        "µs per layer",
        15,
        figures(CPU, Suite.LAYER_STEP, LayerStepSuite.STEP + "784-30×15-10", FLOAT32),
        f -> f.milliseconds().median() * 1e3 / f.sizes().get("layers"));
    atLeast(
        CPU,
        "alignment of 10 layers of 256, N = 200, C = 10, float64",
        "× the rate of large products",
        0.8,
        figures(CPU, Suite.ALIGNMENT, AlignmentSuite.NORMS, FLOAT64)
            .filter(f -> sized(f, Map.of("N", 200L, "n", 256L, "C", 10L, "layers", 10L))),
        f -> 1 / ratio(f, AlignmentSuite.PRODUCTS));
    atMost(
        CPU,
        "layer-wise step, N = 2,000, n = 512, 3 layers above, float64",
        "× its linear algebra",
        1.5,
        figures(CPU, Suite.DGL, DglSuite.STEP, FLOAT64)
            .filter(f -> sized(f, Map.of("N", 2000L, "n", 512L, "layers", 3L))),
        f -> ratio(f, DglSuite.ALGEBRA));
  }

  private void entries() {
    for (String kernel :
        List.of(
            "gaussian(lengthScale=3)", "matern(nu=2.5, lengthScale=3)", "ntk: erf", "ntk: gelu")) {
      atMost(
          CPU,
          EntryCosts.ENTRIES + kernel + ", one thread",
          "ns per entry and layer",
          2,
          figures(CPU, Suite.KERNEL, EntryCosts.ENTRIES + kernel, FLOAT32)
              .filter(f -> n(f) >= 1000),
          EntryCosts::nanosPerEntry);
    }
  }

  private void cuda() {
    Predicate<Figure> full = f -> sized(f, NETWORK) && n(f) == 60_000;
    atMost(
        CUDA,
        "NNGP and tangent kernel, N = 60,000",
        "ms",
        60,
        figures(CUDA, Suite.KERNEL, KernelSuite.WORK, FLOAT32).filter(full),
        f -> f.milliseconds().median());
    atLeast(
        CUDA,
        "fused NNGP and tangent kernel, N = 60,000",
        "× the speed of separate products",
        1.3,
        figures(CUDA, Suite.KERNEL, KernelSuite.WORK, FLOAT32).filter(full),
        f -> 1 / ratio(f, KernelSuite.SEPARATE));
    atLeast(
        CUDA,
        "a compiled JAX recursion beside NNGP and tangent kernel",
        "× Lamina's time",
        2,
        Stream.empty(),
        f -> 0);
    atLeast(
        CUDA,
        "Gram matrix by its lower triangle, N = 60,000",
        "× the speed of the full product",
        1.8,
        figures(CUDA, Suite.GRAM, GramSuite.OWN, FLOAT32)
            .filter(f -> n(f) == 60_000 && f.sizes().get("d") == 784),
        f -> 1 / ratio(f, GramSuite.FULL));
  }

  private Stream<Figure> figures(String backend, Suite suite, String work, String dtype) {
    return all(backend, suite, work)
        .filter(f -> f.by().equals(FigureBuilder.LAMINA) && f.dtype().equals(dtype));
  }

  /** Returns the figures of a rival, all of them float32 and of the processor. */
  private Stream<Figure> by(String rival, Suite suite, String work) {
    return all(CPU, suite, work).filter(f -> f.by().equals(rival));
  }

  /** Times of an imitated device reach nothing. */
  private Stream<Figure> all(String backend, Suite suite, String work) {
    return results.stream()
        .filter(r -> r.backend().equals(backend) && !r.emulated())
        .flatMap(r -> r.figures().stream())
        .filter(f -> f.suite().equals(suite.id()) && f.work().equals(work));
  }

  private static long n(Figure f) {
    return f.sizes().get("N");
  }

  private static boolean sized(Figure f, Map<String, Long> sizes) {
    return sizes.entrySet().stream().allMatch(e -> e.getValue().equals(f.sizes().get(e.getKey())));
  }

  /** Returns the ratio to some work; NaN if there is none. */
  private static double ratio(Figure f, String to) {
    return f.ratios().stream()
        .filter(r -> r.to().equals(to))
        .mapToDouble(Ratio::median)
        .findFirst()
        .orElse(Double.NaN);
  }

  private void atMost(
      String backend,
      String work,
      String unit,
      double wanted,
      Stream<Figure> figures,
      ToDoubleFunction<Figure> number) {
    OptionalDouble worst = known(figures, number).max();
    targets.add(new Target(backend, work, unit, wanted, true, worst));
  }

  private void atLeast(
      String backend,
      String work,
      String unit,
      double wanted,
      Stream<Figure> figures,
      ToDoubleFunction<Figure> number) {
    OptionalDouble worst = known(figures, number).min();
    targets.add(new Target(backend, work, unit, wanted, false, worst));
  }

  private static DoubleStream known(Stream<Figure> figures, ToDoubleFunction<Figure> number) {
    return figures.mapToDouble(number).filter(Double::isFinite);
  }
}
