package dev.lamina.analysis.sparsity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.matrix.DeviceMatrix;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Row spaces against the singular value decomposition of Hipparchus. */
class RowSpaceTest {

  private static Backend cpu() {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
  }

  private static RealMatrix orthonormal(int rows, int cols, long seed) {
    RealMatrix m = MatrixUtils.createRealMatrix(Problems.random(rows, cols, seed));
    return new QRDecomposition(m).getQ().getSubMatrix(0, rows - 1, 0, cols - 1);
  }

  /** A matrix with given singular values. */
  private static RealMatrix withValues(int rows, int cols, double[] values, long seed) {
    RealMatrix u = orthonormal(rows, values.length, seed);
    RealMatrix v = orthonormal(cols, values.length, seed + 1);
    return u.multiply(MatrixUtils.createRealDiagonalMatrix(values)).multiply(v.transpose());
  }

  private static void requireSameAsDecomposition(Backend backend, RealMatrix b, int rank) {
    RealMatrix want = Reference.pseudoInverse(b);
    int n = b.getColumnDimension();
    double[][] z = Problems.random(3, n, 99);
    try (Scratch scratch = new Scratch(backend);
        RowSpace space = new RowSpace(backend, scratch.upload(b.getData()))) {
      assertThat(space.rank()).isEqualTo(rank);
      DeviceMatrix device = scratch.upload(z);
      RealMatrix inside = MatrixUtils.createRealMatrix(z).multiply(want).multiply(b);
      RealMatrix product = MatrixUtils.createRealMatrix(z).multiply(want);
      double condition = 1 / (b.getNorm1() * want.getNorm1());
      assertClose(
          scratch.download(space.timesPseudoInverse(device, scratch)), product, 1e-14 / condition);
      assertClose(scratch.download(space.project(device, scratch)), inside, 1e-14 / condition);
      // What is found reproduces matrices of the row space whatever the condition.
      DeviceMatrix w = scratch.upload(Problems.random(3, b.getRowDimension(), 7));
      DeviceMatrix zIn = scratch.product(w, false, scratch.upload(b.getData()), false);
      DeviceMatrix back =
          scratch.product(
              space.timesPseudoInverse(zIn, scratch), false, scratch.upload(b.getData()), false);
      assertClose(
          scratch.download(back), MatrixUtils.createRealMatrix(scratch.download(zIn)), 3e-8);
    }
  }

  private static void assertClose(double[][] got, RealMatrix want, double tolerance) {
    RealMatrix difference = MatrixUtils.createRealMatrix(got).subtract(want);
    assertThat(difference.getFrobeniusNorm())
        .isLessThan(Math.max(tolerance, 1e-13) * want.getFrobeniusNorm() + 1e-300);
  }

  @ParameterizedTest
  @CsvSource({"1, 1", "1, 5", "5, 1", "4, 9", "9, 4", "6, 6", "40, 33", "33, 40"})
  void randomMatrices(int rows, int cols) {
    try (Backend backend = cpu()) {
      RealMatrix b = MatrixUtils.createRealMatrix(Problems.random(rows, cols, rows * 100L + cols));
      requireSameAsDecomposition(backend, b, Math.min(rows, cols));
    }
  }

  @ParameterizedTest
  @CsvSource({"12, 9", "9, 12", "10, 10"})
  void lowRankAndSpreadSingularValues(int rows, int cols) {
    try (Backend backend = cpu()) {
      requireSameAsDecomposition(backend, withValues(rows, cols, new double[] {3, 2}, 1), 2);
      requireSameAsDecomposition(
          backend, withValues(rows, cols, new double[] {1, 1e-2, 2e-5, 1e-5, 3e-7}, 2), 5);
      // Seven and a half orders: below what the eigenvalues of BᵀB resolve.
      requireSameAsDecomposition(
          backend, withValues(rows, cols, new double[] {1, 1, 3e-8, 1e-10, 1e-12}, 3), 3);
      requireSameAsDecomposition(
          backend, withValues(rows, cols, new double[] {1e5, 2e-3, 2e-3, 4e-4}, 4), 3);
    }
  }

  @Test
  void singularValuesAreThoseOfTheDecomposition() {
    double[] values = {5, 4.9, 1e-2, 3e-4, 2e-6, 5e-8};
    try (Backend backend = cpu();
        Scratch scratch = new Scratch(backend);
        RowSpace space =
            new RowSpace(backend, scratch.upload(withValues(11, 8, values, 5).getData()))) {
      assertThat(space.rank()).isEqualTo(6);
      double[] got = space.singularValues();
      for (int i = 0; i < values.length; i++) {
        assertThat(got[i]).isCloseTo(values[i], within(1e-7 * values[i] + 1e-15));
      }
    }
  }

  @Test
  void zeroHasNoRows() {
    try (Backend backend = cpu();
        Scratch scratch = new Scratch(backend);
        RowSpace space = new RowSpace(backend, scratch.zeros(3, 4))) {
      assertThat(space.rank()).isZero();
      assertThat(scratch.download(space.timesPseudoInverse(scratch.zeros(2, 4), scratch)))
          .isDeepEqualTo(new double[2][3]);
      assertThat(scratch.download(space.project(scratch.upload(Problems.random(2, 4, 1)), scratch)))
          .isDeepEqualTo(new double[2][4]);
    }
  }
}
