package dev.lamina.analysis.sparsity;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.NotPositiveDefiniteException;

/**
 * T = Z (BᵀB + εI)⁻¹, from the N×N or the m×m matrix, whichever is smaller:
 *
 * <pre>  T = Z Q,  Q = (BᵀB + εI)⁻¹      or      T = (Z − W B)/ε,  W = Z Bᵀ(BBᵀ + εI)⁻¹</pre>
 *
 * <p>Either way T loses as many digits as the largest eigenvalue of BᵀB exceeds ε. Costs p³ + 2p²N
 * + 4Npk operations for p = min(N, m) and k rows of Z, memory 8p² bytes. Owns its matrices.
 */
final class TikhonovTerm implements AutoCloseable {
  private final Backend backend;
  private final double epsilon;
  private final boolean samples;
  private final Scratch scratch;
  private final DeviceMatrix identity;
  private final DeviceMatrix inverse;
  private DeviceMatrix b;

  /**
   * Allocates.
   *
   * @param m rows of B
   * @param n N
   */
  TikhonovTerm(Backend backend, long m, long n, double epsilon) {
    this.backend = backend;
    this.epsilon = epsilon;
    this.samples = n <= m;
    this.scratch = new Scratch(backend);
    int p = Math.toIntExact(Math.min(m, n));
    this.identity = scratch.identity(p);
    this.inverse = scratch.matrix(p, p);
  }

  /**
   * Takes B, which must stay as it is while {@link #times} is called.
   *
   * @throws NotPositiveDefiniteException if ε is lost in the rounding of BᵀB
   */
  void factor(DeviceMatrix ofB) {
    this.b = ofB;
    if (samples) {
      backend.gram().gemm(b, true, b, false, 1, 0, inverse);
    } else {
      backend.gram().rowProducts(b, 1, 0, inverse);
    }
    backend.layers().add(epsilon, identity, 1, inverse);
    backend.solve().cholesky(inverse, Jitter.NONE);
    backend.solve().inverse(inverse);
  }

  /**
   * Computes T.
   *
   * @param z k×N
   * @param t k×N, overwritten
   */
  void times(DeviceMatrix z, DeviceMatrix t) {
    if (samples) {
      backend.gram().gemm(z, false, inverse, false, 1, 0, t);
      return;
    }
    try (Scratch local = new Scratch(backend)) {
      DeviceMatrix zb = local.product(z, false, b, true);
      DeviceMatrix w = local.product(zb, false, inverse, false);
      backend.layers().add(1 / epsilon, z, 0, t);
      backend.gram().gemm(w, false, b, false, -1 / epsilon, 1, t);
    }
  }

  @Override
  public void close() {
    scratch.close();
  }
}
