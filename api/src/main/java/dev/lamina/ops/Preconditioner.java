package dev.lamina.ops;

import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.Matrix;

/** How conjugate gradients approximate the inverse of their operator. */
public sealed interface Preconditioner {

  /** The identity: plain conjugate gradients. */
  record None() implements Preconditioner {}

  /**
   * A partial Cholesky factor of the kernel matrix with diagonal pivots plus noise (Gardner et al.
   * 2018, section 4): P = F Fᵀ + noise·I, inverted by the Woodbury identity.
   *
   * @param kernel the kernel whose matrix plus noise·I is the operator
   * @param x N×d inputs
   * @param noise multiple of the identity, &gt; 0
   * @param rank number of pivots, ≥ 1
   */
  record PivotedCholesky(Kernel kernel, Matrix x, double noise, int rank)
      implements Preconditioner {
    /** Checks the parameters. */
    public PivotedCholesky {
      if (!(noise > 0) || rank < 1) {
        throw new IllegalArgumentException(
            "a pivoted Cholesky preconditioner needs noise > 0 and rank ≥ 1 but has %s and %d"
                .formatted(noise, rank));
      }
    }
  }
}
