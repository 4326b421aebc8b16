package dev.lamina.analysis.curvature;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;

/** A symmetric matrix by its eigenvalues and eigenvectors, to solve with many shifts. */
final class SymmetricSystem {
  private final double[] values;
  private final double[][] vectors;
  private final double[] weights;

  /**
   * Factorises.
   *
   * @param matrix M×M float64, overwritten
   * @param right b
   */
  SymmetricSystem(Backend backend, HostMatrix matrix, double[] right) {
    try (HostMatrix eigenvalues = HostMatrix.allocate(DType.FLOAT64, matrix.rows(), 1)) {
      backend.solve().symmetricEigen(matrix, eigenvalues, true);
      this.values = DenseSpectrum.column(eigenvalues);
    }
    this.vectors = matrix.toArray();
    this.weights = new double[values.length];
    for (int k = 0; k < values.length; k++) {
      for (int i = 0; i < right.length; i++) {
        weights[k] += vectors[k][i] * right[i];
      }
    }
  }

  double largest() {
    return Math.max(Math.abs(values[0]), Math.abs(values[values.length - 1]));
  }

  /** Returns (A + shift·I)⁻¹ b for positive semi-definite A. */
  double[] shifted(double shift) {
    double[] solution = new double[values.length];
    for (int k = 0; k < values.length; k++) {
      add(solution, k, weights[k] / (Math.max(values[k], 0) + shift));
    }
    return solution;
  }

  /** Returns A⁺ b without the eigenvalues below a share of the largest. */
  double[] pseudoInverse(double share) {
    double[] solution = new double[values.length];
    for (int k = 0; k < values.length; k++) {
      if (Math.abs(values[k]) > share * largest()) {
        add(solution, k, weights[k] / values[k]);
      }
    }
    return solution;
  }

  private void add(double[] to, int k, double factor) {
    for (int i = 0; i < to.length; i++) {
      to[i] += factor * vectors[k][i];
    }
  }
}
