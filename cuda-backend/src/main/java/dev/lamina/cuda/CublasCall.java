package dev.lamina.cuda;

/**
 * A product of row-major matrices in the words of cuBLAS, whose matrices are column-major: memory
 * that holds A row by row holds Aᵀ column by column, so it is asked for outᵀ = op(B)ᵀ op(A)ᵀ.
 *
 * @param transFirst 1 if the first matrix is to be transposed, else 0
 * @param transSecond likewise for the second
 * @param m rows of outᵀ
 * @param n columns of outᵀ
 * @param k length of the sums
 * @param first address of B
 * @param ldFirst elements from one column of Bᵀ to the next
 * @param second address of A
 * @param ldSecond elements from one column of Aᵀ to the next
 * @param out address of the result
 * @param ldOut elements from one column of outᵀ to the next
 */
record CublasCall(
    int transFirst,
    int transSecond,
    int m,
    int n,
    int k,
    long first,
    int ldFirst,
    long second,
    int ldSecond,
    long out,
    int ldOut) {

  /** The default mode: float32 products in float32; TensorFloat-32 is a mode of its own. */
  static final int DEFAULT_MATH = 0;

  /** Float32 products of factors rounded to TensorFloat-32. */
  static final int TF32_MATH = 3;

  /** Factors are read from host memory. */
  static final int HOST_FACTORS = 0;

  private static final int NOT_SUPPORTED = 15;

  /** Translates {@link DeviceBlas#gemm}. */
  static CublasCall of(
      DeviceBlock a, boolean transposeA, DeviceBlock b, boolean transposeB, DeviceBlock out) {
    return new CublasCall(
        transposeB ? 1 : 0,
        transposeA ? 1 : 0,
        Math.toIntExact(out.cols()),
        Math.toIntExact(out.rows()),
        Math.toIntExact(transposeA ? a.rows() : a.cols()),
        b.address(),
        leading(b),
        a.address(),
        leading(a),
        out.address(),
        leading(out));
  }

  private static int leading(DeviceBlock block) {
    return Math.max(1, Math.toIntExact(block.stride()));
  }

  /**
   * Throws unless a cuBLAS status is 0.
   *
   * @param status what cuBLAS returned
   * @param operation what was being done
   */
  static void require(int status, String operation) {
    if (status != 0) {
      throw new dev.lamina.backend.DeviceException(
          operation, status, statusName(status), remedy(status));
    }
  }

  private static String statusName(int status) {
    return switch (status) {
      case 1 -> "CUBLAS_STATUS_NOT_INITIALIZED";
      case 3 -> "CUBLAS_STATUS_ALLOC_FAILED";
      case 7 -> "CUBLAS_STATUS_INVALID_VALUE";
      case 8 -> "CUBLAS_STATUS_ARCH_MISMATCH";
      case 13 -> "CUBLAS_STATUS_EXECUTION_FAILED";
      case 14 -> "CUBLAS_STATUS_INTERNAL_ERROR";
      case NOT_SUPPORTED -> "CUBLAS_STATUS_NOT_SUPPORTED";
      default -> "CUBLAS_STATUS";
    };
  }

  private static String remedy(int status) {
    return switch (status) {
      case 1, 3 -> "free device memory: cuBLAS needs some of its own beside lamina.memory-budget";
      case 8 -> "use a cuBLAS that supports this GPU, or set lamina.cuda.library-path to one";
      default -> "this is a defect of Lamina; please report it with what was being computed";
    };
  }
}
