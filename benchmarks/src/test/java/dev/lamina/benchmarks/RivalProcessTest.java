package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.config.LaminaConfig;
import dev.lamina.cpu.CpuWorkbench;
import dev.lamina.matrix.DType;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of rivals that die, and of answers that make no sense. */
@Timeout(value = 1800, threadMode = Timeout.ThreadMode.SEPARATE_THREAD) // a script may hang
class RivalProcessTest {
  private static final String DIED =
      "failing.py ended with exit status 1 when asked \"%s\": MemoryError: too large";

  private final Told told = new Told();

  @SuppressWarnings("SystemOut") // a skipped test must be seen
  private static RivalProcess failing() {
    List<String> reasons = new ArrayList<>();
    Optional<RivalProcess> rival =
        RivalProcess.start(Rival.torch, "failing.py", Map.of(), reasons::add);
    if (rival.isEmpty()) {
      System.out.println("SKIPPED: " + reasons);
      Assumptions.abort(reasons.toString());
    }
    return rival.orElseThrow();
  }

  @Test
  void oneThatDiesIsToldWithItsStatusAndItsLastWords() {
    try (RivalProcess rival = failing()) {
      assertThat(rival.seconds("one")).isEqualTo(1.5);
      assertThat(rival.numbers("entry", 2)).containsExactly(1, 2);
      rival.tell("load 1", "loaded");
      assertThatThrownBy(() -> rival.tell("die", "dead"))
          .isInstanceOfSatisfying(
              RivalFailure.class, e -> assertThat(e.rival()).isEqualTo(Rival.torch))
          .hasMessage(DIED.formatted("die"));
      assertThatThrownBy(() -> rival.seconds("one")).hasMessage(DIED.formatted("die"));
    }
  }

  /** Its next answer could be that to an earlier question. */
  @Test
  void oneThatAnswersNonsenseIsNotAskedAgain() {
    List<Consumer<RivalProcess>> questions =
        List.of(
            r -> r.seconds("odd"),
            r -> r.seconds("entry"),
            r -> r.numbers("one", 2),
            r -> r.seconds("cholesky"),
            r -> r.seconds("before"),
            r -> r.tell("load", "drawn"));
    for (Consumer<RivalProcess> question : questions) {
      try (RivalProcess rival = failing()) {
        assertThatThrownBy(() -> question.accept(rival))
            .isInstanceOf(RivalFailure.class)
            .hasMessageStartingWith("failing.py answered \"");
        assertThatThrownBy(() -> rival.seconds("one"))
            .isInstanceOf(RivalFailure.class)
            .hasMessageStartingWith("failing.py answered \"");
      }
    }
  }

  private static RivalProcess hanging(Duration limit) {
    failing().close();
    return RivalProcess.start(
            Rival.numpy, "hanging.py", Map.of(), _ -> {}, Duration.ofHours(1), limit)
        .orElseThrow();
  }

  /** Returns the process that it started. */
  private static ProcessHandle child(RivalProcess rival) {
    return ProcessHandle.of(Long.parseLong(rival.version())).orElseThrow();
  }

  /** Waits, for as long as it takes; what has ended but is still listed has no command. */
  private static void awaitEnd(ProcessHandle process) throws InterruptedException {
    while (process.isAlive() && process.info().command().isPresent()) {
      Thread.sleep(10);
    }
  }

  @Test
  void oneThatNeverAnswersIsEndedWithWhatItStarted() throws InterruptedException {
    try (RivalProcess rival = hanging(Duration.ofMillis(1))) {
      ProcessHandle child = child(rival);
      for (String request : List.of("run", "again")) {
        assertThatThrownBy(() -> rival.seconds(request))
            .isInstanceOf(RivalFailure.class)
            .hasMessageStartingWith("hanging.py gave no answer to \"run\" within 0 s");
      }
      awaitEnd(child);
    }
  }

  @Test
  void closingEndsWhatItStarted() throws InterruptedException {
    RivalProcess rival = hanging(Duration.ofHours(1));
    ProcessHandle child = child(rival);
    rival.close();
    awaitEnd(child);
    assertThat(rival.folder()).doesNotExist();
  }

