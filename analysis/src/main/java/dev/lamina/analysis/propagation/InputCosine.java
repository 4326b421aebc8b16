package dev.lamina.analysis.propagation;

import dev.lamina.matrix.HostMatrix;

/**
 * How alike the rows of a data set are.
 *
 * @param mean mean cosine between two different rows, over all pairs
 * @param meanSquare mean square of an entry: ‖x‖²/d averaged over the rows
 * @param rows rows that are not zero
 * @param zeroRows rows that are zero and therefore left out
 */
public record InputCosine(double mean, double meanSquare, int rows, int zeroRows) {

  /**
   * Measures them: with u_i the rows divided by their norms, the mean over i ≠ j is (‖Σ u_i‖² −
   * n)/(n(n − 1)).
   *
   * @param x inputs, one per row, N×d
   * @return the mean cosine
   * @throws IllegalArgumentException if fewer than two rows are not zero
   */
  public static InputCosine measure(HostMatrix x) {
    double[] sum = new double[Math.toIntExact(x.cols())];
    int rows = 0;
    double squares = 0;
    for (long i = 0; i < x.rows(); i++) {
      double square = 0;
      for (int j = 0; j < sum.length; j++) {
        square += x.get(i, j) * x.get(i, j);
      }
      if (square > 0) {
        rows++;
        squares += square / sum.length;
        double norm = Math.sqrt(square);
        for (int j = 0; j < sum.length; j++) {
          sum[j] += x.get(i, j) / norm;
        }
      }
    }
    if (rows < 2) {
      throw new IllegalArgumentException(
          "input cosine: there must be at least 2 rows that are not zero but there are " + rows);
    }
    double total = 0;
    for (double s : sum) {
      total += s * s;
    }
    double mean = Math.clamp((total - rows) / ((double) rows * (rows - 1)), -1, 1);
    return new InputCosine(mean, squares / rows, rows, Math.toIntExact(x.rows() - rows));
  }
}
