package dev.lamina.benchmarks.device;

import java.util.OptionalDouble;

/**
 * Largest errors against float64; NaN if an entry is NaN.
 *
 * @param random over randomly sampled entries
 * @param parallel over the most parallel pairs
 */
record Errors(double random, OptionalDouble parallel) {

  static Errors ofRandom(double random) {
    return new Errors(random, OptionalDouble.empty());
  }

  /** Returns the larger ones of two. */
  Errors and(Errors other) {
    return new Errors(
        Math.max(random, other.random), // hands a NaN on
        parallel.isPresent() && other.parallel.isPresent()
            ? OptionalDouble.of(Math.max(parallel.getAsDouble(), other.parallel.getAsDouble()))
            : parallel.isPresent() ? parallel : other.parallel);
  }
}
