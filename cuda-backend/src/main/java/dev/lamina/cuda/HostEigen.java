package dev.lamina.cuda;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;

/**
 * Eigenvalues and eigenvectors of small symmetric matrices on the host, by tridiagonal form and QL
 * in float64: too little work for a device, which would spend its time starting launches.
 */
final class HostEigen {
  private HostEigen() {}

  /**
   * Replaces a matrix by its eigenvectors.
   *
   * @param workspace takes the memory
   * @param a N×N, its lower triangle is read; row i becomes the eigenvector of eigenvalue i if
   *     {@code vectors}
   * @param values N×1, overwritten by the eigenvalues in ascending order
   * @param vectors whether eigenvectors are wanted
   */
  static void decompose(Workspace workspace, Matrix a, Matrix values, boolean vectors) {
    DeviceContext context = workspace.context();
    int n = Math.toIntExact(a.rows());
    if (n == 0) {
      return;
    }
    HostMatrix full = workspace.host("a copy of the matrix", DType.FLOAT64, n, n);
    // What the decomposition takes itself: the same again for its input and its vectors.
    workspace.host("workspace", DType.FLOAT64, 2L * n, n);
    switch (a) {
      case HostMatrix host -> full.copyFrom(host);
      case DeviceMatrix device -> context.download(context.block(device), full);
    }
    EigenDecompositionSymmetric eigen =
        new EigenDecompositionSymmetric(new Array2DRowRealMatrix(symmetric(full), false));
    HostMatrix ascending = workspace.host("eigenvalues", DType.FLOAT64, n, 1);
    for (int i = 0; i < n; i++) {
      int from = n - 1 - i;
      ascending.set(i, 0, eigen.getEigenvalue(from));
      for (int j = 0; vectors && j < n; j++) {
        full.set(i, j, eigen.getV().getEntry(j, from));
      }
    }
    put(context, ascending, values);
    if (vectors) {
      put(context, full, a);
    }
  }

  private static double[][] symmetric(HostMatrix lower) {
    int n = Math.toIntExact(lower.rows());
    double[][] full = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        double value = lower.get(i, j);
        if (!Double.isFinite(value)) {
          throw new IllegalArgumentException(
              "symmetricEigen: a must be finite but entry (%d, %d) is %s".formatted(i, j, value));
        }
        full[i][j] = value;
        full[j][i] = value;
      }
    }
    return full;
  }

  private static void put(DeviceContext context, HostMatrix from, Matrix to) {
    switch (to) {
      case HostMatrix host -> host.copyFrom(from);
      case DeviceMatrix device -> context.upload(from, context.block(device));
    }
  }
}
