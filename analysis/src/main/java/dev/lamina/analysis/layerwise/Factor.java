package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.NotPositiveDefiniteException;

/** Cholesky factors that are refused if they are nothing but rounding. */
final class Factor {
  /** Pivots are at least the noise: below so many roundings of the largest one it is lost. */
  private static final double ROUNDINGS = 4;

  private Factor() {}

  /**
   * Replaces K by the Cholesky factor of K + σ²I.
   *
   * @throws SingularGramException if there is none, or a pivot is lost in rounding
   */
  static void replace(Backend backend, Workspace workspace, DeviceMatrix k, double noise) {
    backend.gram().addToDiagonal(noise, k);
    try {
      backend.solve().cholesky(k, Jitter.NONE);
    } catch (NotPositiveDefiniteException e) {
      throw SingularGramException.of(noise, k.rows(), e);
    }
    requirePivots(backend, workspace, k, noise);
  }

  private static void requirePivots(
      Backend backend, Workspace workspace, DeviceMatrix factor, double noise) {
    DeviceMatrix column = workspace.matrix("column", factor.dtype(), factor.rows(), 1);
    backend.gram().diagonalOf(factor, column);
    try (HostMatrix roots = HostMatrix.allocate(factor.dtype(), factor.rows(), 1)) {
      backend.download(column, roots);
      long smallest = 0;
      double largest = 0;
      for (long i = 0; i < roots.rows(); i++) {
        smallest = roots.get(i, 0) < roots.get(smallest, 0) ? i : smallest;
        largest = Math.max(largest, roots.get(i, 0));
      }
      double pivot = roots.get(smallest, 0) * roots.get(smallest, 0);
      // Without noise a dependent row leaves what N subtractions rounded away.
      double roundings = noise == 0 ? Math.max(ROUNDINGS, (double) roots.rows()) : ROUNDINGS;
      if (pivot < roundings * factor.dtype().unitRoundoff() * largest * largest) {
        throw SingularGramException.of(noise, factor.rows(), smallest, pivot);
      }
    }
  }
}
