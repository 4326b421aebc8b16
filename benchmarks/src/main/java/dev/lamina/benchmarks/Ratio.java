package dev.lamina.benchmarks;

/**
 * How many times as long some work takes as another that ran in turn with it. Each round gives one
 * ratio, so that what slows both down does not count.
 *
 * @param to the other work
 * @param median median over the rounds, &gt; 0
 * @param min smallest of a round
 * @param max largest of a round
 */
public record Ratio(String to, double median, double min, double max) {

  /** Checks that the numbers are finite, not negative and in order. */
  public Ratio {
    Checks.inOrder("ratio to " + to, min, median, max);
  }
}
