package dev.lamina.benchmarks;

import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * What a layer adds, and what a column: NNGP and tangent kernel at several depths, all of them in
 * turn, and at one depth for inputs of several numbers of columns.
 */
final class DepthSuite {
  private static final String NUMPY = Rounds.by(Rival.numpy.name(), KernelSuite.WORK);
  private static final int OUTPUTS = 2;

  private DepthSuite() {}

  static void run(Bench bench) {
    run(bench, bench.inputs(), bench.sizes().depths(), true);
    for (int d : bench.sizes().dimensions()) {
      int rows = Math.min(bench.sizes().depthRows(), bench.inputs().size());
      try (Inputs inputs = Inputs.draw(rows, d)) {
        run(bench, inputs, List.of(bench.sizes().depth()), false);
      }
    }
  }

  private static void run(Bench bench, Inputs inputs, List<Integer> depths, boolean rivals) {
    DType dtype = bench.precisions(DType.FLOAT32).getFirst();
    int wanted = bench.sizes().depthRows();
    int n = Math.min(inputs.size(), bench.rows(wanted, OUTPUTS * dtype.bytes()));
    Optional<NumpyRival> rival =
        rivals && dtype == DType.FLOAT32 ? bench.rivals().numpy() : Optional.empty();
    try (HostMatrix typed = inputs.first(n).copy(dtype);
        DeviceMatrix x = bench.backend().upload(typed);
        DeviceMatrix nngp = bench.backend().allocate(dtype, n, n);
        DeviceMatrix ntk = bench.backend().allocate(dtype, n, n)) {
      Rounds rounds =
          bench.rounds("depth-sweep, N = %,d, d = %,d".formatted(n, inputs.dimension()));
      rounds.add(KernelSuite.GRAM, () -> bench.backend().gram().rowProducts(x, 1, 0, nngp));
      for (int depth : depths) {
        NeuralKernels kernels = NeuralKernels.of(network(depth));
        rounds.add(
            name(KernelSuite.WORK, depth),
            () -> bench.backend().gram().compute(kernels, x, x, List.of(nngp), List.of(ntk)));
        rival.ifPresent(r ->
            rounds.addRival(name(NUMPY, depth), () -> r.load(typed), () -> 1e3 * r.run(depth)));
      }
      Times times = rounds.run();
      for (int depth : depths) {
        bench.add(
            own(bench, inputs, depth, times, x, List.of(nngp, ntk)).note(Bench.reduced(wanted, n)));
        if (times.has(name(NUMPY, depth))) {
          bench.add(
              figure(bench, NUMPY, depth, times, typed)
                  .by(Rival.numpy.name())
                  .against(
                      times,
                      name(NUMPY, depth),
                      name(KernelSuite.WORK, depth),
                      FigureBuilder.LAMINA));
        }
      }
    } finally {
      rival.ifPresent(NumpyRival::close);
    }
  }

  private static InfiniteNetwork network(int depth) {
    return InfiniteNetwork.of(depth, Activation.RELU, 2, 0);
  }

  private static String name(String work, int depth) {
    return "%s, %d layers".formatted(work, depth);
  }

  /** Computes once more and measures errors. */
  private static FigureBuilder own(
      Bench bench, Inputs inputs, int depth, Times times, DeviceMatrix x, List<DeviceMatrix> out) {
    InfiniteNetwork network = network(depth);
    Map<Kernel, DeviceMatrix> outputs = new LinkedHashMap<>();
    outputs.put(new Kernel.Nngp(network), out.get(0));
    outputs.put(new Kernel.Ntk(network), out.get(1));
    outputs.values().forEach(m -> bench.workbench().fill(m, Double.NaN));
    NeuralKernels kernels = NeuralKernels.of(network);
    LastRun last =
        LastRun.of(
            bench.workbench(),
            () ->
                bench
                    .backend()
                    .gram()
                    .compute(kernels, x, x, out.subList(0, 1), out.subList(1, 2)));
    return figure(bench, KernelSuite.WORK, depth, times, x)
        .last(last)
        .errors(bench.reference().errors(outputs, inputs));
  }

  private static FigureBuilder figure(Bench bench, String work, int depth, Times times, Matrix x) {
    DType dtype = x.dtype();
    double n = x.rows();
    double d = x.cols();
    String name = name(work, depth);
    return new FigureBuilder(Suite.DEPTH_SWEEP, KernelSuite.WORK, dtype, times.spread(name))
        .size("N", x.rows())
        .size("d", x.cols())
        .size("L", depth)
        .against(times, name, KernelSuite.GRAM)
        .arithmetic(
            Counts.gram(n, d),
            bench.ceiling(dtype),
            dtype.bytes() * n * (d + OUTPUTS * n),
            bench.ceilings().bandwidth());
  }
}
