package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.Set;
import java.util.concurrent.CancellationException;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class WorkersTest {

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 7})
  void runsEachIndexOnceAndNeverTwoBodiesOnOneWorker(int threads) {
    for (int count : new int[] {0, 1, 2, 6, 7, 8, 1000}) {
      AtomicIntegerArray runs = new AtomicIntegerArray(count);
      AtomicIntegerArray busy = new AtomicIntegerArray(threads);
      try (Workers workers = new Workers(threads)) {
        workers.forEach(
            count,
            (worker, index) -> {
              assertThat(busy.getAndIncrement(worker)).isZero();
              runs.incrementAndGet(Math.toIntExact(index));
              busy.decrementAndGet(worker);
            });
      }
      for (int i = 0; i < count; i++) {
        assertThat(runs.get(i)).isEqualTo(1);
      }
    }
  }

  @Test
  void allThreadsWorkAtTheSameTime() throws Exception {
    CyclicBarrier together = new CyclicBarrier(3);
    Set<String> names = ConcurrentHashMap.newKeySet();
    try (Workers workers = new Workers(3)) {
      workers.forEach(
          3,
          (worker, index) -> {
            names.add(Thread.currentThread().getName());
            try {
              together.await(5, TimeUnit.MINUTES);
            } catch (Exception e) {
              throw new IllegalStateException("the bodies did not overlap", e);
            }
          });
    }
    assertThat(names)
        .containsExactlyInAnyOrder(
            "lamina-cpu-1", "lamina-cpu-2", Thread.currentThread().getName());
  }

  /** Both threads must take part in every loop, whether the other one is asleep or about to be. */
  @Test
  void noOfferIsMissed() throws Exception {
    CyclicBarrier together = new CyclicBarrier(2);
    try (Workers workers = new Workers(2)) {
      for (int loop = 0; loop < 1000; loop++) {
        long start = System.nanoTime();
        while (System.nanoTime() - start < loop % 100 * 1000L) {
          Thread.onSpinWait();
        }
        boolean interrupting = loop % 10 == 0;
        workers.forEach(
            2,
            (worker, index) -> {
              try {
                together.await(5, TimeUnit.MINUTES);
              } catch (Exception e) {
                throw new IllegalStateException("the other thread did not come", e);
              }
              if (interrupting && worker == 1) {
                Thread.currentThread().interrupt();
              }
            });
      }
    }
  }

  @Test
  void firstExceptionIsRethrownWithTheOthersSuppressed() {
    CyclicBarrier together = new CyclicBarrier(3);
    AtomicInteger started = new AtomicInteger();
    try (Workers workers = new Workers(3)) {
      assertThatThrownBy(() ->
              workers.forEach(
                  1000,
                  (worker, index) -> {
                    started.incrementAndGet();
                    try {
                      together.await(5, TimeUnit.MINUTES);
                    } catch (Exception e) {
                      throw new IllegalStateException(e);
                    }
                    throw new ArithmeticException("index " + index);
                  }))
          .isInstanceOf(ArithmeticException.class)
          .hasMessageMatching("index [012]")
          .satisfies(e -> assertThat(e.getSuppressed()).hasSize(2));
      assertThat(started).hasValue(3);
      AtomicLong sum = new AtomicLong();
      workers.forEach(10, (worker, index) -> sum.addAndGet(index));
      assertThat(sum).hasValue(45);
    }
  }

  @Test
  void nestedLoopsRunOnTheSameThread() {
    AtomicLong sum = new AtomicLong();
    try (Workers workers = new Workers(3)) {
      workers.forEach(
          20,
          (worker, i) -> {
            Thread thread = Thread.currentThread();
            workers.forEach(
                10,
                (nested, j) -> {
                  assertThat(nested).isEqualTo(worker);
                  assertThat(Thread.currentThread()).isSameAs(thread);
                  sum.addAndGet(100 * i + j);
                });
          });
      assertThat(sum).hasValue(100 * 190 * 10 + 45 * 20);
    }
  }

  @Test
  void nestedExceptionReachesTheOuterCaller() {
    try (Workers workers = new Workers(2)) {
      assertThatThrownBy(() ->
              workers.forEach(
                  4,
                  (w, i) ->
                      workers.forEach(
                          4,
                          (v, j) -> {
                            throw new ArithmeticException("inner");
                          })))
          .isInstanceOf(ArithmeticException.class)
          .hasMessage("inner");
    }
  }

  @Test
  void interruptEndsTheLoopAfterTheRunningBodies() throws Exception {
    CountDownLatch running = new CountDownLatch(2);
    CountDownLatch go = new CountDownLatch(1);
    AtomicInteger finished = new AtomicInteger();
    AtomicReference<Throwable> thrown = new AtomicReference<>();
    AtomicBoolean status = new AtomicBoolean();
    try (Workers workers = new Workers(2)) {
      Thread caller =
          Thread.ofPlatform()
              .start(() -> {
                try {
                  workers.forEach(
                      1_000_000,
                      (worker, index) -> {
                        running.countDown();
                        awaitQuietly(go);
                        finished.incrementAndGet();
                        if (index >= 2) { // lets the caller come to its turn, however late
                          LockSupport.parkNanos(1_000_000);
                        }
                      });
                } catch (CancellationException e) {
                  thrown.set(e);
                  status.set(Thread.currentThread().isInterrupted());
                }
              });
      running.await();
      caller.interrupt();
      go.countDown();
      caller.join();
    }
    assertThat(thrown.get()).isInstanceOf(CancellationException.class);
    assertThat(status).isTrue();
    assertThat(finished.get()).isBetween(2, 999_999);
  }

  /** Waits like native code would: an interrupt changes nothing but the status. */
  private static void awaitQuietly(CountDownLatch latch) {
    boolean interrupted = false;
    while (true) {
      try {
        latch.await();
        break;
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void loopsFromSeveralThreadsTakeTurns() throws Exception {
    AtomicInteger inside = new AtomicInteger();
    AtomicBoolean overlapped = new AtomicBoolean();
    AtomicLong sum = new AtomicLong();
    try (Workers workers = new Workers(2)) {
      Thread[] callers = new Thread[4];
      for (int t = 0; t < callers.length; t++) {
        callers[t] =
            Thread.ofPlatform()
                .start(() -> {
                  for (int r = 0; r < 200; r++) {
                    workers.forEach(
                        5,
                        (worker, index) -> {
                          if (inside.incrementAndGet() > 2) {
                            overlapped.set(true);
                          }
                          sum.addAndGet(index);
                          inside.decrementAndGet();
                        });
                  }
                });
      }
      for (Thread caller : callers) {
        caller.join();
      }
    }
    assertThat(sum).hasValue(4 * 200 * 10);
    assertThat(overlapped).isFalse();
  }

  @Test
  void aTurnKeepsOtherCallersOutAndLetsItsOwnBodiesIn() throws Exception {
    AtomicInteger others = new AtomicInteger();
    AtomicInteger own = new AtomicInteger();
    try (Workers workers = new Workers(3)) {
      Thread caller;
      try (var _ = workers.turn()) {
        caller = Thread.ofPlatform().start(() -> workers.forEach(1, (w, i) -> others.addAndGet(1)));
        workers.forEach(
            50,
            (w, i) -> {
              try (var _ = workers.turn()) {
                workers.forEach(2, (_, _) -> own.incrementAndGet());
              }
            });
        assertThat(others).as("loops of other callers meanwhile").hasValue(0);
      }
      caller.join();
    }
    assertThat(own).hasValue(100);
    assertThat(others).hasValue(1);
  }

  @Test
  void refusesBadCountsAndUseAfterClose() {
    assertThatThrownBy(() -> new Workers(0)).hasMessage("lamina.cpu.threads must be ≥ 1 but is 0");
    Workers workers = new Workers(2);
    assertThatThrownBy(() -> workers.forEach(-1, (w, i) -> {}))
        .isInstanceOf(IllegalArgumentException.class);
    workers.close();
    workers.close();
    assertThatThrownBy(() -> workers.forEach(2, (w, i) -> {}))
        .isInstanceOf(IllegalStateException.class)
        .hasMessage("forEach: the CPU backend's threads are closed");
  }
}
