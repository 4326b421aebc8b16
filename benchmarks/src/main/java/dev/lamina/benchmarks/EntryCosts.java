package dev.lamina.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/**
 * What an entry costs once its dot product is there, on one thread: processor time of a kernel
 * matrix less that of a cheaper one, run in turn, over the number of entries.
 *
 * <p>Stationary kernels are taken less the Gram matrix, so that everything but the product counts;
 * networks less the same network with fewer layers, over the layers between.
 */
final class EntryCosts {
  static final String ENTRIES = "entries of ";
  private static final int DEEP = 9;

  /** The JIT compiler takes longer for long entry programs than for anything else. */
  private static final int WARM = 5;

  private static final double MILLI = 1e6;

  private EntryCosts() {}

  /** A kernel and the shallower network to take off; none: the Gram matrix. */
  private record Case(String name, Kernel kernel, Optional<Kernel> less, int layers) {
    static Case stationary(String kernel) {
      return new Case(kernel, Kernel.parse(kernel), Optional.empty(), 1);
    }

    static Case network(String form, String parameters) {
      String rest = parameters.isEmpty() ? "" : ", " + parameters;
      return new Case(
          form + ": " + (parameters.isEmpty() ? "relu" : parameters.replace("activation=", "")),
          Kernel.parse(form + "(depth=" + DEEP + rest + ")"),
          Optional.of(Kernel.parse(form + "(depth=1" + rest + ")")),
          DEEP - 1);
    }
  }

  private static List<Case> cases() {
    return List.of(
        Case.stationary("gaussian(lengthScale=3)"),
        Case.stationary("laplace(lengthScale=3)"),
        Case.stationary("matern(nu=2.5, lengthScale=3)"),
        Case.stationary("rationalQuadratic(alpha=1.5, lengthScale=3)"),
        Case.network("nngp", ""),
        Case.network("ntk", ""),
        Case.network("ntk", "biasVariance=0.1"),
        Case.network("ntk", "activation=erf"),
        Case.network("ntk", "activation=gelu"),
        Case.network("ntk", "activation=sin"),
        Case.network("ntk", "activation=tanh"));
  }

  /** Times each kernel; none on a device to which one thread means nothing. */
  static void run(Bench bench) {
    Optional<Workbench> opened = bench.workbench().onOneThread(bench.config());
    if (opened.isEmpty()) {
      bench.listener().say("entries of single kernels are timed on the processor alone");
      return;
    }
    DType dtype = bench.precisions(DType.FLOAT32).getFirst();
    int n = bench.sizes().entryRows();
    int d = bench.sizes().entryDimension();
    try (Workbench single = opened.get();
        Inputs inputs = Inputs.draw(n, d);
        HostMatrix typed = inputs.first(n).copy(dtype);
        DeviceMatrix x = single.backend().upload(typed);
        DeviceMatrix out = single.backend().allocate(dtype, n, n)) {
      bench.listener().begin("entries", 2L * cases().size());
      // Once without counting, because a busy machine compiles late.
      for (Case c : cases()) {
        measure(bench, single, c, x, out, 1);
        bench.listener().advance(1);
      }
      for (Case c : cases()) {
        Costs costs = measure(bench, single, c, x, out, bench.request().rounds());
        bench.add(figure(bench, c, costs, inputs, out));
        bench.listener().advance(1);
      }
    }
  }

  /**
   * What the entries of one kernel cost.
   *
   * @param milliseconds of processor time, round by round
   * @param bytes Java heap allocated in each round: near 0 as long as the JIT compiler keeps all
   *     vectors in registers
   */
  private record Costs(List<Double> milliseconds, List<Double> bytes) {}

  private static Costs measure(
      Bench bench, Workbench single, Case c, DeviceMatrix x, DeviceMatrix out, int rounds) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Costs costs = new Costs(new ArrayList<>(), new ArrayList<>());
    double warm = System.nanoTime() + WARM * bench.sizes().warmMillis() * MILLI;
    while (costs.milliseconds().size() < rounds) {
      long start = threads.getCurrentThreadCpuTime();
      if (c.less().isPresent()) {
        single.backend().gram().compute(c.less().get(), x, x, out);
      } else {
        single.backend().gram().rowProducts(x, 1, 0, out);
      }
      long between = threads.getCurrentThreadCpuTime();
      long allocated = threads.getCurrentThreadAllocatedBytes();
      single.backend().gram().compute(c.kernel(), x, x, out);
      long end = threads.getCurrentThreadCpuTime();
      if (System.nanoTime() >= warm) {
        costs.bytes().add((double) (threads.getCurrentThreadAllocatedBytes() - allocated));
        // A busy machine can make the cheaper one take longer.
        costs.milliseconds().add(Math.max(1, (end - between) - (between - start)) / MILLI);
      }
    }
    return costs;
  }

  private static FigureBuilder figure(
      Bench bench, Case c, Costs costs, Inputs inputs, DeviceMatrix out) {
    long n = out.rows();
    double entries = n * (n + 1.0) / 2 * c.layers();
    Spread time = Spread.of(costs.milliseconds());
    return new FigureBuilder(Suite.KERNEL, ENTRIES + c.name(), out.dtype(), time)
        .size("N", n)
        .size("d", inputs.dimension())
        .size("layers", c.layers())
        .errors(bench.reference().errors(Map.of(c.kernel(), out), inputs))
        .note(
            String.format(
                Locale.ROOT,
                "%.2f ns per entry%s (%.2f – %.2f) on one thread, processor time; %.2f heap bytes",
                time.median() * MILLI / entries,
                c.layers() > 1 ? " and layer" : "",
                time.min() * MILLI / entries,
                time.max() * MILLI / entries,
                Spread.of(costs.bytes()).median() / entries));
  }

  /**
   * Returns the nanoseconds per entry and layer of a figure of this class.
   *
   * @param figure one whose work begins with {@link #ENTRIES}
   */
  static double nanosPerEntry(Figure figure) {
    double n = figure.sizes().get("N");
    return figure.milliseconds().median()
        * MILLI
        / (n * (n + 1) / 2 * figure.sizes().get("layers"));
  }
}
