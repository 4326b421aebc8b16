package dev.lamina.benchmarks;

import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.benchmarks.Workbench.Unit;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * NNGP and tangent kernel matrix of a fully connected relu network, both from one pass: in every
 * way that the backend knows, beside the Gram matrix alone and a chain of NumPy operations.
 */
final class KernelSuite {
  static final String WORK = "NNGP and tangent kernel";
  static final String GRAM = "Gram matrix";
  static final String LOWER = "products of the lower triangle alone";
  static final String SEPARATE = WORK + ", " + KernelWay.SEPARATE;
  private static final String NUMPY = Rounds.by(Rival.numpy.name(), WORK);
  private static final int OUTPUTS = 2;

  /** Matrices of N² float32 numbers that the NumPy chain has at once. */
  private static final int NUMPY_MATRICES = 8;

  private final Bench bench;
  private final Workbench device;
  private final int depth;

  private KernelSuite(Bench bench) {
    this.bench = bench;
    this.device = bench.workbench();
    this.depth = bench.sizes().depth();
  }

  static void run(Bench bench) {
    KernelSuite suite = new KernelSuite(bench);
    List<Integer> rows = bench.sizes().rows();
    Optional<NumpyRival> rival =
        bench.precisions(DType.FLOAT32).contains(DType.FLOAT32)
            ? bench.rivals().numpy()
            : Optional.empty();
    try {
      for (int n : rows) {
        suite.run(bench.precisions(DType.FLOAT32).getFirst(), n, rival);
      }
    } finally {
      rival.ifPresent(NumpyRival::close);
    }
    if (bench.request().precision().isEmpty()) {
      suite.run(DType.FLOAT64, rows.getLast(), Optional.empty());
    }
    EntryCosts.run(bench);
  }

  private void run(DType dtype, int wanted, Optional<NumpyRival> wantedRival) {
    int n = bench.rows(wanted, OUTPUTS * dtype.bytes());
    boolean room = bench.fitting(n, (OUTPUTS + NUMPY_MATRICES) * dtype.bytes()) == n;
    Optional<NumpyRival> rival = wantedRival.filter(r -> room);
    if (rival.isEmpty() && wantedRival.isPresent()) {
      bench.listener().say("NOT RUN: the NumPy chain at N = %,d: memory".formatted(n));
    }
    InfiniteNetwork network = InfiniteNetwork.of(depth, Activation.RELU, 2, 0);
    NeuralKernels kernels = NeuralKernels.of(network);
    List<KernelWay> ways = device.ways(dtype, bench.sizes().tile());
    try (HostMatrix typed = bench.inputs().first(n).copy(dtype);
        DeviceMatrix x = bench.backend().upload(typed);
        DeviceMatrix nngp = bench.backend().allocate(dtype, n, n);
        DeviceMatrix ntk = bench.backend().allocate(dtype, n, n)) {
      Rounds rounds = bench.rounds("kernel, N = %,d".formatted(n));
      rounds.add(LOWER, () -> device.lowerProductsByLibrary(x, nngp, bench.sizes().tile()));
      rounds.add(GRAM, () -> bench.backend().gram().rowProducts(x, 1, 0, nngp));
      for (KernelWay way : ways) {
        rounds.add(
            way.of(WORK), () -> way.gram().compute(kernels, x, x, List.of(nngp), List.of(ntk)));
      }
      rival.ifPresent(r -> rounds.addRival(NUMPY, () -> r.load(typed), () -> 1e3 * r.run(depth)));
      Times times = rounds.run();
      bench.add(
          figure(LOWER, LOWER, Unit.of(dtype), dtype, n, times)
              .by(FigureBuilder.LIBRARY)
              .note(reduced(wanted, n)));
      bench.add(figure(GRAM, GRAM, Unit.of(dtype), dtype, n, times).note(reduced(wanted, n)));
      Map<Kernel, DeviceMatrix> outputs = new LinkedHashMap<>();
      outputs.put(new Kernel.Nngp(network), nngp);
      outputs.put(new Kernel.Ntk(network), ntk);
      for (KernelWay way : ways) {
        outputs.values().forEach(out -> device.fill(out, Double.NaN));
        LastRun last =
            LastRun.of(
                device, () -> way.gram().compute(kernels, x, x, List.of(nngp), List.of(ntk)));
        bench.add(
            figure(way.of(WORK), way.of(WORK), way.unit(), dtype, n, times)
                .last(last)
                .errors(bench.reference().errors(outputs, bench.inputs()))
                .note(reduced(wanted, n)));
      }
      if (times.has(NUMPY)) {
        FigureBuilder chain =
            figure(NUMPY, WORK, Unit.of(dtype), dtype, n, times)
                .by(Rival.numpy.name())
                .against(times, NUMPY, WORK, FigureBuilder.LAMINA);
        NumpyRival r = rival.orElseThrow();
        bench.rivals().attempt(() -> chain.errors(r.errors(bench, depth, n)));
        bench.add(chain);
      }
    }
  }

  private static String reduced(int wanted, int n) {
    return Bench.reduced(wanted, n);
  }

  /** Returns how many numbers come out. */
  private static double written(String name, double n) {
    return switch (name) {
      case LOWER -> Counts.triangle(n);
      case GRAM -> n * n;
      default -> OUTPUTS * n * n;
    };
  }

  private FigureBuilder figure(
      String name, String work, Unit unit, DType dtype, int n, Times times) {
    int d = bench.inputs().dimension();
    return new FigureBuilder(Suite.KERNEL, work, dtype, times.spread(name))
        .size("N", n)
        .size("d", d)
        .size("L", depth)
        .against(times, name, LOWER)
        .against(times, name, GRAM)
        .against(times, name, SEPARATE)
        .arithmetic(
            Counts.gram(n, d),
            unit.ceiling(bench.ceilings()),
            dtype.bytes() * ((double) n * d + written(name, n)),
            bench.ceilings().bandwidth());
  }
}
