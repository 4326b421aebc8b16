package dev.lamina.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_FLOAT;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.ShapeException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemoryLayout;
import java.lang.invoke.MethodHandle;

/**
 * Products and factorisations of {@linkplain Block blocks} by OpenBLAS, in place and without
 * copies.
 *
 * <p>Every call runs on the calling thread alone, and any number of threads may call at once. The
 * bits of a result depend on the shapes and values of its blocks only, not on the thread, the
 * strides or the addresses. Triangular matrices are lower triangular; what stands above their
 * diagonal is neither read nor written. Scalars are rounded to the element type of the blocks.
 */
final class Blas {
  private static final int ROW_MAJOR = 101;
  private static final int COL_MAJOR = 102;
  private static final int NO_TRANS = 111;
  private static final int TRANS = 112;
  private static final int LOWER = 122;
  private static final int NON_UNIT = 131;
  private static final int LEFT = 141;
  private static final int RIGHT = 142;

  /** Rows of the strips of {@link #lowerProduct}. */
  private static final int STRIP = 64;

  /** The lower triangle of a row-major matrix is the upper one of the column-major matrix. */
  private static final byte LOWER_BY_ROWS = 'U';

  private static final MethodHandle SGEMM = OpenBlas.function("cblas_sgemm", gemmType(JAVA_FLOAT));
  private static final MethodHandle DGEMM = OpenBlas.function("cblas_dgemm", gemmType(JAVA_DOUBLE));
  private static final MethodHandle SSYRK = OpenBlas.function("cblas_ssyrk", syrkType(JAVA_FLOAT));
  private static final MethodHandle DSYRK = OpenBlas.function("cblas_dsyrk", syrkType(JAVA_DOUBLE));
  private static final MethodHandle STRSM = OpenBlas.function("cblas_strsm", trsmType(JAVA_FLOAT));
  private static final MethodHandle DTRSM = OpenBlas.function("cblas_dtrsm", trsmType(JAVA_DOUBLE));
  private static final MethodHandle STRMM = OpenBlas.function("cblas_strmm", trsmType(JAVA_FLOAT));
  private static final MethodHandle DTRMM = OpenBlas.function("cblas_dtrmm", trsmType(JAVA_DOUBLE));

  private static final MethodHandle SSYMM = OpenBlas.function("cblas_ssymm", symmType(JAVA_FLOAT));
  private static final MethodHandle DSYMM = OpenBlas.function("cblas_dsymm", symmType(JAVA_DOUBLE));

  private static final FunctionDescriptor IN_PLACE =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_BYTE, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle SPOTRF = OpenBlas.function("LAPACKE_spotrf_work", IN_PLACE);
  private static final MethodHandle DPOTRF = OpenBlas.function("LAPACKE_dpotrf_work", IN_PLACE);
  private static final MethodHandle SLAUUM = OpenBlas.function("LAPACKE_slauum_work", IN_PLACE);
  private static final MethodHandle DLAUUM = OpenBlas.function("LAPACKE_dlauum_work", IN_PLACE);

  private static final FunctionDescriptor TRIANGULAR =
      FunctionDescriptor.of(JAVA_INT, JAVA_INT, JAVA_BYTE, JAVA_BYTE, JAVA_INT, ADDRESS, JAVA_INT);
  private static final MethodHandle STRTRI = OpenBlas.function("LAPACKE_strtri_work", TRIANGULAR);
  private static final MethodHandle DTRTRI = OpenBlas.function("LAPACKE_dtrtri_work", TRIANGULAR);

  private Blas() {}

