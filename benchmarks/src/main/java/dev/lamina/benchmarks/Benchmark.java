package dev.lamina.benchmarks;

import com.sun.management.OperatingSystemMXBean;
import dev.lamina.LaminaVersion;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cpu.CpuWorkbench;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/**
 * Everything that is worth knowing of a backend: its ceilings first, then suite after suite. Random
 * inputs, several rounds in turn after some that are not counted, and errors against float64 beside
 * each figure. A suite that fails is reported and the next one runs; one for which there is no more
 * time is cut, and a rival that fails left out, and that is reported too.
 */
public final class Benchmark {
  private final LaminaConfig config;
  private final BenchRequest request;
  private final BenchListener listener;
  private final LongSupplier clock;
  private final Rivals.Starter starter;

  private Benchmark(
      LaminaConfig config,
      BenchRequest request,
      BenchListener listener,
      LongSupplier clock,
      Rivals.Starter starter) {
    this.config = config;
    this.request = request;
    this.listener = listener;
    this.clock = clock;
    this.starter = starter;
  }

  /**
   * Measures.
   *
   * @param config the settings in force
   * @param devices what to measure, one after the other
   * @param request what to measure of each
   * @param listener told what is being done and each figure
   * @return what was found
   * @throws IllegalArgumentException if a device is not there
   */
  public static BenchResult run(
      LaminaConfig config,
      List<BenchDevice> devices,
      BenchRequest request,
      BenchListener listener) {
    long start = System.nanoTime();
    Instant date = Instant.now().truncatedTo(ChronoUnit.SECONDS);
    BenchResult.Machine machine = machine();
    Circumstances before = Circumstances.before(config, devices, request);
    Optional<String> disturbance = before.disturbance(machine.cores());
    Benchmark benchmark =
        new Benchmark(config, request, listener, System::nanoTime, RivalProcess::start);
    List<BackendResult> results =
        devices.stream().map(device -> benchmark.measure(device, disturbance)).toList();
    return new BenchResult(
        LaminaVersion.text(),
        date.toString(),
        machine,
        before.after(),
        (System.nanoTime() - start) / 1e9,
        results,
        Targets.of(results));
  }

  private static BenchResult.Machine machine() {
    OperatingSystemMXBean system = ManagementFactory.getPlatformMXBean(OperatingSystemMXBean.class);
    return new BenchResult.Machine(
        System.getProperty("os.name") + " " + System.getProperty("os.version"),
        System.getProperty("os.arch"),
        CpuWorkbench.processor(),
        Runtime.getRuntime().availableProcessors(),
        system.getTotalMemorySize(),
        "%s %s".formatted(System.getProperty("java.vm.name"), Runtime.version()));
  }

  /** Measures one backend, after a warning once it is open. */
  private BackendResult measure(BenchDevice device, Optional<String> disturbance) {
    SizeChoice choice =
        device == BenchDevice.EMULATED
            ? new SizeChoice(true, request.sizes().rows())
            : request.sizes();
    try (Workbench workbench = device.open(config)) {
      disturbance.ifPresent(text -> listener.say("WARNING: " + text));
      return measure(workbench, BenchSizes.of(choice, device.id()));
    }
  }

  /** Measures one backend. */
  private BackendResult measure(Workbench workbench, BenchSizes sizes) {
    BackendId id = workbench.backend().id();
    // Times of other programs on the processor say nothing beside those of a GPU.
    Rivals rivals =
        new Rivals(
            id == BackendId.CPU ? request.rivals() : Set.of(),
            workbench.backend().device().parallelism(),
            listener,
            starter);
    if (id != BackendId.CPU && !request.rivals().isEmpty()) {
      listener.say("NOT RUN: rivals beside %s: they run on the processor".formatted(id.text()));
    }
    // No suite takes more inputs than there is room for their float32 matrix.
    int room = Bench.most(workbench.freeBytes(), sizes.dimension(), Float.BYTES);
    int rows = Math.min(sizes.mostRows(request.suites()), Math.max(2, room));
    listener.say("%s: drawing %,d×%d inputs".formatted(id.text(), rows, sizes.dimension()));
    long end = clock.getAsLong() + request.seconds() * 1_000_000_000L;
    List<Figure> figures = new ArrayList<>();
    try (Inputs inputs = Inputs.draw(rows, sizes.dimension());
        Reference reference = Reference.open(workbench.backend(), config)) {
      Bench bench =
          new Bench(
              workbench,
              config,
              request,
              sizes,
              inputs,
              reference,
              rivals,
              Ceilings.UNKNOWN,
              clock,
              end,
              end,
              listener,
              figure -> {
                figures.add(figure);
                listener.say("  " + FigureLine.of(figure));
              });
      return new Run(bench, figures).all(end);
    }
  }

  /** Measures an open backend by some clock and rivals: what tests do. */
  static BackendResult measure(
      LaminaConfig config,
      Workbench workbench,
      BenchRequest request,
      BenchListener listener,
      LongSupplier clock,
      Rivals.Starter starter) {
    return new Benchmark(config, request, listener, clock, starter)
        .measure(workbench, BenchSizes.of(request.sizes(), workbench.backend().id()));
  }

  /** The suites on one backend. */
  private final class Run {
    private final Bench bench;
    private final List<Figure> figures;
    private final List<String> problems = new ArrayList<>();
    private Ceilings ceilings = Ceilings.UNKNOWN;

    Run(Bench bench, List<Figure> figures) {
      this.bench = bench;
      this.figures = figures;
    }

    BackendResult all(long end) {
      int left = 1 + request.suites().size();
      suite(CeilingSuite.NAME, share(end, left), b -> ceilings = CeilingSuite.run(b));
      for (Suite suite : request.suites()) {
        left--;
        suite(suite.id(), share(end, left), b -> run(suite, b));
      }
      problems.addAll(bench.rivals().problems());
      Workbench workbench = bench.workbench();
      DeviceInfo device = workbench.backend().device();
      return new BackendResult(
          workbench.backend().id().text(),
          device.name(),
          device.detail(),
          device.parallelism(),
          workbench.emulated(),
          workbench.library(),
          bench.reference().description(),
          ceilings,
          bench.rivals().versions(),
          figures,
          problems);
    }

    @SuppressWarnings("IllegalCatch") // whatever ends a suite, the others are worth having
    private void suite(String name, long until, Consumer<Bench> suite) {
      listener.say(name);
      try {
        suite.accept(bench.with(ceilings, until));
      } catch (OutOfTime e) {
        problems.add(name + ": " + e.getMessage());
        listener.say("  CUT: " + e.getMessage());
      } catch (RuntimeException | OutOfMemoryError e) {
        problems.add(name + ": " + e);
        listener.say("  FAILED: " + e);
      }
    }
  }

  private static void run(Suite suite, Bench bench) {
    switch (suite) {
      case GRAM -> GramSuite.run(bench);
      case KERNEL -> KernelSuite.run(bench);
      case DEPTH_SWEEP -> DepthSuite.run(bench);
      case MULTIPLY -> MultiplySuite.run(bench);
      case SOLVE -> SolveSuite.run(bench);
      case LAYER_STEP -> LayerStepSuite.run(bench);
      case ALIGNMENT -> AlignmentSuite.run(bench);
      case DGL -> DglSuite.run(bench);
      case TRANSFER -> TransferSuite.run(bench);
    }
  }

  /**
   * Returns when a suite should end that is one of so many left: most need less than an equal
   * share, so each may take twice that.
   */
  private long share(long end, int left) {
    long now = clock.getAsLong();
    return now + 2 * Math.max(0, end - now) / (Math.max(1, left) + 1);
  }
}
