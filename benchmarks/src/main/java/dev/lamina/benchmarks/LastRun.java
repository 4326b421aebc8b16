package dev.lamina.benchmarks;

import com.sun.management.ThreadMXBean;
import java.lang.management.ManagementFactory;
import java.util.Locale;
import java.util.Map;

/**
 * What one more run of some work shows that clocks do not.
 *
 * @param launches milliseconds of its device functions
 * @param peakBytes most memory of our own in use at once, see {@link Figure}
 * @param heapBytes Java heap that all threads allocated
 */
record LastRun(Map<String, Double> launches, long peakBytes, long heapBytes) {
  private static final double KILO = 1e3;

  /** Runs some work. */
  static LastRun of(Workbench workbench, Runnable work) {
    ThreadMXBean threads = (ThreadMXBean) ManagementFactory.getThreadMXBean();
    workbench.resetPeak();
    long before = threads.getTotalThreadAllocatedBytes();
    Map<String, Double> launches = workbench.profile(work);
    long allocated = threads.getTotalThreadAllocatedBytes() - before;
    return new LastRun(launches, workbench.peakBytes(), allocated);
  }

  /**
   * Returns what to note of the Java heap.
   *
   * @param times how many times the work was done in the run
   */
  String heap(int times) {
    return heap(heapBytes, times);
  }

  /**
   * Returns what to note of the Java heap beyond a run of the same work with fewer repetitions, so
   * that what is done once per run does not count.
   *
   * @param fewer the other run
   * @param times how many times more often the work was done in this run
   */
  String heapBeyond(LastRun fewer, int times) {
    return heap(Math.max(0, heapBytes - fewer.heapBytes), times);
  }

  private static String heap(long bytes, int times) {
    return String.format(Locale.ROOT, "%.1f kB of Java heap", bytes / KILO / times);
  }
}
