package dev.lamina.cli;

import java.util.Arrays;
import java.util.function.LongSupplier;

/** Times work. */
final class Stopwatch {
  private static final double NANOS = 1e-9;

  private Stopwatch() {}

  /** Returns the seconds since a reading of {@link System#nanoTime}. */
  static double secondsSince(long start) {
    return (System.nanoTime() - start) * NANOS;
  }

  /**
   * Returns the median time of several runs in seconds.
   *
   * @param runs ≥ 1
   */
  static double medianSeconds(int runs, Runnable work) {
    return medianSeconds(runs, work, System::nanoTime);
  }

  /** Returns the same by another clock, which counts nanoseconds. */
  static double medianSeconds(int runs, Runnable work, LongSupplier clock) {
    double[] times = new double[runs];
    for (int i = 0; i < runs; i++) {
      long start = clock.getAsLong();
      work.run();
      times[i] = (clock.getAsLong() - start) * NANOS;
    }
    Arrays.sort(times);
    return (times[(runs - 1) / 2] + times[runs / 2]) / 2;
  }
}
