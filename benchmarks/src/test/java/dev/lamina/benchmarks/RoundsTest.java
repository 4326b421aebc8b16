package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.BackendId;
import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.config.LaminaConfig;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RoundsTest {
  private static final long MILLI = 1_000_000;

  private final StringBuilder order = new StringBuilder();
  private final Told told = new Told();
  private long now;

  private Bench bench(int rounds, long until) {
    return bench(rounds, until, Math.max(until, now + 1_000), true);
  }

  private Bench bench(int rounds, long until, long end, boolean small) {
    SizeChoice tiny = new SizeChoice(small, List.of());
    return new Bench(
        null,
        LaminaConfig.defaults(),
        new BenchRequest(List.of(), tiny, Set.of(), rounds, 1, Optional.empty()),
        BenchSizes.of(tiny, BackendId.CPU),
        null,
        null,
        new Rivals(Set.of(), 1, told, RivalProcess::start),
        Ceilings.UNKNOWN,
        () -> now,
        until,
        end,
        told,
        figure -> {});
  }

  private double once(char name, double time) {
    order.append(name);
    return time;
  }

  private Times run(int rounds, long until) {
    return new Rounds(bench(rounds, until), "work")
        .addTimed("a", () -> once('a', order.length()))
        .addTimed("b", () -> once('b', 2 * order.length()))
        .run();
  }

  @Test
  void contendersTakeTurnsAndTheFirstRoundDoesNotCount() {
    Times times = run(3, 1_000);
    assertThat(order).hasToString("abababab");
    assertThat(times.rounds())
        .isEqualTo(Map.of("a", List.of(2.0, 4.0, 6.0), "b", List.of(6.0, 10.0, 14.0)));
    assertThat(told.steps).isEqualTo(8);
  }

  @Test
  void roundsAreLeftOutWhenTimeRunsShortButTwo() {
    assertThat(run(9, -1).spread("a").rounds()).isEqualTo(2);
    order.setLength(0);
    assertThat(run(1, -1).spread("a").rounds()).isEqualTo(1);
  }

  @Test
  void afterTheEndNothingIsBegunAndWhatIsBegunGetsOneRound() {
    Rounds late = new Rounds(bench(3, -2, -1, true), "late work").addTimed("a", () -> 1);
    assertThatThrownBy(late::run).isInstanceOf(OutOfTime.class).hasMessageContaining("late work");
    Times times =
        new Rounds(bench(3, 100, 100, true), "work").addTimed("a", () -> lasting('a', 101)).run();
    assertThat(times.spread("a").rounds()).isEqualTo(1);
    assertThat(order).hasToString("aa");
  }

  @Test
  void aSlowContenderTakesNoWarmUpFromAQuickOne() {
    long until = 2_000 * MILLI;
    // A fourth of 2 s, half of it for each: the slow one has had its part after one run.
    new Rounds(bench(1, until, until, false), "work")
        .addTimed("slow", () -> lasting('s', 260 * MILLI))
        .addTimed("quick", () -> lasting('q', 50 * MILLI))
        .run();
    assertThat(order.toString()).startsWith("sqqqqqs");
  }

  /** Work after which the clock shows so many nanoseconds more. */
  private double lasting(char name, long nanos) {
    now += nanos;
    return once(name, (double) nanos);
  }

  @Test
  void aRivalThatFailsIsLeftOutAndTheOthersGoOn() {
    Bench bench = bench(3, 1_000);
    Times times =
        new Rounds(bench, "work")
            .addRival("early", () -> {}, () -> fail(Rival.numpy))
            .addTimed("a", () -> once('a', 1))
            .addRival("never", () -> fail(Rival.torch), () -> once('n', 1))
            .addRival(
                "late",
                () -> order.append('!'),
                () -> order.length() < 7 ? once('l', 1) : fail(Rival.numpy))
            .run();
    assertThat(order).hasToString("!alalala");
    assertThat(times.rounds()).isEqualTo(Map.of("a", List.of(1.0, 1.0, 1.0)));
    assertThat(times.has("a")).isTrue();
    assertThat(times.has("late")).isFalse();
    assertThat(bench.rivals().problems()).containsExactly("torch: FAILED: no", "numpy: FAILED: no");
  }

  private static double fail(Rival rival) {
    throw new RivalFailure(rival, "no");
  }

  @Test
  void ratiosAreTakenRoundByRound() {
    Times times = new Times(Map.of("a", List.of(1.0, 4.0, 9.0), "b", List.of(2.0, 2.0, 3.0)));
    assertThat(times.ratio("a", "b", "other")).isEqualTo(new Ratio("other", 2, 0.5, 3));
    assertThat(times.dividedBy(2).spread("a")).isEqualTo(new Spread(2, 0.5, 4.5, 3));
  }

  @Test
  void aClockThatReadsNothingGivesNoZero() {
    Times times = new Rounds(bench(2, 0), "work").addTimed("a", () -> 0).run();
    assertThat(times.ratio("a", "a", "a").median()).isEqualTo(1.0);
  }

  @Test
  void theMedianOfAnEvenNumberIsTheMeanOfTheMiddleTwo() {
    assertThat(Spread.of(List.of(4.0, 1.0, 2.0, 3.0))).isEqualTo(new Spread(2.5, 1, 4, 4));
  }
}