  /**
   * Computes {@code C = alpha·op(A) op(B) + beta·C}.
   *
   * @param alpha factor of the product
   * @param a m×k, or k×m if {@code transposeA}
   * @param transposeA whether op(A) = Aᵀ
   * @param b k×n, or n×k if {@code transposeB}
   * @param transposeB whether op(B) = Bᵀ
   * @param beta factor of the old value; 0 ignores the old value even if it is NaN
   * @param c m×n; must not overlap a or b
   */
  static void gemm(
      double alpha,
      Block a,
      boolean transposeA,
      Block b,
      boolean transposeB,
      double beta,
      Block c) {
    int k = transposeA ? a.rows() : a.cols();
    int kb = transposeB ? b.cols() : b.rows();
    int m = transposeA ? a.cols() : a.rows();
    int n = transposeB ? b.rows() : b.cols();
    require(
        a.dtype() == c.dtype()
            && b.dtype() == c.dtype()
            && k == kb
            && m == c.rows()
            && n == c.cols(),
        "gemm",
        a,
        b,
        c);
    if (m == 0 || n == 0) {
      return;
    }
    int ta = transposeA ? TRANS : NO_TRANS;
    int tb = transposeB ? TRANS : NO_TRANS;
    try {
      if (c.dtype() == DType.FLOAT32) {
        SGEMM.invokeExact(
            ROW_MAJOR,
            ta,
            tb,
            m,
            n,
            k,
            (float) alpha,
            a.segment(),
            a.stride(),
            b.segment(),
            b.stride(),
            (float) beta,
            c.segment(),
            c.stride());
      } else {
        DGEMM.invokeExact(
            ROW_MAJOR,
            ta,
            tb,
            m,
            n,
            k,
            alpha,
            a.segment(),
            a.stride(),
            b.segment(),
            b.stride(),
            beta,
            c.segment(),
            c.stride());
      }
    } catch (Throwable e) {
      throw failed("gemm", e);
    }
  }

  /**
   * Computes {@code C = alpha·A Aᵀ + beta·C} on and below the diagonal, like {@link #gemm} in
   * strips of rows; some of what stands above the diagonal is overwritten too. For tiles this is as
   * fast as {@link #syrk}, whose entries have other bits than those of other products.
   *
   * @param alpha factor of the product
   * @param a n×k
   * @param beta factor of the old value; 0 ignores the old value even if it is NaN
   * @param c n×n; must not overlap a
   */
  static void lowerProduct(double alpha, Block a, double beta, Block c) {
    for (int from = 0; from < a.rows(); from += STRIP) {
      int to = Math.min(a.rows(), from + STRIP);
      gemm(
          alpha,
          a.part(from, to - from, 0, a.cols()),
          false,
          a.part(0, to, 0, a.cols()),
          true,
          beta,
          c.part(from, to - from, 0, to));
    }
  }

  /**
   * Computes the lower triangle of {@code C = alpha·A Aᵀ + beta·C}, or of {@code alpha·Aᵀ A +
   * beta·C}.
   *
   * @param alpha factor of the product
   * @param a n×k, or k×n if {@code transpose}
   * @param transpose whether the product is Aᵀ A
   * @param beta factor of the old value; 0 ignores the old value even if it is NaN
   * @param c n×n, the upper triangle is kept
   */
  static void syrk(double alpha, Block a, boolean transpose, double beta, Block c) {
    int n = transpose ? a.cols() : a.rows();
    int k = transpose ? a.rows() : a.cols();
    require(a.dtype() == c.dtype() && n == c.rows() && n == c.cols(), "syrk", a, c);
    if (n == 0) {
      return;
    }
    int t = transpose ? TRANS : NO_TRANS;
    try {
      if (c.dtype() == DType.FLOAT32) {
        SSYRK.invokeExact(
            ROW_MAJOR,
            LOWER,
            t,
            n,
            k,
            (float) alpha,
            a.segment(),
            a.stride(),
            (float) beta,
            c.segment(),
            c.stride());
      } else {
        DSYRK.invokeExact(
            ROW_MAJOR,
            LOWER,
            t,
            n,
            k,
            alpha,
            a.segment(),
            a.stride(),
            beta,
            c.segment(),
            c.stride());
      }
    } catch (Throwable e) {
      throw failed("syrk", e);
    }
  }

