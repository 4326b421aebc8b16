package dev.lamina.cpu;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.MemorySegment;
import java.lang.invoke.MethodHandle;

/** The eigenvalue methods of the LAPACK that OpenBLAS contains, in place and on one thread. */
final class Lapack {
  private static final int COL_MAJOR = 102;

  /** The lower triangle of a row-major matrix is the upper one of the column-major matrix. */
  private static final byte LOWER_BY_ROWS = 'U';

  private static final FunctionDescriptor SYEVD =
      FunctionDescriptor.of(
          JAVA_INT, JAVA_INT, JAVA_BYTE, JAVA_BYTE, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS,
          JAVA_INT, ADDRESS, JAVA_INT);
  private static final FunctionDescriptor SYEV =
      FunctionDescriptor.of(
          JAVA_INT, JAVA_INT, JAVA_BYTE, JAVA_BYTE, JAVA_INT, ADDRESS, JAVA_INT, ADDRESS, ADDRESS,
          JAVA_INT);
  private static final MethodHandle SSYEVD = OpenBlas.function("LAPACKE_ssyevd_work", SYEVD);
  private static final MethodHandle DSYEVD = OpenBlas.function("LAPACKE_dsyevd_work", SYEVD);
  private static final MethodHandle SSYEV = OpenBlas.function("LAPACKE_ssyev_work", SYEV);
  private static final MethodHandle DSYEV = OpenBlas.function("LAPACKE_dsyev_work", SYEV);

  private Lapack() {}

  /**
   * Computes eigenvalues and eigenvectors by divide and conquer.
   *
   * @param a n×n, its lower triangle is read; row i becomes eigenvector i if {@code vectors}
   * @param values n×1, overwritten, ascending
   * @param vectors whether eigenvectors are wanted
   * @param work at least 1 + 6n + 2n² numbers, or 1 + 2n without vectors
   * @param integers at least 3 + 5n, or 1 without vectors
   * @throws IllegalStateException if it does not converge
   */
  static void eigenByDivision(
      Block a, HostMatrix values, boolean vectors, HostMatrix work, int integers) {
    MethodHandle function = a.dtype() == DType.FLOAT32 ? SSYEVD : DSYEVD;
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment integerWork = arena.allocate(JAVA_INT, integers);
      int info =
          (int)
              function.invokeExact(
                  COL_MAJOR,
                  job(vectors),
                  LOWER_BY_ROWS,
                  a.rows(),
                  a.segment(),
                  a.stride(),
                  values.segment(),
                  work.segment(),
                  Math.toIntExact(work.rows()),
                  integerWork,
                  integers);
      requireDone(info);
    } catch (Throwable e) {
      throw Blas.failed("symmetricEigen", e);
    }
  }

  /**
   * Computes eigenvalues and eigenvectors by the implicit QL method.
   *
   * @param a n×n, its lower triangle is read; row i becomes eigenvector i if {@code vectors}
   * @param values n×1, overwritten, ascending
   * @param vectors whether eigenvectors are wanted
   * @param work at least 3n − 1 numbers; 34n let it work on blocks
   * @throws IllegalStateException if it does not converge
   */
  static void eigenByRotation(Block a, HostMatrix values, boolean vectors, HostMatrix work) {
    MethodHandle function = a.dtype() == DType.FLOAT32 ? SSYEV : DSYEV;
    try {
      int info =
          (int)
              function.invokeExact(
                  COL_MAJOR,
                  job(vectors),
                  LOWER_BY_ROWS,
                  a.rows(),
                  a.segment(),
                  a.stride(),
                  values.segment(),
                  work.segment(),
                  Math.toIntExact(work.rows()));
      requireDone(info);
    } catch (Throwable e) {
      throw Blas.failed("symmetricEigen", e);
    }
  }

  private static byte job(boolean vectors) {
    return (byte) (vectors ? 'V' : 'N');
  }

  private static void requireDone(int info) {
    if (info != 0) {
      throw new IllegalStateException(
          info < 0
              ? "symmetricEigen: LAPACK refuses its argument number %d".formatted(-info)
              : "symmetricEigen: no convergence of %d off-diagonal entries".formatted(info));
    }
  }
}
