package dev.lamina.ops;

import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;

/**
 * The operator K + noise·I of a kernel and its inputs. K is evaluated anew for each product and
 * never stored.
 *
 * @param gram evaluates the kernel
 * @param kernel k
 * @param x N×d inputs
 * @param noise multiple of the identity, ≥ 0
 */
public record KernelOperator(GramOps gram, Kernel kernel, Matrix x, double noise)
    implements LinearOperator {

  /** Checks the noise. */
  public KernelOperator {
    if (!(noise >= 0 && noise < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "a kernel operator needs finite noise ≥ 0 but has " + noise);
    }
  }

  @Override
  public long size() {
    return x.rows();
  }

  /**
   * Computes {@code out = (K + noise·I) v}.
   *
   * @param v N×t of the element type of the inputs
   * @param out N×t, overwritten; not {@code v}
   */
  @Override
  public void apply(Matrix v, Matrix out) {
    gram.multiply(kernel, x, x, v, out);
    if (noise != 0) {
      try (HostMatrix identity = identity(v)) {
        gram.gemm(v, false, identity, false, noise, 1, out);
      }
    }
  }

  /** Returns the t×t identity: entries are added to by products, which every backend has. */
  private static HostMatrix identity(Matrix v) {
    HostMatrix one = HostMatrix.allocate(v.dtype(), v.cols(), v.cols());
    for (long i = 0; i < v.cols(); i++) {
      one.set(i, i, 1);
    }
    return one;
  }
}
