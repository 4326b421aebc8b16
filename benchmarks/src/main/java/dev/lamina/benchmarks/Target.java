package dev.lamina.benchmarks;

import java.util.OptionalDouble;

/**
 * What some work was meant to reach.
 *
 * @param backend {@code cpu} or {@code cuda}
 * @param work which work, in words
 * @param unit what the numbers count, such as {@code × the Gram matrix}
 * @param wanted the number to reach
 * @param atMost whether smaller is better
 * @param measured what was reached; empty if this run did not measure it
 */
public record Target(
    String backend,
    String work,
    String unit,
    double wanted,
    boolean atMost,
    OptionalDouble measured) {

  /** Checks that the numbers are finite and not negative. */
  public Target {
    Checks.magnitude(work + ": wanted", wanted);
    Checks.magnitude(work + ": measured", measured);
  }

  /** {@return whether it was measured and reached} */
  public boolean met() {
    return measured.isPresent()
        && (atMost ? measured.getAsDouble() <= wanted : measured.getAsDouble() >= wanted);
  }
}
