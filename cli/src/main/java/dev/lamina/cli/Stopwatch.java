package dev.lamina.cli;

import java.util.Arrays;

/** Times work. */
final class Stopwatch {
  private static final double NANOS = 1e-9;

  private Stopwatch() {}

  /** Returns how long work takes in seconds. */
  static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return secondsSince(start);
  }

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
    double[] times = new double[runs];
    for (int i = 0; i < runs; i++) {
      times[i] = seconds(work);
    }
    Arrays.sort(times);
    return (times[(runs - 1) / 2] + times[runs / 2]) / 2;
  }
}
