package dev.lamina.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.benchmarks.BackendResult;
import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Ceilings;
import dev.lamina.benchmarks.Circumstances;
import dev.lamina.benchmarks.Figure;
import dev.lamina.benchmarks.Spread;
import dev.lamina.benchmarks.report.BenchComparison.Change;
import dev.lamina.benchmarks.report.BenchComparison.Measure;
import dev.lamina.benchmarks.report.BenchComparison.Pair;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

final class BenchComparisonTest {

  private static final String NO_TIMES =
      "no time of Lamina's could be compared: none with three or more rounds is in both runs";

  @TempDir private Path folder;

  private static BenchResult run(Figure... figures) {
    return Samples.result(List.of(Samples.cpu(List.of(figures))), List.of());
  }

  private static Figure gram(int n, double ms) {
    return Samples.figure("gram", "triangle", "lamina", Samples.sizes("N", n), ms);
  }

  /** The first run took 10 ms, 9 to 12. */
  @ParameterizedTest
  @CsvSource({
    "10, 9, 12, 5, SAME",
    "12.5, 11, 14, 5, MORE",
    "12.5, 10, 14, 5, SAME", // the first median lies in the second range
    "12, 11, 14, 5, SAME", // the second median lies in the first range
    "8.5, 8, 9.5, 5, LESS",
    "8.5, 8, 10, 5, SAME",
    "100, 100, 100, 2, UNKNOWN"
  })
  void timesChangeIfEachMedianIsOutsideTheOtherRange(
      double median, double min, double max, int rounds, Change expected) {
    Spread first = new Spread(10, 9, 12, 5);
    Spread second = new Spread(median, min, max, rounds);
    assertThat(BenchComparison.time(first, second)).isEqualTo(expected);
    Change back =
        switch (expected) {
          case MORE -> Change.LESS;
          case LESS -> Change.MORE;
          case SAME, UNKNOWN -> expected;
        };
    assertThat(BenchComparison.time(second, first)).isEqualTo(back);
  }

  @ParameterizedTest
  @CsvSource({
    "1, 2, SAME",
    "1, 2.1, MORE",
    "2.1, 1, LESS",
    "0, 0, SAME",
    "0, 1, MORE",
    "1, , UNKNOWN"
  })
  void othersChangeByAFactor(double a, Double b, Change expected) {
    OptionalDouble second = b == null ? OptionalDouble.empty() : OptionalDouble.of(b);
    assertThat(Measure.of(OptionalDouble.of(a), second, 2).change()).isEqualTo(expected);
  }

  @Test
  void figuresArePairedByWhatTheyAreAbout() {
    Figure other = Samples.figure("gram", "triangle", "numpy", Samples.sizes("N", 1), 5);
    Figure same = Samples.figure("gram", "triangle", "numpy", Samples.sizes("N", 1), 6);
    BenchComparison c =
        BenchComparison.of(
            run(gram(1, 10), gram(2, 20), other), run(same, gram(3, 7), gram(1, 20)));
    assertThat(c.pairs()).extracting(Pair::by).containsExactly("lamina", "numpy");
    Pair pair = c.pairs().getFirst();
    assertThat(pair.ratio().orElseThrow()).isCloseTo(2, within(1e-12));
    assertThat(pair.time()).isEqualTo(Change.MORE);
    assertThat(c.onlyInA()).containsExactly("cpu gram: triangle, float32, N=2");
    assertThat(c.onlyInB()).containsExactly("cpu gram: triangle, float32, N=3");
    assertThat(c.isSlower()).isTrue();
    assertThat(c.warnings()).isEmpty();
  }

  @Test
  void aSlowerRivalIsNoFailureOfOurs() {
    Figure before = Samples.figure("gram", "triangle", "numpy", Samples.sizes("N", 1), 5);
    Figure after = Samples.figure("gram", "triangle", "numpy", Samples.sizes("N", 1), 50);
    BenchComparison c = BenchComparison.of(run(before), run(after));
    assertThat(c.pairs().getFirst().time()).isEqualTo(Change.MORE);
    assertThat(c.isSlower()).isFalse();
    assertThat(c.comparesTimes()).isFalse();
    assertThat(c.warnings()).containsExactly(NO_TIMES);
  }

  @Test
  void repeatedFiguresArePairedInTheirOrder() {
    BenchComparison c =
        BenchComparison.of(
            run(gram(1, 10), gram(1, 20), gram(1, 30)), run(gram(1, 5), gram(1, 10)));
    assertThat(c.pairs())
        .extracting(p -> p.ratio().orElseThrow())
        .allSatisfy(ratio -> assertThat(ratio).isCloseTo(0.5, within(1e-12)));
    assertThat(c.onlyInA()).hasSize(1);
  }

