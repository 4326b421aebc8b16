package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.matrix.DType;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class TargetsTest {
  private static final Spread TIME = new Spread(10, 9, 12, 3);

  private static Figure kernel(long n, double overLower) {
    return new FigureBuilder(Suite.KERNEL, KernelSuite.WORK, DType.FLOAT32, TIME)
        .size("N", n)
        .size("d", 784)
        .size("L", 5)
        .against(
            new Rounds.Times(Map.of("k", List.of(overLower), "g", List.of(1.0))),
            "k",
            "g",
            KernelSuite.LOWER)
        .build();
  }

  private static List<Target> targets(String backend, boolean emulated, Figure... figures) {
    return Targets.of(
        List.of(
            new BackendResult(
                backend,
                "Fast 9000",
                "",
                2,
                emulated,
                "",
                "",
                Ceilings.UNKNOWN,
                Map.of(),
                List.of(figures),
                List.of())));
  }

  private static Target of(List<Target> targets, String work) {
    return targets.stream().filter(t -> t.work().startsWith(work)).findFirst().orElseThrow();
  }

  @Test
  void theWorstOfTheSizesThatCountDecides() {
    List<Target> targets =
        targets("cpu", false, kernel(1000, 2), kernel(4000, 1.2), kernel(8000, 1.5));
    Target kernels = of(targets, "NNGP and tangent kernel in one pass");
    assertThat(kernels.measured().orElseThrow()).isEqualTo(1.5);
    assertThat(kernels.met()).isFalse();
    assertThat(of(targets("cpu", false, kernel(4000, 1.3)), kernels.work()).met()).isTrue();
  }

  @Test
  void whatWasNotMeasuredIsEmptyAndNotReached() {
    for (Target target : targets("cpu", false, kernel(1000, 1))) {
      assertThat(target.measured()).as(target.work()).isEmpty();
      assertThat(target.met()).isFalse();
      assertThat(target.backend()).isEqualTo("cpu");
    }
    assertThat(targets("cuda", true, kernel(60_000, 1))).allMatch(t -> t.measured().isEmpty());
  }

  @Test
  void aRivalsTimeIsHeldAgainstOurs() {
    Figure chain =
        new FigureBuilder(Suite.KERNEL, KernelSuite.WORK, DType.FLOAT32, TIME)
            .by("numpy")
            .size("N", 8000)
            .size("d", 784)
            .size("L", 5)
            .against(
                new Rounds.Times(Map.of("n", List.of(12.0), "k", List.of(1.0))),
                "n",
                "k",
                FigureBuilder.LAMINA)
            .build();
    List<Target> targets = targets("cpu", false, kernel(8000, 1.3), chain);
    assertThat(of(targets, "NumPy chain").measured().orElseThrow()).isEqualTo(12.0);
    assertThat(of(targets, "NumPy chain").met()).isTrue();
    assertThat(of(targets, "NNGP and tangent kernel in one pass").measured().orElseThrow())
        .isEqualTo(1.3);
  }

  @Test
  void entriesAreCountedInNanoseconds() {
    // 8 layers of 1000·1001/2 entries in 8.008 ms of processor time.
    Figure entries = entries(new Spread(8.008, 8, 9, 3));
    assertThat(of(targets("cpu", false, entries), "entries of ntk: erf").measured().orElseThrow())
        .isCloseTo(2, within(1e-9));
  }

  private static Figure entries(Spread differences) {
    return new FigureBuilder(
            Suite.KERNEL, EntryCosts.ENTRIES + "ntk: erf", DType.FLOAT32, differences)
        .size("N", 1000)
        .size("d", 64)
        .size("layers", 8)
        .build();
  }

  @Test
  void entriesWithinNoiseReachNothing() {
    for (Spread noise :
        List.of(new Spread(0, 0, 0, 3), new Spread(4, 0, 9, 3), new Spread(4, 1.9, 9, 3))) {
      Target target = of(targets("cpu", false, entries(noise)), "entries of ntk: erf");
      assertThat(target.measured()).as(noise.toString()).isEmpty();
      assertThat(target.met()).isFalse();
    }
  }

  @Test
  void theTimeOfAFullGpuCounts() {
    List<Target> targets = targets("cuda", false, kernel(60_000, 1.1));
    assertThat(of(targets, "NNGP and tangent kernel, N = 60,000").measured().orElseThrow())
        .isEqualTo(10.0);
  }
}