  @Test
  void oneThatIsNeverReadyIsNotRun() {
    failing().close();
    List<String> reasons = new ArrayList<>();
    Duration limit = Duration.ofMillis(1);
    assertThat(
            RivalProcess.start(
                Rival.numpy, "hanging.py", Map.of("SILENT", "1"), reasons::add, limit, limit))
        .isEmpty();
    assertThat(reasons).anyMatch(r -> r.endsWith(": hanging.py was not ready within 0 s"));
  }

  @Test
  void aPythonThatIsPassedOverIsToldOnce() {
    failing().close();
    Rivals rivals =
        new Rivals(
            Set.of(Rival.numpy),
            1,
            told,
            (rival, _, environment, why) -> {
              why.accept("python3: no NumPy");
              return RivalProcess.start(rival, "failing.py", environment, _ -> {});
            });
    for (int i = 0; i < 2; i++) {
      rivals.numpy().orElseThrow().close();
    }
    assertThat(told.lines).containsExactly("  numpy: python3: no NumPy; another python3 is used");
    assertThat(rivals.problems()).isEmpty();
  }

  @Test
  void failuresAreToldOnceAndStandBesideTheVersions() {
    Rivals rivals =
        new Rivals(
            Set.of(Rival.numpy, Rival.torch),
            1,
            told,
            (rival, script, _, why) -> {
              why.accept("no " + rival);
              why.accept("no " + script);
              return Optional.empty();
            });
    assertThat(rivals.attempt(() -> {})).isTrue();
    assertThat(rivals.numpy()).isEmpty();
    for (int i = 0; i < 2; i++) {
      assertThat(
              rivals.attempt(() -> {
                throw new RivalFailure(Rival.numpy, "it ended");
              }))
          .isFalse();
    }
    List<String> problems =
        List.of("numpy: NOT RUN: no numpy; no fc_kernels.py", "numpy: FAILED: it ended");
    assertThat(rivals.problems()).isEqualTo(problems);
    assertThat(told.lines).containsExactlyElementsOf(problems.stream().map("  "::concat).toList());
    assertThat(rivals.versions())
        .isEqualTo(
            Map.of(
                "numpy",
                "NOT RUN: no numpy; no fc_kernels.py; FAILED on the way",
                "torch",
                "NOT RUN: no suite of this run got to its work"));
  }

  /**
   * Each suite starts it anew and loses it at the third run, or at once, when it answers nonsense.
   */
  @Test
  void suitesGoOnWithoutARivalThatFailsAndTheResultSaysSo() {
    failing().close();
    LaminaConfig config = LaminaConfig.defaults();
    List<Suite> suites =
        List.of(Suite.GRAM, Suite.KERNEL, Suite.DEPTH_SWEEP, Suite.SOLVE, Suite.LAYER_STEP);
    BenchRequest request =
        new BenchRequest(
            suites,
            new SizeChoice(true, List.of()),
            Set.of(Rival.values()),
            2,
            BenchmarkTest.SECONDS,
            Optional.of(DType.FLOAT32));
    BackendResult cpu;
    try (Workbench workbench = new CpuBench(CpuWorkbench.open(config))) {
      cpu =
          Benchmark.measure(
              config,
              workbench,
              request,
              told,
              System::nanoTime,
              (rival, _, environment, why) ->
                  RivalProcess.start(rival, "failing.py", environment, why));
    }
    assertThat(cpu.figures()).extracting(Figure::by).containsOnly("lamina", "library");
    for (Suite suite : suites) {
      assertThat(cpu.figures().stream().filter(f -> f.suite().equals(suite.id())))
          .as(suite.id())
          .isNotEmpty()
          .allMatch(f -> f.milliseconds().rounds() == 2);
    }
    assertThat(cpu.problems())
        .containsExactly(
            "numpy: FAILED: " + DIED.formatted("gram"),
            "numpy: FAILED: " + DIED.formatted("run 3"),
            "numpy: FAILED: " + DIED.formatted("run 1"),
            "numpy: FAILED: failing.py answered \"nan\" to \"cholesky\"",
            "torch: FAILED: " + DIED.formatted("run"));
    assertThat(told.lines).contains("  numpy: FAILED: " + DIED.formatted("gram"));
    assertThat(cpu.rivals().values()).containsOnly("Failing 1.0; FAILED on the way");
  }
}