  @Test
  void differencesOfTheMachineAreWarnings() {
    BenchResult a = run(gram(1, 10));
    BackendResult cpu =
        new BackendResult(
            "cpu",
            "Slow 1",
            "512-bit vectors",
            4,
            true,
            "BLIS",
            "",
            Ceilings.UNKNOWN,
            Map.of(),
            List.of(),
            List.of());
    BenchResult.Machine machine =
        new BenchResult.Machine("Linux 6", "amd64", "Slow 1", 4, 8L << 30, "JVM 25");
    BenchResult b =
        new BenchResult("0.2", "2027", machine, Samples.CIRCUMSTANCES, 1, List.of(cpu), List.of());
    assertThat(BenchComparison.of(a, b).warnings())
        .containsExactly(
            "the processor differs: Fast 9000 and Slow 1",
            "the number of cores differs: 2 and 4",
            "the device of cpu differs: Fast 9000 and Slow 1",
            "the number of threads of cpu differs: 2 and 4",
            "the library of cpu differs: OpenBLAS 1 and BLIS",
            "the numpy of cpu differs: NumPy 3, BLAS 4 and not asked for",
            "the device of cpu was imitated in one of the runs: times mean nothing",
            NO_TIMES);
    assertThat(BenchComparison.of(b, a).warnings())
        .contains("the numpy of cpu differs: not asked for and NumPy 3, BLAS 4");
  }

  @Test
  void differencesOfOptionsAndBusyMachinesAreWarnings() {
    BenchResult a =
        Samples.under(
            new Circumstances(
                Map.of("repeat", "5", "seconds", "9"),
                Map.of("OPENBLAS_CORETYPE", "Haswell"),
                OptionalDouble.of(1.01),
                OptionalDouble.empty()));
    BenchResult b =
        Samples.under(
            new Circumstances(
                Map.of("repeat", "7", "seconds", "9"),
                Map.of(),
                OptionalDouble.of(1),
                OptionalDouble.of(3.01)));
    assertThat(BenchComparison.of(a, b).warnings())
        .containsExactly(
            "the option repeat differs: 5 and 7",
            "the variable OPENBLAS_CORETYPE differs: Haswell and not set",
            "in A other programs were running: the load average at the beginning was 1.01 on 2 cores",
            "in B other programs were running: the load average at the end was 3.01 on 2 cores");
    BenchResult old = Samples.under(Circumstances.UNKNOWN);
    assertThat(BenchComparison.of(old, Samples.full()).warnings())
        .singleElement()
        .asString()
        .startsWith("A does not say with which options");
    assertThat(BenchComparison.of(Samples.full(), Samples.full()).warnings())
        .containsExactly(
            "A and B are the same run",
            "the device of cuda was imitated in both runs: times mean nothing");
  }

  @Test
  void changesAreMarkedInTextAndPage() {
    Figure f = gram(1, 20);
    Figure worse =
        new Figure(
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
            OptionalDouble.of(1e-3),
            f.parallelError(),
            10_000_000,
            f.ratios(),
            f.launches(),
            f.note());
    BenchComparison c =
        BenchComparison.of(run(gram(1, 10), gram(2, 20)), run(worse, gram(2, 10), gram(3, 1)));
    assertThat(c.text().lines())
        .contains(
            "      2         10         20  SLOWER  cpu gram: triangle, float32, N=1; MORE error: 2e-7 → 0.001; MORE peak memory: 5 → 10 MB",
            "    0.5         20         10  faster  cpu gram: triangle, float32, N=2",
            "only in B: cpu gram: triangle, float32, N=3",
            "2 figures in both: 1 slower, 1 faster beyond the spread, 1 with larger errors, 1 with more memory; 0 only in A, 1 only in B.");
    Path page = folder.resolve("c.html");
    c.writePage(page);
    assertThat(page).content().contains("Two runs of the benchmark", "SLOWER", "MORE error");
  }

  @Test
  void runsWithoutAnythingCanBeCompared() {
    BenchResult nothing = Samples.result(List.of(), List.of());
    BenchComparison c = BenchComparison.of(nothing, nothing);
    assertThat(c.pairs()).isEmpty();
    assertThat(c.text()).contains("0 figures in both", "WARNING: " + NO_TIMES);
    c.writePage(folder.resolve("c.html"));
    assertThat(folder.resolve("c.html")).isNotEmptyFile();
  }
}
