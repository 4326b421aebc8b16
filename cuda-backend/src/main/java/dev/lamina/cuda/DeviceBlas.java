package dev.lamina.cuda;

/** Products of matrices in device memory, put into the compute stream. */
interface DeviceBlas extends AutoCloseable {

  /** Returns what it is in one line, such as {@code cuBLAS 12.6 (JCublas)}. */
  String description();

  /**
   * Computes {@code out = alpha·op(A) op(B) + beta·out} in the arithmetic of the element type.
   *
   * @param a m×k, or k×m if {@code transposeA}
   * @param b k×n, or n×k if {@code transposeB}
   * @param beta factor of the old value; 0 ignores the old value even if it is NaN
   * @param out m×n
   */
  void gemm(
      DeviceBlock a,
      boolean transposeA,
      DeviceBlock b,
      boolean transposeB,
      double alpha,
      double beta,
      DeviceBlock out);

  /**
   * Lets float32 products round their factors to TensorFloat-32 from now on, or forbids it again,
   * as it is at first. For benchmarks: no operation asks for it.
   *
   * @return whether the library can do that; one without such a mode cannot
   */
  default boolean setTensorFloat32(boolean allowed) {
    return false;
  }

  /** Closes the library's handle. */
  @Override
  void close();
}
