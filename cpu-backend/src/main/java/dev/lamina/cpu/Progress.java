package dev.lamina.cpu;

import java.util.concurrent.atomic.AtomicIntegerArray;
import java.util.concurrent.locks.LockSupport;

/**
 * How many steps each row of a grid of tiles has done, for loops whose bodies wait for each other.
 *
 * <p>The indices of a {@link Workers} loop are handed out in order, so a body may wait for steps of
 * smaller indices: those run already or are done. A body that fails or gives up must {@link
 * #stop()} so that nobody waits for it in vain.
 */
final class Progress {
  /** About 20 µs: waits for the end of one small tile are shorter than waking a thread takes. */
  private static final int SPINS = 500;

  private static final long NAP_NANOS = 20_000;

  private final AtomicIntegerArray steps;
  private volatile boolean stopped;

  Progress(int rows) {
    this.steps = new AtomicIntegerArray(rows);
  }

  /** Counts one more step of a row; what was written before is visible to those who await it. */
  void advance(int row) {
    steps.incrementAndGet(row);
  }

  /** Lets all waits end. */
  void stop() {
    stopped = true;
  }

  /**
   * Waits until a row has done at least {@code count} steps.
   *
   * @return whether it has; false if the loop was stopped
   */
  boolean await(int row, int count) {
    int spins = 0;
    while (steps.get(row) < count) {
      if (stopped) {
        return false;
      }
      if (++spins < SPINS) {
        Thread.onSpinWait();
      } else {
        LockSupport.parkNanos(NAP_NANOS);
      }
    }
    return true;
  }

  /** Runs a body, stopping the loop if it throws. */
  void guard(Runnable body) {
    boolean ended = false;
    try {
      body.run();
      ended = true;
    } finally {
      if (!ended) {
        stop();
      }
    }
  }
}
