package dev.lamina.benchmarks.device;

import dev.lamina.cuda.CudaWorkbench;
import dev.lamina.cuda.KernelArithmetic;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;

/**
 * NNGP and tangent kernel matrix of a fully connected relu network, both from one pass: in every
 * arithmetic, fused and with products by the library, and at several depths.
 */
final class KernelSection {
  static final String ARITHMETIC = "NNGP and tangent kernel";
  static final String DEPTHS = "depth sweep";
  private static final int OUTPUTS = 2;
  private static final String SEPARATE = "separate: library's products, then entry program";

  private final Bench bench;
  private final CudaWorkbench device;

  private KernelSection(Bench bench) {
    this.bench = bench;
    this.device = bench.workbench();
  }

  /** A way to compute them, and the rate of the products' unit. */
  private record Way(String name, GramOps gram, OptionalDouble ceiling) {}

  /** Every arithmetic in float32 storage, then in float64 storage. */
  static List<Figure> arithmetics(Bench bench) {
    KernelSection section = new KernelSection(bench);
    List<Figure> figures = new ArrayList<>();
    figures.addAll(
        section.run(
            ARITHMETIC,
            DType.FLOAT32,
            bench.settings().rows(),
            bench.settings().depth(),
            section.float32Ways()));
    figures.addAll(
        section.run(
            ARITHMETIC,
            DType.FLOAT64,
            bench.settings().rows(),
            bench.settings().depth(),
            section.float64Ways()));
    return figures;
  }

  /** What a layer adds. */
  static List<Figure> depths(Bench bench) {
    KernelSection section = new KernelSection(bench);
    List<Figure> figures = new ArrayList<>();
    for (int depth : bench.settings().sweepDepths()) {
      Way way =
          new Way(
              "fused, as configured",
              bench.workbench().backend().gram(),
              bench.ceilings().float32());
      figures.addAll(
          section.run(DEPTHS, DType.FLOAT32, bench.settings().sweepRows(), depth, List.of(way)));
    }
    return figures;
  }

  private List<Way> float32Ways() {
    Ceilings c = bench.ceilings();
    List<Way> ways = new ArrayList<>();
    for (KernelArithmetic a : KernelArithmetic.values()) {
      boolean tensor = a == KernelArithmetic.TF32 || a == KernelArithmetic.TF32X3;
      if (!tensor || device.hasTensorFloat32()) {
        OptionalDouble ceiling =
            switch (a) {
              case CONFIGURED, FLOAT32 -> c.float32();
              case FLOAT64_PRODUCTS, FLOAT64 -> c.float64();
              case TF32X3 -> c.tf32x3();
              case TF32 -> c.tf32();
            };
        ways.add(new Way("fused, " + a.text(), device.fused(a), ceiling));
      }
    }
    ways.add(
        new Way(SEPARATE + ", float32", device.separate(bench.settings().tileEdge()), c.float32()));
    return ways;
  }

  private List<Way> float64Ways() {
    OptionalDouble ceiling = bench.ceilings().float64();
    return List.of(
        new Way("fused, float64 matrices", device.backend().gram(), ceiling),
        new Way(
            SEPARATE + ", float64 matrices",
            device.separate(bench.settings().tileEdge()),
            ceiling));
  }

  /** Says how long the separate way takes, if there is one and this is another. */
  private static String comparison(Way way, Map<String, Spread> times) {
    return times.keySet().stream()
        .filter(name -> name.startsWith(SEPARATE) && !name.equals(way.name()))
        .findFirst()
        .map(name -> times.get(way.name()).against("separate", times.get(name)))
        .orElse("");
  }

  private List<Figure> run(String section, DType dtype, int wanted, int depth, List<Way> ways) {
    int n = bench.fitting(wanted, OUTPUTS * dtype.bytes());
    InfiniteNetwork network = InfiniteNetwork.of(depth, Activation.RELU, 2, 0);
    NeuralKernels kernels = NeuralKernels.of(network);
    device.resetPeak();
    try (HostMatrix typed = bench.inputs().first(n).copy(dtype);
        DeviceMatrix x = device.backend().upload(typed);
        DeviceMatrix nngp = device.backend().allocate(dtype, n, n);
        DeviceMatrix ntk = device.backend().allocate(dtype, n, n)) {
      Map<Kernel, DeviceMatrix> outputs = new LinkedHashMap<>();
      outputs.put(new Kernel.Nngp(network), nngp);
      outputs.put(new Kernel.Ntk(network), ntk);
      Rounds rounds = new Rounds(device);
      for (Way way : ways) {
        rounds.add(
            way.name(), () -> way.gram().compute(kernels, x, x, List.of(nngp), List.of(ntk)));
      }
      Map<String, Spread> times = rounds.run(bench.settings().rounds(), bench.until());
      List<Figure> figures = new ArrayList<>();
      for (Way way : ways) {
        outputs.values().forEach(out -> device.fill(out, Double.NaN));
        device.resetPeak();
        Map<String, Double> launches =
            device.profile(() -> way.gram().compute(kernels, x, x, List.of(nngp), List.of(ntk)));
        double operations = (double) n * (n + 1) * bench.inputs().dimension();
        figures.add(
            new Figure.Builder(
                    section,
                    way.name(),
                    "N=%,d d=%d L=%d".formatted(n, bench.inputs().dimension(), depth),
                    times.get(way.name()))
                .arithmetic(
                    operations,
                    way.ceiling(),
                    (double) OUTPUTS * dtype.bytes() * n * n,
                    bench.ceilings().bandwidth())
                .peak(device.peakBytes())
                .launches(launches)
                .errors(bench.reference().errors(outputs, bench.inputs()))
                .note(comparison(way, times))
                .note(bench.reduced(wanted, n))
                .build());
      }
      return figures;
    }
  }
}
