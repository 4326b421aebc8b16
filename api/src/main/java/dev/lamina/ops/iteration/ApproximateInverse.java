package dev.lamina.ops.iteration;

import dev.lamina.matrix.HostMatrix;

/** A preconditioner: an approximate inverse that is applied to vectors. */
@FunctionalInterface
public interface ApproximateInverse {

  /**
   * Computes {@code z = P⁻¹ r}.
   *
   * @param r N×t float64
   * @param z N×t float64, overwritten
   */
  void apply(HostMatrix r, HostMatrix z);
}
