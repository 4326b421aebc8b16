package dev.lamina.cpu;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;

/**
 * Eigenvalues and eigenvectors of a symmetric matrix by LAPACK on one thread, so that their bits do
 * not depend on the number of threads.
 *
 * <p>Divide and conquer (syevd) if the budget has its 2N² numbers of workspace, else the QL method
 * (syev), which takes 34 N and longer.
 */
final class SymmetricEigen {

  /** LAPACK counts its workspace of 1 + 6N + 2N² numbers in 32 bits. */
  private static final long LARGEST = 32_766;

  private SymmetricEigen() {}

  /**
   * Replaces a matrix by its eigenvectors.
   *
   * @param a N×N; row i becomes the eigenvector of eigenvalue i if {@code vectors}
   * @param values N×1
   */
  static void decompose(HostMatrix a, HostMatrix values, boolean vectors, MemoryBudget budget) {
    if (a.rows() > LARGEST) {
      throw new ShapeException(
          "symmetricEigen: a must have at most %d rows but is %s".formatted(LARGEST, a.shape()));
    }
    requireFinite(a);
    int n = Math.toIntExact(a.rows());
    try (Temporary temporary = new Temporary(budget, "symmetricEigen")) {
      HostMatrix ascending = temporary.matrix("eigenvalues", a.dtype(), n, 1);
      long fast = vectors ? 1 + 6L * n + 2L * n * n : 1 + 2L * n;
      long fastIntegers = vectors ? 3 + 5L * n : 1;
      long bytes = fast * a.dtype().bytes() + fastIntegers * Integer.BYTES;
      if (bytes <= temporary.available()) {
        HostMatrix work = temporary.matrix("workspace", a.dtype(), fast, 1);
        temporary.reserve("workspace", fastIntegers * Integer.BYTES);
        Lapack.eigenByDivision(Block.of(a), ascending, vectors, work, (int) fastIntegers);
      } else {
        HostMatrix work = temporary.matrix("workspace", a.dtype(), 34L * Math.max(1, n), 1);
        Lapack.eigenByRotation(Block.of(a), ascending, vectors, work);
      }
      for (long i = 0; i < n; i++) {
        values.set(i, 0, ascending.get(i, 0));
      }
    }
  }

  /** LAPACK may not come back from NaN. */
  private static void requireFinite(HostMatrix a) {
    for (long i = 0; i < a.rows(); i++) {
      for (long j = 0; j <= i; j++) {
        if (!Double.isFinite(a.get(i, j))) {
          throw new IllegalArgumentException(
              "symmetricEigen: a must be finite but entry (%d, %d) is %s"
                  .formatted(i, j, a.get(i, j)));
        }
      }
    }
  }
}
