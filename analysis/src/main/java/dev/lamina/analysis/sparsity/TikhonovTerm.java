package dev.lamina.analysis.sparsity;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.NotPositiveDefiniteException;

/**
 * T = Z (BᵀB + εI)⁻¹, from the N×N or the m×m matrix, whichever is smaller:
 *
 * <pre>  Tᵀ = (BᵀB + εI)⁻¹Zᵀ      or      T = (Z − W B)/ε,  Wᵀ = (BBᵀ + εI)⁻¹B Zᵀ</pre>
 *
 * <p>and its trace Tr[Z Tᵀ]. The systems are solved with the factor, not multiplied by an inverse,
 * and from the smaller matrix the trace is taken as ‖W‖² + ε‖T‖², of which W is the minimiser: so
 * neither is off by more than rounding of BᵀB, however small ε is, and line searches see a smooth
 * function. With the inverse the trace would be off by the condition number times rounding. Costs
 * p³/3 operations for a factor and 2p²k + 4pNk for T, p = min(N, m), k rows of Z; memory 8(2p² +
 * pk) bytes. Owns its matrices.
 */
final class TikhonovTerm implements AutoCloseable {
  private final Backend backend;
  private final double epsilon;
  private final boolean samples;
  private final Scratch scratch;
  private final DeviceMatrix identity;
  private final DeviceMatrix turning;
  private final DeviceMatrix factor;
  private final DeviceMatrix solved;
  private DeviceMatrix b;

  /**
   * Allocates.
   *
   * @param m rows of B
   * @param n N
   * @param k rows of Z
   */
  TikhonovTerm(Backend backend, long m, long n, long k, double epsilon) {
    this.backend = backend;
    this.epsilon = epsilon;
    this.samples = n <= m;
    this.scratch = new Scratch(backend);
    int p = Math.toIntExact(Math.min(m, n));
    try {
      this.identity = scratch.identity(p);
      this.turning = samples ? scratch.identity(Math.toIntExact(k)) : null;
      this.factor = scratch.matrix(p, p);
      this.solved = scratch.matrix(p, k);
    } catch (RuntimeException e) {
      close();
      throw e;
    }
  }

  /**
   * Takes B, which must stay as it is while {@link #times} is called.
   *
   * @throws NotPositiveDefiniteException if ε is lost in the rounding of BᵀB
   */
  void factor(DeviceMatrix ofB) {
    this.b = ofB;
    if (samples) {
      backend.gram().gemm(b, true, b, false, 1, 0, factor);
    } else {
      backend.gram().rowProducts(b, 1, 0, factor);
    }
    backend.layers().add(epsilon, identity, 1, factor);
    backend.solve().cholesky(factor, Jitter.NONE);
  }

  /**
   * Computes T.
   *
   * @param z k×N
   * @param t k×N, overwritten
   * @return Tr[Z Tᵀ]
   */
  double times(DeviceMatrix z, DeviceMatrix t) {
    if (samples) {
      backend.gram().gemm(z, true, turning, false, 1, 0, solved);
      backend.solve().solve(factor, solved);
      backend.gram().gemm(turning, false, solved, true, 1, 0, t);
      return backend.gram().dot(z, t);
    }
    backend.gram().gemm(b, false, z, true, 1, 0, solved);
    backend.solve().solve(factor, solved);
    backend.layers().add(1 / epsilon, z, 0, t);
    backend.gram().gemm(solved, true, b, false, -1 / epsilon, 1, t);
    return scratch.squaredNorm(solved) + epsilon * scratch.squaredNorm(t);
  }

  @Override
  public void close() {
    scratch.close();
  }
}
