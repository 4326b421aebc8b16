package dev.lamina.benchmarks;

import com.sun.management.ThreadMXBean;
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

  private static final double MILLI = 1e6;

  private EntryCosts() {}

  private static List<EntryCase> cases() {
    return MicroWork.kernels().stream().map(MicroWork::entries).toList();
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
      int left = 2 * cases().size();
      for (EntryCase c : cases()) {
        measure(bench, single, c, x, out, 1, left--);
        bench.listener().advance(1);
      }
      for (EntryCase c : cases()) {
        Costs costs = measure(bench, single, c, x, out, bench.request().rounds(), left--);
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
      Bench bench,
      Workbench single,
      EntryCase c,
      DeviceMatrix x,
      DeviceMatrix out,
      int rounds,
      int left) {
    long begin = bench.now();
    if (begin - bench.end() > 0) {
      throw new OutOfTime(ENTRIES + c.name());
    }
    // As much as the others that are left, half of it to warm up.
    long share = Math.max(0, bench.until() - begin) / left;
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    Costs costs = new Costs(new ArrayList<>(), new ArrayList<>());
    double warm = begin + Math.min(bench.sizes().warmMillis() * MILLI, share / 2.0);
    while (costs.milliseconds().isEmpty()
        || (costs.milliseconds().size() < rounds && bench.now() - begin < share)) {
      long start = threads.getCurrentThreadCpuTime();
      c.runLess(single.backend().gram(), x, out);
      long between = threads.getCurrentThreadCpuTime();
      long allocated = threads.getCurrentThreadAllocatedBytes();
      c.run(single.backend().gram(), x, out);
      long end = threads.getCurrentThreadCpuTime();
      if (bench.now() >= warm) {
        costs.bytes().add((double) (threads.getCurrentThreadAllocatedBytes() - allocated));
        // A busy machine can make the cheaper one take longer; nanosPerEntry takes no such figure.
        costs.milliseconds().add(Math.max(0, (end - between) - (between - start)) / MILLI);
      }
    }
    return costs;
  }

  private static FigureBuilder figure(
      Bench bench, EntryCase c, Costs costs, Inputs inputs, DeviceMatrix out) {
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
                "milliseconds: processor time less that of %s; %s%.2f ns per entry%s (%.2f – %.2f) on one thread; %.2f heap bytes",
                c.less().map(_ -> "the network with one layer").orElse("the Gram matrix"),
                isNoise(time) ? "WITHIN NOISE, no measurement: " : "",
                time.median() * MILLI / entries,
                c.layers() > 1 ? " and layer" : "",
                time.min() * MILLI / entries,
                time.max() * MILLI / entries,
                Spread.of(costs.bytes()).median() / entries));
  }

  /**
   * Returns whether differences say nothing, because in some round there was none, or less than
   * half of the median.
   */
  static boolean isNoise(Spread differences) {
    return differences.min() <= 0 || differences.min() < differences.median() / 2;
  }

  /**
   * Returns the nanoseconds per entry and layer of a figure of this class; NaN if it is noise.
   *
   * @param figure one whose work begins with {@link #ENTRIES}
   */
  static double nanosPerEntry(Figure figure) {
    if (isNoise(figure.milliseconds())) {
      return Double.NaN;
    }
    double n = figure.sizes().get("N");
    return figure.milliseconds().median()
        * MILLI
        / (n * (n + 1) / 2 * figure.sizes().get("layers"));
  }
}