  /**
   * Computes {@code C = alpha·A B + beta·C} for a symmetric matrix A of which only the lower
   * triangle is read.
   *
   * @param alpha factor of the product
   * @param a n×n
   * @param b n×t
   * @param beta factor of the old value; 0 ignores the old value even if it is NaN
   * @param c n×t; must not overlap a or b
   */
  static void symmetric(double alpha, Block a, Block b, double beta, Block c) {
    require(
        a.dtype() == c.dtype()
            && b.dtype() == c.dtype()
            && square(a)
            && a.rows() == b.rows()
            && b.rows() == c.rows()
            && b.cols() == c.cols(),
        "symmetric",
        a,
        b,
        c);
    if (c.rows() == 0 || c.cols() == 0) {
      return;
    }
    try {
      if (c.dtype() == DType.FLOAT32) {
        SSYMM.invokeExact(
            ROW_MAJOR,
            LEFT,
            LOWER,
            c.rows(),
            c.cols(),
            (float) alpha,
            a.segment(),
            a.stride(),
            b.segment(),
            b.stride(),
            (float) beta,
            c.segment(),
            c.stride());
      } else {
        DSYMM.invokeExact(
            ROW_MAJOR,
            LEFT,
            LOWER,
            c.rows(),
            c.cols(),
            alpha,
            a.segment(),
            a.stride(),
            b.segment(),
            b.stride(),
            beta,
            c.segment(),
            c.stride());
      }
    } catch (Throwable e) {
      throw failed("symmetric", e);
    }
  }

  /**
   * Solves {@code L X = alpha·B} or {@code Lᵀ X = alpha·B} in place.
   *
   * @param l n×n, lower triangular with a non-zero diagonal
   * @param transpose whether the matrix is Lᵀ
   * @param alpha factor of the right-hand sides
   * @param b n×t, overwritten by X
   */
  static void solveLeft(Block l, boolean transpose, double alpha, Block b) {
    require(l.dtype() == b.dtype() && square(l) && l.rows() == b.rows(), "solveLeft", l, b);
    triangular(STRSM, DTRSM, LEFT, l, transpose, alpha, b);
  }

  /**
   * Solves {@code X L = alpha·B} or {@code X Lᵀ = alpha·B} in place.
   *
   * @param l n×n, lower triangular with a non-zero diagonal
   * @param transpose whether the matrix is Lᵀ
   * @param alpha factor of the right-hand sides
   * @param b m×n, overwritten by X
   */
  static void solveRight(Block l, boolean transpose, double alpha, Block b) {
    require(l.dtype() == b.dtype() && square(l) && l.rows() == b.cols(), "solveRight", l, b);
    triangular(STRSM, DTRSM, RIGHT, l, transpose, alpha, b);
  }

  /**
   * Computes {@code B = alpha·L B} or {@code B = alpha·Lᵀ B} in place.
   *
   * @param l n×n, lower triangular
   * @param transpose whether the matrix is Lᵀ
   * @param alpha factor of the product
   * @param b n×t
   */
  static void multiplyLeft(Block l, boolean transpose, double alpha, Block b) {
    require(l.dtype() == b.dtype() && square(l) && l.rows() == b.rows(), "multiplyLeft", l, b);
    triangular(STRMM, DTRMM, LEFT, l, transpose, alpha, b);
  }

  private static void triangular(
      MethodHandle f32,
      MethodHandle f64,
      int side,
      Block l,
      boolean transpose,
      double alpha,
      Block b) {
    int t = transpose ? TRANS : NO_TRANS;
    if (b.rows() == 0 || b.cols() == 0) {
      return;
    }
    try {
      if (b.dtype() == DType.FLOAT32) {
        f32.invokeExact(
            ROW_MAJOR,
            side,
            LOWER,
            t,
            NON_UNIT,
            b.rows(),
            b.cols(),
            (float) alpha,
            l.segment(),
            l.stride(),
            b.segment(),
            b.stride());
      } else {
        f64.invokeExact(
            ROW_MAJOR,
            side,
            LOWER,
            t,
            NON_UNIT,
            b.rows(),
            b.cols(),
            alpha,
            l.segment(),
            l.stride(),
            b.segment(),
            b.stride());
      }
    } catch (Throwable e) {
      throw failed("triangular product or solve", e);
    }
  }

