package dev.lamina.ops;

import dev.lamina.matrix.Matrix;

/** A symmetric linear map that is known only through its products with vectors. */
public interface LinearOperator {

  /** {@return the number of rows and columns N} */
  long size();

  /**
   * Computes {@code out = A v}.
   *
   * @param v N×t
   * @param out N×t, overwritten; not {@code v}
   */
  void apply(Matrix v, Matrix out);
}
