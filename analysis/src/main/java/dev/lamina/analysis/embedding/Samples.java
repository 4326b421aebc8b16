package dev.lamina.analysis.embedding;

import dev.lamina.matrix.HostMatrix;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/** Samples for the analyses of this package. */
public final class Samples {
  private Samples() {}

  /**
   * {@return a matrix in float64}
   *
   * @param x samples in rows, at least one; stays the caller's
   * @param inputs the number of columns that the network needs
   * @param source where x comes from, for messages
   * @throws IllegalArgumentException if there is no row, another number of columns, or an entry
   *     that is not finite
   */
  public static RealMatrix of(HostMatrix x, int inputs, String source) {
    if (x.rows() < 1 || x.cols() != inputs) {
      throw new IllegalArgumentException(
          "%s: there must be samples of %d numbers like the network's inputs but the array is %s"
              .formatted(source, inputs, x.shape()));
    }
    double[][] rows = x.toArray();
    for (int i = 0; i < rows.length; i++) {
      for (int j = 0; j < inputs; j++) {
        if (!Double.isFinite(rows[i][j])) {
          throw new IllegalArgumentException(
              "%s: numbers must be finite but row %d, column %d is %s"
                  .formatted(source, i, j, rows[i][j]));
        }
      }
    }
    return MatrixUtils.createRealMatrix(rows);
  }
}