  /**
   * Replaces the lower triangle of a symmetric matrix by its Cholesky factor: A = L Lᵀ.
   *
   * <p>A NaN in the matrix is not noticed but spreads to the factor's diagonal.
   *
   * @param a n×n
   * @return −1 if it worked, else the zero-based pivot that is not positive; its value then stands
   *     on the diagonal there
   */
  static int cholesky(Block a) {
    require(square(a), "cholesky", a);
    return inPlace("cholesky", SPOTRF, DPOTRF, a) - 1;
  }

  /**
   * Replaces a lower triangular matrix by the lower triangle of Lᵀ L.
   *
   * @param l n×n
   */
  static void multiplyTransposed(Block l) {
    require(square(l), "multiplyTransposed", l);
    inPlace("multiplyTransposed", SLAUUM, DLAUUM, l);
  }

  private static int inPlace(String operation, MethodHandle f32, MethodHandle f64, Block a) {
    MethodHandle function = a.dtype() == DType.FLOAT32 ? f32 : f64;
    try {
      int info =
          (int) function.invokeExact(COL_MAJOR, LOWER_BY_ROWS, a.rows(), a.segment(), a.stride());
      return requireLegal(operation, info);
    } catch (Throwable e) {
      throw failed(operation, e);
    }
  }

  /**
   * Replaces a lower triangular matrix by its inverse.
   *
   * @param l n×n
   * @return −1 if it worked, else the zero-based row whose diagonal entry is zero
   */
  static int invertLower(Block l) {
    require(square(l), "invertLower", l);
    MethodHandle function = l.dtype() == DType.FLOAT32 ? STRTRI : DTRTRI;
    try {
      int info =
          (int)
              function.invokeExact(
                  COL_MAJOR, LOWER_BY_ROWS, (byte) 'N', l.rows(), l.segment(), l.stride());
      return requireLegal("invertLower", info) - 1;
    } catch (Throwable e) {
      throw failed("invertLower", e);
    }
  }

  private static int requireLegal(String operation, int info) {
    if (info < 0) {
      throw new IllegalStateException(
          "%s: LAPACK refuses its argument number %d".formatted(operation, -info));
    }
    return info;
  }

  private static boolean square(Block a) {
    return a.rows() == a.cols();
  }

  private static void require(boolean fits, String operation, Block... blocks) {
    if (!fits) {
      StringBuilder shapes = new StringBuilder();
      for (Block b : blocks) {
        shapes.append(shapes.isEmpty() ? "" : ", ");
        shapes.append(b.rows()).append('×').append(b.cols()).append(' ').append(b.dtype());
      }
      throw new ShapeException(operation + ": the blocks do not fit together: " + shapes);
    }
  }

  /** The handles declare Throwable, but C functions throw nothing: only a bug ends here. */
  static RuntimeException failed(String operation, Throwable e) {
    return e instanceof RuntimeException r
        ? r
        : new IllegalStateException(operation + " failed", e);
  }

  private static FunctionDescriptor gemmType(MemoryLayout scalar) {
    return FunctionDescriptor.ofVoid(
        JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, scalar, ADDRESS, JAVA_INT,
        ADDRESS, JAVA_INT, scalar, ADDRESS, JAVA_INT);
  }

  private static FunctionDescriptor syrkType(MemoryLayout scalar) {
    return FunctionDescriptor.ofVoid(
        JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, scalar, ADDRESS, JAVA_INT, scalar,
        ADDRESS, JAVA_INT);
  }

  private static FunctionDescriptor symmType(MemoryLayout scalar) {
    return FunctionDescriptor.ofVoid(
        JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, scalar, ADDRESS, JAVA_INT, ADDRESS,
        JAVA_INT, scalar, ADDRESS, JAVA_INT);
  }

  private static FunctionDescriptor trsmType(MemoryLayout scalar) {
    return FunctionDescriptor.ofVoid(
        JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, JAVA_INT, scalar, ADDRESS,
        JAVA_INT, ADDRESS, JAVA_INT);
  }
}
