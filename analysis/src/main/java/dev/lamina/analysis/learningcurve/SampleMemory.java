package dev.lamina.analysis.learningcurve;

import dev.lamina.config.ByteSizes;
import java.util.List;
import java.util.Locale;

/** Says before the work begins whether kernel matrices of some sizes fit the memory budget. */
final class SampleMemory {
  private SampleMemory() {}

  /**
   * Requires that some matrices of N×N doubles fit.
   *
   * @param samples numbers N
   * @param squares how many N×N matrices are alive at once
   * @param budget bytes
   * @throws IllegalArgumentException naming the largest N that fits
   */
  static void require(List<Integer> samples, int squares, long budget) {
    for (int n : samples) {
      double bytes = (double) n * n * squares * Double.BYTES;
      if (bytes > budget) {
        throw new IllegalArgumentException(
            String.format(
                Locale.ROOT,
                "simulation: %d kernel matri%s of %d samples need%s %.3g GiB, more than lamina.memory-budget = %s: at most %d samples fit; without draws the theories take any number",
                squares,
                squares == 1 ? "x" : "ces",
                n,
                squares == 1 ? "s" : "",
                bytes / (1L << 30),
                ByteSizes.exact(budget),
                (long) Math.sqrt((double) budget / squares / Double.BYTES)));
      }
    }
  }
}
