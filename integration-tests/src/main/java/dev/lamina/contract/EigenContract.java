package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.Backend;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.config.LaminaConfig;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.ShapeException;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What eigenvalues and eigenvectors of symmetric matrices owe. */
public abstract class EigenContract extends BackendContract {

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected EigenContract(String name, DType dtype) {
    super(name, dtype);
  }

  @ParameterizedTest
  @CsvSource({"1,1", "2,1", "3,2", "7,1", "31,3", "32,1", "33,1", "127,1", "129,1", "300,1"})
  final void findsEigenvaluesAndVectors(int n, int seed) {
    double[][] a = Inputs.positiveDefinite(seed, dtype(), n, 0);
    double norm = Math.sqrt(NaiveGram.dot(a, a));
    double[][] want =
        n <= 129 ? NaiveGram.transpose(new double[][] {NaiveSolve.eigenvalues(a)}) : null;
    for (Placement placement : Placement.values()) {
      try (Placed pa = Placed.of(backend(), placement, dtype(), a);
          Placed again = Placed.of(backend(), placement, dtype(), a);
          Placed values = Placed.poisoned(backend(), placement, dtype(), n, 1);
          Placed valuesAlone = Placed.poisoned(backend(), placement, dtype(), n, 1)) {
        backend().solve().symmetricEigen(pa.matrix(), values.matrix(), true);
        backend().solve().symmetricEigen(again.matrix(), valuesAlone.matrix(), false);
        String what = "symmetricEigen of %d×%d, %s".formatted(n, n, placement);
        double[][] got = values.read();
        requireEigenvectors(what, pa.read(), got, a, norm);
        for (double[][] some : List.of(got, valuesAlone.read())) {
          requireAscending(what, some);
          if (want != null) {
            Comparison.require(what, some, want, filled(n, 1, norm), tolerance(n));
          }
        }
        pa.requirePaddingIntact(what);
        values.requirePaddingIntact(what);
      }
    }
  }

  @Test
  final void repeatedEigenvaluesHaveOrthonormalVectors() {
    int n = 20;
    double[][] a = new double[n][n]; // 3·I + 1 1ᵀ: 3 nineteen times and 23
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i][j] = (i == j ? 3 : 0) + 1;
      }
    }
    try (Placed pa = host(a);
        Placed values = poisoned(n, 1)) {
      backend().solve().symmetricEigen(pa.matrix(), values.matrix(), true);
      double[][] want = filled(n, 1, 3);
      want[n - 1][0] = 23;
      Comparison.require("values", values.read(), want, filled(n, 1, 23), tolerance(n));
      requireEigenvectors("3·I + 1 1ᵀ", pa.read(), values.read(), a, 23);
    }
  }

  /** Rows are unit vectors, orthogonal to each other, with A v = λ v, all up to rounding of ‖A‖. */
  private void requireEigenvectors(
      String what, double[][] vectors, double[][] values, double[][] a, double norm) {
    int n = a.length;
    double[][] identity = new double[n][n];
    double[][] stretched = NaiveGram.copy(vectors);
    for (int i = 0; i < n; i++) {
      identity[i][i] = 1;
      for (int j = 0; j < n; j++) {
        stretched[i][j] *= values[i][0];
      }
    }
    double[][] gram = NaiveGram.multiply(vectors, NaiveGram.transpose(vectors));
    Comparison.require(what + ": V Vᵀ", gram, identity, filled(n, n, 1), tolerance(n));
    double[][] mapped = NaiveGram.multiply(vectors, a);
    Comparison.require(what + ": V A", mapped, stretched, filled(n, n, norm), tolerance(n));
  }

  private static void requireAscending(String what, double[][] values) {
    for (int i = 1; i < values.length; i++) {
      if (!(values[i][0] >= values[i - 1][0])) {
        throw new AssertionError(what + ": eigenvalue " + i + " is less than the one before");
      }
    }
  }

  private static double[][] filled(int rows, int cols, double value) {
    double[][] filled = new double[rows][cols];
    for (double[] row : filled) {
      Arrays.fill(row, value);
    }
    return filled;
  }

  @Test
  final void threadsDoNotChangeABit() {
    int n = 333;
    double[][] a = Inputs.positiveDefinite(6, dtype(), n, 0.5);
    double[][][] one = null;
    for (int threads = 1; threads <= 3; threads++) {
      try (Backend b = open(LaminaConfig.defaults().withCpuThreads(threads));
          Placed vectors = Placed.of(b, Placement.HOST, dtype(), a);
          Placed values = Placed.poisoned(b, Placement.HOST, dtype(), n, 1)) {
        b.solve().symmetricEigen(vectors.matrix(), values.matrix(), true);
        double[][][] results = {vectors.read(), values.read()};
        one = one == null ? results : one;
        Comparison.requireSame(threads + " threads, vectors", results[0], one[0]);
        Comparison.requireSame(threads + " threads, values", results[1], one[1]);
        assertThat(b.budget().available()).as("left").isEqualTo(b.budget().limit());
      }
    }
  }

  @Test
  final void aBudgetTooSmallForTheWorkspaceIsAnError() {
    try (Backend b = open(LaminaConfig.defaults().withMemoryBudget(64));
        Placed a =
            Placed.of(b, Placement.HOST, dtype(), Inputs.positiveDefinite(7, dtype(), 100, 0.5));
        Placed values = Placed.poisoned(b, Placement.HOST, dtype(), 100, 1)) {
      assertThatThrownBy(() -> b.solve().symmetricEigen(a.matrix(), values.matrix(), true))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageStartingWith("symmetricEigen");
      a.requireUnchanged("a");
      values.requireUnchanged("values");
    }
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  final void wrongShapesAreNamedAndNothingIsWritten(Placement placement) {
    try (Placed oblong = Placed.poisoned(backend(), placement, dtype(), 5, 4);
        Placed square = Placed.poisoned(backend(), placement, dtype(), 5, 5);
        Placed column = Placed.poisoned(backend(), placement, dtype(), 6, 1)) {
      for (Placed wrong : List.of(oblong, square)) {
        assertThatThrownBy(
                () -> backend().solve().symmetricEigen(wrong.matrix(), column.matrix(), true))
            .isInstanceOf(ShapeException.class)
            .hasMessageStartingWith("symmetricEigen: ")
            .message()
            .containsAnyOf("5×4", "6×1");
        wrong.requireUnchanged("the matrix");
        column.requireUnchanged("the values");
      }
    }
  }
}
