package dev.lamina.benchmarks;

import com.sun.management.ThreadMXBean;
import dev.lamina.analysis.audit.AuditSettings;
import dev.lamina.analysis.audit.KernelAudit;
import dev.lamina.backend.Backend;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.management.ManagementFactory;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What an entry costs once its dot product is there: processor time of a kernel matrix less that of
 * a cheaper one, run in turn, over the number of entries. Meant for a backend of one thread.
 *
 * <p>Stationary kernels are taken less the Gram matrix, so that everything but the product counts;
 * networks less the same network with fewer layers, over the layers between. Inputs are random,
 * uniform in [0, 1).
 */
public final class KernelEntriesBenchmark {
  private static final int DEEP = 9;

  /** Nanoseconds before a kernel's first round counts: the JIT compiler takes about a second. */
  private static final long WARM_UP = 1_500_000_000L;

  /**
   * What to run.
   *
   * @param rows N
   * @param dimension d
   * @param repetitions rounds that are counted, after some seconds that are not
   * @param dtype element type
   */
  public record Settings(int rows, int dimension, int repetitions, DType dtype) {}

  /**
   * The cost of one kernel, in processor time.
   *
   * @param name which kernel
   * @param nanos ns per entry, and per layer for a network: median over the rounds
   * @param min smallest of the rounds
   * @param max largest of the rounds
   * @param bytes Java heap allocated in a round, per entry: near 0 as long as the JIT compiler
   *     keeps all vectors in registers
   * @param maxRelativeError largest error against float64 over sampled entries, relative to
   *     √(k(x,x)k(z,z))
   */
  public record Line(
      String name, double nanos, double min, double max, double bytes, double maxRelativeError) {}

  /**
   * What came out.
   *
   * @param settings what was run
   * @param lines the costs
   */
  public record Result(Settings settings, List<Line> lines) {}

  /** A kernel and the shallower network to take off; none: the Gram matrix. */
  private record Case(String name, Kernel kernel, Optional<Kernel> less, int layers) {
    static Case stationary(String kernel) {
      return new Case(kernel, Kernel.parse(kernel), Optional.empty(), 1);
    }

    static Case network(String form, String parameters) {
      String rest = parameters.isEmpty() ? "" : ", " + parameters;
      return new Case(
          form + ": " + (parameters.isEmpty() ? "relu" : parameters),
          Kernel.parse(form + "(depth=" + DEEP + rest + ")"),
          Optional.of(Kernel.parse(form + "(depth=1" + rest + ")")),
          DEEP - 1);
    }
  }

  private KernelEntriesBenchmark() {}

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

  /**
   * Runs the benchmark.
   *
   * @param backend what computes; with one thread
   * @param settings what to run
   * @param progress told what is being done, a line each
   */
  public static Result run(Backend backend, Settings settings, Consumer<String> progress) {
    List<Line> lines = new ArrayList<>();
    try (HostMatrix x = random(settings);
        HostMatrix out = HostMatrix.allocate(settings.dtype(), settings.rows(), settings.rows())) {
      // Once without counting, because a busy machine compiles late.
      Settings once = new Settings(settings.rows(), settings.dimension(), 1, settings.dtype());
      for (Case c : cases()) {
        progress.accept("warm-up: " + c.name());
        measure(backend, once, c, x, out);
      }
      for (Case c : cases()) {
        Line line = measure(backend, settings, c, x, out);
        progress.accept(
            String.format(
                Locale.ROOT, "%s: %.2f ns, %.2f bytes", line.name(), line.nanos(), line.bytes()));
        lines.add(line);
      }
    }
    return new Result(settings, lines);
  }

  private static Line measure(
      Backend backend, Settings settings, Case c, HostMatrix x, HostMatrix out) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    double work = settings.rows() * (settings.rows() + 1.0) / 2 * c.layers();
    List<Double> nanos = new ArrayList<>();
    List<Double> bytes = new ArrayList<>();
    long warm = System.nanoTime() + WARM_UP;
    while (nanos.size() < settings.repetitions()) {
      long start = cpuTime(threads);
      if (c.less().isPresent()) {
        backend.gram().compute(c.less().get(), x, x, out);
      } else {
        backend.gram().rowProducts(x, 1, 0, out);
      }
      long between = cpuTime(threads);
      long allocated = threads.getTotalThreadAllocatedBytes();
      backend.gram().compute(c.kernel(), x, x, out);
      long end = cpuTime(threads);
      if (System.nanoTime() > warm) {
        bytes.add((threads.getTotalThreadAllocatedBytes() - allocated) / work);
        nanos.add(((end - between) - (between - start)) / work);
      }
    }
    FcKernelBenchmark.Seconds spread = FcKernelBenchmark.Seconds.of(nanos);
    double error =
        KernelAudit.of(backend, c.kernel(), x, x, out, Optional.empty(), AuditSettings.of(512))
            .maxRelativeError();
    return new Line(
        c.name(),
        spread.median(),
        spread.min(),
        spread.max(),
        FcKernelBenchmark.Seconds.of(bytes).median(),
        error);
  }

  /** Returns the processor time of all Java threads: on a shared machine wall time says little. */
  private static long cpuTime(ThreadMXBean threads) {
    long sum = 0;
    for (long nanos : threads.getThreadCpuTime(threads.getAllThreadIds())) {
      sum += Math.max(0, nanos);
    }
    return sum;
  }

  private static HostMatrix random(Settings settings) {
    HostMatrix x = HostMatrix.allocate(settings.dtype(), settings.rows(), settings.dimension());
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    for (int i = 0; i < settings.rows(); i++) {
      for (int j = 0; j < settings.dimension(); j++) {
        x.set(i, j, random.nextFloat());
      }
    }
    return x;
  }

  /**
   * Returns a Markdown table.
   *
   * @param result the figures
   * @param device what they were measured on
   * @param date when
   */
  public static String markdown(Result result, DeviceInfo device, LocalDate date) {
    Settings s = result.settings();
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        "N = %d, d = %d, %s, %d rounds in turn; %s, %d thread(s) (%s), %s."
            .formatted(
                s.rows(),
                s.dimension(),
                s.dtype().name().toLowerCase(Locale.ROOT),
                s.repetitions(),
                device.name(),
                device.parallelism(),
                device.detail(),
                date));
    lines.add("");
    lines.add("| kernel | ns per entry and layer | smallest – largest | heap bytes | error |");
    lines.add("| --- | --- | --- | --- | --- |");
    for (Line line : result.lines()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %.2f | %.2f – %.2f | %.2f | %.1e |",
              line.name(),
              line.nanos(),
              line.min(),
              line.max(),
              line.bytes(),
              line.maxRelativeError()));
    }
    return lines.toString();
  }
}
