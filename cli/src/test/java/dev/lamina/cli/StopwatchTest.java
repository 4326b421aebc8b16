package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.List;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class StopwatchTest {

  /** Each run moves the clock by a time of its own. */
  private static double median(List<Long> nanos) {
    AtomicLong clock = new AtomicLong(-7);
    AtomicInteger run = new AtomicInteger();
    double seconds =
        Stopwatch.medianSeconds(
            nanos.size(), () -> clock.addAndGet(nanos.get(run.getAndIncrement())), clock::get);
    assertThat(run).hasValue(nanos.size());
    return seconds;
  }

  @Test
  void theMedianIgnoresOneSlowRun() {
    assertThat(median(List.of(9_000_000_000L, 30L, 20L))).isCloseTo(30e-9, within(1e-18));
  }

  @Test
  void anEvenNumberOfRunsHasItsMedianBetweenTheMiddleTwo() {
    assertThat(median(List.of(40L, 10L, 9_000_000_000L, 20L))).isCloseTo(30e-9, within(1e-18));
  }
}
