package dev.lamina.cuda;

import dev.lamina.kernels.DeviceFunction;

/** Products by our own device function, for machines without cuBLAS. */
final class OwnBlas implements DeviceBlas {
  private final DeviceContext context;

  OwnBlas(DeviceContext context) {
    this.context = context;
  }

  @Override
  public String description() {
    return "own GEMM";
  }

  @Override
  public void gemm(
      DeviceBlock a,
      boolean transposeA,
      DeviceBlock b,
      boolean transposeB,
      double alpha,
      double beta,
      DeviceBlock out) {
    if (!out.isEmpty()) {
      launch(a, transposeA, b, transposeB, alpha, beta, out, 0).runTiles(out.rows(), out.cols());
    }
  }

  /**
   * Computes the entries of {@code out = alpha·op(A) op(B) + beta·out} on and below the diagonal;
   * the others are neither read nor written.
   *
   * @param mirrored whether what is below the diagonal is written above it too
   */
  static void gemmLower(
      DeviceContext context,
      DeviceBlock a,
      boolean transposeA,
      DeviceBlock b,
      boolean transposeB,
      double alpha,
      double beta,
      DeviceBlock out,
      boolean mirrored) {
    if (!out.isEmpty()) {
      new OwnBlas(context)
          .launch(a, transposeA, b, transposeB, alpha, beta, out, mirrored ? 2 : 1)
          .runLowerTiles(out.rows());
    }
  }

  private Launch launch(
      DeviceBlock a,
      boolean transposeA,
      DeviceBlock b,
      boolean transposeB,
      double alpha,
      double beta,
      DeviceBlock out,
      long lower) {
    long k = transposeA ? a.rows() : a.cols();
    return Launch.of(context, out.dtype(), DeviceFunction.GEMM_F32, DeviceFunction.GEMM_F64)
        .with(out.rows(), out.cols(), k)
        .real(alpha)
        .with(a.address(), transposeA ? 1 : a.stride(), transposeA ? a.stride() : 1)
        .with(b.address(), transposeB ? 1 : b.stride(), transposeB ? b.stride() : 1)
        .real(beta)
        .with(out.address(), out.stride(), lower);
  }

  @Override
  public void close() {}
}
