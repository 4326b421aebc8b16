package dev.lamina.analysis.data;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;

/** Copies and checks rows of matrices. */
final class Rows {
  private Rows() {}

  /** Returns some rows of a matrix in a new one of the given type; the caller closes it. */
  static HostMatrix copy(HostMatrix from, int[] rows, DType dtype) {
    HostMatrix to = HostMatrix.allocate(dtype, rows.length, from.cols());
    for (int i = 0; i < rows.length; i++) {
      to.rows(i, i + 1).copyFrom(from.rows(rows[i], rows[i] + 1L));
    }
    return to;
  }

  /**
   * Checks that all entries are finite.
   *
   * @param what the matrix, for the message
   * @throws DataException naming the first row and column that are not
   */
  static void requireFinite(String what, HostMatrix x) {
    for (long i = 0; i < x.rows(); i++) {
      // A sum of finite numbers is NaN or infinite only if one of them is, or if it overflows.
      double sum = 0;
      for (long j = 0; j < x.cols(); j++) {
        sum += x.get(i, j);
      }
      if (!Double.isFinite(sum)) {
        requireFiniteRow(what, x, i);
      }
    }
  }

  private static void requireFiniteRow(String what, HostMatrix x, long row) {
    for (long j = 0; j < x.cols(); j++) {
      double value = x.get(row, j);
      if (!Double.isFinite(value)) {
        throw new DataException(
            "%s: values must be finite but row %d, column %d (counted from 0) is %s"
                .formatted(what, row, j, Double.toString(value)));
      }
    }
  }
}
