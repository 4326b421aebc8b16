package dev.lamina.benchmarks;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/**
 * Largest errors against float64; NaN if an entry is NaN.
 *
 * @param random over randomly sampled entries
 * @param parallel over the most parallel pairs
 */
record Errors(double random, OptionalDouble parallel) {
  private static final int SAMPLED = 16;

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

  /** Returns the largest error of sampled entries of X Xᵀ, relative to ‖x_i‖‖x_j‖. */
  static Errors ofProduct(Backend backend, HostMatrix x, DeviceMatrix out) {
    RandomGenerator random = Inputs.random(3);
    double worst = 0;
    try (HostMatrix got = HostMatrix.allocate(out.dtype(), 1, out.cols())) {
      for (int s = 0; s < SAMPLED; s++) {
        long i = random.nextLong(x.rows());
        backend.download(out.rows(i, i + 1), got);
        for (int t = 0; t < SAMPLED; t++) {
          long j = random.nextLong(x.rows());
          double scale = Math.sqrt(dot(x, i, i)) * Math.sqrt(dot(x, j, j));
          worst = Math.max(worst, Math.abs(got.get(0, j) - dot(x, i, j)) / scale);
        }
      }
    }
    return ofRandom(worst);
  }

  private static double dot(HostMatrix x, long i, long j) {
    double sum = 0;
    for (long c = 0; c < x.cols(); c++) {
      sum += x.get(i, c) * x.get(j, c);
    }
    return sum;
  }
}
