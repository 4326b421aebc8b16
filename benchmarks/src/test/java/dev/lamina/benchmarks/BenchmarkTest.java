package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.report.Json;
import dev.lamina.backend.Availability;
import dev.lamina.config.LaminaConfig;
import dev.lamina.cpu.CpuWorkbench;
import dev.lamina.cuda.CudaWorkbench;
import dev.lamina.cuda.EmulatedBackendProvider;
import dev.lamina.matrix.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.LongSupplier;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Every suite, as small as possible, on the processor and on the emulated device. */
class BenchmarkTest {
  private static final LaminaConfig CONFIG = LaminaConfig.defaults();
  private static final List<Suite> ALL = List.of(Suite.values());

  /** So many that no work's share of them runs out, however long the machine stands still. */
  static final int SECONDS = 1_000_000;

  private final Told told = new Told();

  private static BenchRequest request(List<Suite> suites, Optional<DType> precision) {
    return new BenchRequest(
        suites, new SizeChoice(true, List.of()), Set.of(), 2, SECONDS, precision);
  }

  @SuppressWarnings("SystemOut") // a skipped test must be seen
  private BackendResult emulated(long memory, BenchRequest request) {
    if (new EmulatedBackendProvider(1, 1, 0).probe(CONFIG) instanceof Availability.Unavailable u) {
      System.out.println("SKIPPED: " + u.detail());
      Assumptions.abort(u.detail());
    }
    try (Workbench workbench = new CudaBench(CudaWorkbench.emulated(CONFIG, memory))) {
      return Benchmark.measure(
          CONFIG, workbench, request, told, System::nanoTime, RivalProcess::start);
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void everySuiteMeasuresTheProcessor(DType dtype) {
    BenchResult result =
        Benchmark.run(CONFIG, List.of(BenchDevice.CPU), request(ALL, Optional.of(dtype)), told);
    BackendResult cpu = result.backends().getFirst();
    assertComplete(cpu);
    assertThat(cpu.backend()).isEqualTo("cpu");
    assertThat(cpu.emulated()).isFalse();
    assertThat(suitesOnly(cpu)).extracting(Figure::dtype).containsOnly(text(dtype));
    assertThat(cpu.figures()).anyMatch(f -> f.work().startsWith(EntryCosts.ENTRIES));
    assertThat(result.targets()).hasSizeGreaterThan(10);
    assertThat(result.targets()).allMatch(t -> t.backend().equals("cpu"));
    assertThat(result.machine().cores()).isPositive();
    assertThat(result.circumstances().options())
        .containsEntry(
            "suites", "gram kernel depth-sweep multiply solve layer-step alignment dgl transfer")
        .containsEntry("sizes", "tiny")
        .containsEntry("rivals", "")
        .containsEntry("repeat", "2")
        .containsEntry("seconds", "" + SECONDS)
        .containsEntry("devices", "cpu");
    assertThat(Json.write(result)).contains("\"emulated\" : false").doesNotContain("NaN");
    if (dtype == DType.FLOAT64) {
      assertThat(cpu.figures())
          .filteredOn(f -> f.work().equals(DglSuite.STEP))
          .singleElement()
          .satisfies(f -> assertThat(centralDifference(f.note())).isBetween(0.0, 1e-6));
    }
  }

  private static double centralDifference(String note) {
    Matcher number = Pattern.compile("; a central difference agrees to ([0-9.e-]+)").matcher(note);
    assertThat(number.find()).as(note).isTrue();
    return Double.parseDouble(number.group(1));
  }

  @Test
  void everySuiteMeasuresTheEmulatedDevice() {
    BackendResult cuda = emulated(64 << 20, request(ALL, Optional.empty()));
    assertComplete(cuda);
    assertThat(cuda.emulated()).isTrue();
    assertThat(cuda.figures())
        .filteredOn(f -> f.suite().equals("kernel") && f.work().startsWith(KernelSuite.WORK))
        .hasSizeGreaterThan(10)
        .allSatisfy(f -> {
          assertThat(f.launches()).isNotEmpty();
          assertThat(f.parallelError()).isPresent();
          assertThat(f.peakBytes()).isGreaterThan(2L * 4 * 90 * 90);
        });
    assertThat(cuda.ceilings().toDevice()).isPresent();
    // What an imitation takes is no measure of anything.
    assertThat(Targets.of(List.of(cuda)))
        .hasSizeGreaterThan(3)
        .allMatch(t -> t.measured().isEmpty());
  }

  @Test
  void sizesShrinkWithTheMemory() {
    BackendResult cuda =
        emulated(300_000, request(List.of(Suite.GRAM, Suite.KERNEL), Optional.empty()));
    assertThat(cuda.problems()).isEmpty();
    assertThat(cuda.figures()).anyMatch(f -> f.note().contains("N reduced from 150: memory"));
  }

  @Test
  void sizesThatNoMachineHasRoomForShrinkBeforeInputsAreDrawn() {
    BenchRequest huge =
        new BenchRequest(
            List.of(Suite.GRAM, Suite.DEPTH_SWEEP, Suite.MULTIPLY, Suite.SOLVE),
            new SizeChoice(true, List.of(2_000_000_000)),
            Set.of(),
            1,
            SECONDS,
            Optional.of(DType.FLOAT32));
    BackendResult cuda = emulated(100_000, huge);
    assertThat(cuda.problems()).isEmpty();
    assertThat(cuda.figures())
        .filteredOn(f -> f.work().equals(GramSuite.OWN))
        .singleElement()
        .satisfies(f -> assertThat(f.note()).contains("N reduced from 2,000,000,000: memory"));
  }

  @Test
  void matricesAndInputsTogetherFillTheShareOfTheMemory() {
    for (int d : new int[] {1, 784, 100_000}) {
      for (int bytes : new int[] {4, 80}) {
        long free = 10_000_000_000L;
        double n = Bench.most(free, d, bytes);
        assertThat(n * n * bytes + n * d * (4 + 4)).isLessThanOrEqualTo(0.85 * free);
        assertThat((n + 1) * (n + 1) * bytes + (n + 1) * d * (4 + 4)).isGreaterThan(0.85 * free);
      }
    }
    assertThat(Bench.most(0, 784, 4)).isZero();
    assertThat(Bench.most(Long.MAX_VALUE, 784, 1)).isEqualTo(Integer.MAX_VALUE);
  }

  @Test
  void aSuiteThatFailsIsReportedAndTheNextOneRuns() {
    BackendResult cuda =
        emulated(48_000, request(List.of(Suite.DGL, Suite.TRANSFER), Optional.empty()));
    assertThat(cuda.problems()).anyMatch(p -> p.startsWith("dgl: "));
    assertThat(cuda.figures()).as("%s", told.lines).anyMatch(f -> f.suite().equals("transfer"));
    assertThat(told.lines).anyMatch(line -> line.contains("FAILED"));
  }

  /** By a clock that goes on whenever it is read, so that any machine gets equally far. */
  @Test
  void suitesWithoutTimeAreLeftOutAndNamed() {
    BenchRequest hurried =
        new BenchRequest(
            ALL, new SizeChoice(true, List.of()), Set.of(), 1, 1, Optional.of(DType.FLOAT32));
    AtomicLong nanos = new AtomicLong();
    BackendResult cpu;
    try (Workbench workbench = new CpuBench(CpuWorkbench.open(CONFIG))) {
      LongSupplier clock = () -> nanos.addAndGet(20_000_000);
      cpu = Benchmark.measure(CONFIG, workbench, hurried, told, clock, RivalProcess::start);
    }
    assertThat(cpu.ceilings().bandwidth()).isPresent();
    assertThat(cpu.figures()).anyMatch(f -> f.suite().equals("gram"));
    assertThat(cpu.problems())
        .isNotEmpty()
        .allMatch(p -> p.contains(": cut before \""))
        .anyMatch(p -> p.startsWith("transfer: "));
    assertThat(told.lines).anyMatch(line -> line.startsWith("  CUT: "));
  }

  private void assertComplete(BackendResult result) {
    assertThat(result.problems()).isEmpty();
    Stream<String> names =
        Stream.concat(Stream.of(CeilingSuite.NAME), Arrays.stream(Suite.values()).map(Suite::id));
    assertThat(result.figures().stream().map(Figure::suite).distinct())
        .containsExactlyElementsOf(names.toList());
    assertThat(result.figures()).allSatisfy(f -> assertSound(result, f));
    assertThat(result.ceilings().float32().orElseThrow()).isPositive();
    assertThat(result.ceilings().float64().orElseThrow()).isPositive();
    assertThat(result.ceilings().bandwidth().orElseThrow()).isPositive();
    assertThat(told.lines).hasSizeGreaterThan(result.figures().size());
    assertThat(told.steps).isGreaterThan(result.figures().size());
  }

  private static void assertSound(BackendResult result, Figure f) {
    Spread t = f.milliseconds();
    if (!f.work().startsWith(EntryCosts.ENTRIES)) { // differences, which can be 0
      assertThat(t.min()).isPositive();
    }
    assertThat(t.median()).isBetween(t.min(), t.max());
    assertThat(t.rounds()).isEqualTo(2);
    assertThat(f.sizes()).isNotEmpty();
    HandCounts.Counted counted = HandCounts.of(f);
    assertThat(f.operations()).as("operations of %s", f).isEqualTo(counted.operations());
    assertThat(f.bytes()).as("bytes of %s", f).isEqualTo(counted.bytes());
    f.error().ifPresent(error -> assertThat(error).as(f.work()).isBetween(0.0, allowed(f)));
    f.parallelError().ifPresent(error -> assertThat(error).as(f.work()).isBetween(0.0, allowed(f)));
    if (f.ceilingShare().isPresent() && f.operations().isPresent()) {
      double ceiling = f.teraflops().orElseThrow() / f.ceilingShare().getAsDouble();
      assertThat(
              Stream.of(
                      result.ceilings().float32(),
                      result.ceilings().float64(),
                      result.ceilings().tf32(),
                      result.ceilings().tf32x3())
                  .flatMap(c -> c.stream().boxed()))
          .anySatisfy(c -> assertThat(ceiling).isCloseTo(c, within(1e-9 * c)));
    }
    f.ratios().forEach(ratio -> assertPossible(result, f, ratio));
  }

  /** A ratio lies within what the times of both allow. */
  private static void assertPossible(BackendResult result, Figure f, Ratio ratio) {
    assertThat(ratio.median()).isBetween(ratio.min(), ratio.max());
    List<Figure> others =
        result.figures().stream()
            .filter(o ->
                o.suite().equals(f.suite())
                    && o.dtype().equals(f.dtype())
                    && Objects.equals(o.sizes().get("N"), f.sizes().get("N"))
                    && (o.work().equals(ratio.to())
                        || (o.work().equals(f.work()) && o.by().equals(ratio.to()))))
            .toList();
    for (Figure other : others) {
      assertThat(ratio.min() * (1 - 1e-9))
          .as(f.work() + " against " + ratio.to())
          .isGreaterThanOrEqualTo(f.milliseconds().min() / other.milliseconds().max() * (1 - 1e-6));
      assertThat(ratio.max())
          .isLessThanOrEqualTo(f.milliseconds().max() / other.milliseconds().min() * (1 + 1e-6));
    }
  }

  private static double allowed(Figure f) {
    if (f.work().contains("TF32 (reduced")) {
      return 1e-2;
    }
    boolean single = f.dtype().equals("float32");
    return f.suite().equals("dgl") ? (single ? 1e-4 : 1e-10) : single ? 1e-5 : 1e-12;
  }

  private static List<Figure> suitesOnly(BackendResult result) {
    return result.figures().stream().filter(f -> !f.suite().equals(CeilingSuite.NAME)).toList();
  }

  private static String text(DType dtype) {
    return dtype.name().toLowerCase(Locale.ROOT);
  }
}
