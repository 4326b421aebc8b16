package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.ConjugateGradient;
import dev.lamina.ops.KernelOperator;
import dev.lamina.ops.NotPositiveDefiniteException;
import dev.lamina.ops.Preconditioner;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class ConjugateGradientTest {
  private static final Preconditioner NONE = new Preconditioner.None();

  private final MemoryBudget budget = new MemoryBudget(2 << 20);

  private CpuSolveOps ops(Workers workers) {
    return new CpuSolveOps(new CpuGramOps(workers, budget), workers, budget);
  }

  private ConjugateGradient.Result solve(
      double[][] a, HostMatrix b, HostMatrix x, ConjugateGradient settings) {
    try (Workers workers = new Workers(2)) {
      return ops(workers).conjugateGradient(new Systems.Dense(a), b, x, settings);
    }
  }

  private static HostMatrix zeros(Arena arena, DType type, int rows, int cols) {
    HostMatrix x = Systems.poisoned(arena, type, rows, cols, 0);
    x.fill(0);
    return x;
  }

  /** The residual by definition, column by column. */
  private static double residual(double[][] a, HostMatrix b, HostMatrix x) {
    double[][] product = Blocks.product(a, x.toArray());
    double worst = 0;
    for (int j = 0; j < b.cols(); j++) {
      double r = 0;
      double size = 0;
      for (int i = 0; i < a.length; i++) {
        r += Math.pow(b.get(i, j) - product[i][j], 2);
        size += b.get(i, j) * b.get(i, j);
      }
      worst = Math.max(worst, size == 0 ? 0 : Math.sqrt(r / size));
    }
    return worst;
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3, 129, 300})
  void convergesToTheToleranceAndReportsTheTrueResidual(int n) {
    double[][] a = Systems.positiveDefinite(n, 0.1, n);
    try (Arena arena = Arena.ofShared()) {
      HostMatrix b = Systems.normal(arena, DType.FLOAT64, n, 3, 1, 4);
      HostMatrix x = Systems.normal(arena, DType.FLOAT64, n, 3, 2, 5);
      ConjugateGradient.Result result = solve(a, b, x, new ConjugateGradient(1e-10, 1000, NONE));
      assertThat(result.converged()).isTrue();
      assertThat(result.residual()).isLessThanOrEqualTo(1e-10);
      assertThat(result.iterations()).isBetween(1, 400);
      assertThat(residual(a, b, x)).isCloseTo(result.residual(), within(1e-13));
    }
  }

  @Test
  void stopsAtTheIterationLimitWithItsResidual() {
    double[][] a = Systems.positiveDefinite(200, 1e-3, 1);
    try (Arena arena = Arena.ofShared()) {
      HostMatrix b = Systems.normal(arena, DType.FLOAT64, 200, 2, 0, 4);
      HostMatrix x = zeros(arena, DType.FLOAT64, 200, 2);
      ConjugateGradient.Result result = solve(a, b, x, new ConjugateGradient(1e-12, 5, NONE));
      assertThat(result.converged()).isFalse();
      assertThat(result.iterations()).isEqualTo(5);
      assertThat(residual(a, b, x)).isCloseTo(result.residual(), within(1e-12));
    }
  }

  @Test
  void zeroRightHandSidesAndExactStartsTakeNoSteps() {
    double[][] a = Systems.positiveDefinite(50, 1, 1);
    try (Arena arena = Arena.ofShared()) {
      HostMatrix b = zeros(arena, DType.FLOAT64, 50, 2);
      HostMatrix x = Systems.normal(arena, DType.FLOAT64, 50, 2, 0, 5);
      ConjugateGradient.Result result = solve(a, b, x, new ConjugateGradient(1e-9, 9, NONE));
      assertThat(result).isEqualTo(new ConjugateGradient.Result(0, 0, true));
      assertThat(x.toArray()).isDeepEqualTo(new double[50][2]);

      HostMatrix start = Systems.normal(arena, DType.FLOAT64, 50, 2, 0, 6);
      new Systems.Dense(a).apply(start, b);
      assertThat(solve(a, b, start, new ConjugateGradient(1e-9, 9, NONE)).iterations()).isZero();

      HostMatrix none = zeros(arena, DType.FLOAT64, 50, 0);
      HostMatrix noneToo = zeros(arena, DType.FLOAT64, 50, 0);
      assertThat(solve(a, none, noneToo, new ConjugateGradient(1e-9, 9, NONE)).converged())
          .isTrue();
    }
  }

  /** Each column takes the steps that it takes alone. */
  @Test
  void columnsDoNotInfluenceEachOther() {
    int n = 120;
    double[][] a = Systems.positiveDefinite(n, 0.01, 1);
    try (Arena arena = Arena.ofShared()) {
      HostMatrix b = Systems.normal(arena, DType.FLOAT64, n, 3, 0, 4);
      for (int i = 0; i < n; i++) {
        b.set(i, 1, i == 0 ? 1 : 0);
      }
      HostMatrix together = zeros(arena, DType.FLOAT64, n, 3);
      ConjugateGradient settings = new ConjugateGradient(1e-8, 500, NONE);
      solve(a, b, together, settings);
      for (int j = 0; j < 3; j++) {
        HostMatrix own = zeros(arena, DType.FLOAT64, n, 1);
        HostMatrix x = zeros(arena, DType.FLOAT64, n, 1);
        for (int i = 0; i < n; i++) {
          own.set(i, 0, b.get(i, j));
        }
        solve(a, own, x, settings);
        for (int i = 0; i < n; i++) {
          assertThat(together.get(i, j)).isEqualTo(x.get(i, 0));
        }
      }
    }
  }

  @Test
  void negativeCurvatureThrows() {
    double[][] a = Systems.positiveDefinite(40, 1, 1);
    for (int j = 0; j < 40; j++) {
      a[7][j] = 0;
      a[j][7] = 0;
    }
    a[7][7] = -50;
    try (Arena arena = Arena.ofShared()) {
      HostMatrix b = Systems.normal(arena, DType.FLOAT64, 40, 1, 0, 4);
      HostMatrix x = zeros(arena, DType.FLOAT64, 40, 1);
      assertThatThrownBy(() -> solve(a, b, x, new ConjugateGradient(1e-9, 99, NONE)))
          .hasMessageStartingWith("conjugateGradient: the operator is not positive definite: step ")
          .isInstanceOfSatisfying(
              NotPositiveDefiniteException.class,
              e -> {
                assertThat(e.value()).isNegative();
                assertThat(e.pivot()).isEqualTo(-1);
              });
    }
    assertThat(budget.available()).isEqualTo(budget.limit());
  }

  /** A singular system without solution ends unconverged, not with an exception or NaN. */
  @Test
  void singularSystemsEndUnconverged() {
    double[][] a = new double[30][30];
    for (int i = 0; i < 15; i++) {
      a[i][i] = 1 + i;
    }
    try (Arena arena = Arena.ofShared()) {
      HostMatrix b = Systems.normal(arena, DType.FLOAT64, 30, 1, 0, 4);
      HostMatrix x = zeros(arena, DType.FLOAT64, 30, 1);
      ConjugateGradient.Result result = solve(a, b, x, new ConjugateGradient(1e-9, 99, NONE));
      assertThat(result.converged()).isFalse();
      assertThat(result.residual()).isFinite();
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void solvesKernelSystemsWithinTheBudget(DType type) {
    int n = 500;
    try (Arena arena = Arena.ofShared();
        Workers workers = new Workers(3)) {
      CpuGramOps gram = new CpuGramOps(workers, budget);
      HostMatrix inputs = Systems.normal(arena, type, n, 4, 0, 1);
      Kernel kernel = Kernel.parse("gaussian(lengthScale=2)");
      double noise = 1e-2;
      HostMatrix b = Systems.normal(arena, type, n, 2, 0, 2);
      KernelOperator operator = new KernelOperator(gram, kernel, inputs, noise);
      double tolerance = type == DType.FLOAT32 ? 1e-3 : 1e-8;

      HostMatrix plain = zeros(arena, type, n, 2);
      ConjugateGradient.Result without =
          ops(workers)
              .conjugateGradient(operator, b, plain, new ConjugateGradient(tolerance, 2000, NONE));
      HostMatrix fast = zeros(arena, type, n, 2);
      ConjugateGradient.Result with =
          ops(workers)
              .conjugateGradient(
                  operator,
                  b,
                  fast,
                  new ConjugateGradient(
                      tolerance,
                      2000,
                      new Preconditioner.PivotedCholesky(kernel, inputs, noise, 100)));
      assertThat(without.converged()).isTrue();
      assertThat(with.converged()).isTrue();
      assertThat(with.iterations()).isLessThan(without.iterations() / 2);
      double size = 0;
      for (double[] row : plain.toArray()) {
        size = Math.max(size, Math.max(Math.abs(row[0]), Math.abs(row[1])));
      }
      Systems.assertClose(fast.toArray(), plain.toArray(), 100 * tolerance * size);
    }
    assertThat(budget.peak()).isLessThanOrEqualTo(budget.limit());
    assertThat(budget.available()).isEqualTo(budget.limit());
  }

  /** A full-rank preconditioner is the inverse; one of duplicated rows stops at the true rank. */
  @Test
  void pivotedCholeskyInvertsWhatItHasFactored() {
    int n = 60;
    try (Arena arena = Arena.ofShared();
        Workers workers = new Workers(3);
        Temporary temporary = new Temporary(budget, "test")) {
      CpuGramOps gram = new CpuGramOps(workers, budget);
      HostMatrix x = Systems.normal(arena, DType.FLOAT64, n, 3, 0, 1);
      for (int i = 20; i < n; i++) {
        for (int j = 0; j < 3; j++) {
          x.set(i, j, x.get(i % 20, j));
        }
      }
      Kernel kernel = Kernel.parse("gaussian(lengthScale=1)");
      PivotedCholesky pivoted =
          new PivotedCholesky(
              new Preconditioner.PivotedCholesky(kernel, x, 0.5, n), 2, gram, workers, temporary);
      assertThat(pivoted.rank()).isEqualTo(20);
      HostMatrix v = Systems.normal(arena, DType.FLOAT64, n, 2, 0, 3);
      HostMatrix product = zeros(arena, DType.FLOAT64, n, 2);
      new KernelOperator(gram, kernel, x, 0.5).apply(v, product);
      HostMatrix back = zeros(arena, DType.FLOAT64, n, 2);
      pivoted.apply(product, back);
      Systems.assertClose(back.toArray(), v.toArray(), 1e-10);
    }
  }

  @Test
  void sameBitsForAnyNumberOfThreads() {
    int n = 3000;
    double[][] first = null;
    for (int threads : new int[] {1, 2, 3, 7}) {
      MemoryBudget ample = new MemoryBudget(64 << 20);
      try (Arena arena = Arena.ofShared();
          Workers workers = new Workers(threads)) {
        CpuGramOps gram = new CpuGramOps(workers, ample);
        HostMatrix inputs = Systems.normal(arena, DType.FLOAT64, n, 3, 0, 1);
        Kernel kernel = Kernel.parse("nngp(depth=2)");
        HostMatrix b = Systems.normal(arena, DType.FLOAT64, n, 2, 0, 2);
        HostMatrix x = zeros(arena, DType.FLOAT64, n, 2);
        new CpuSolveOps(gram, workers, ample)
            .conjugateGradient(
                new KernelOperator(gram, kernel, inputs, 0.1),
                b,
                x,
                new ConjugateGradient(
                    1e-5, 12, new Preconditioner.PivotedCholesky(kernel, inputs, 0.1, 70)));
        first = first == null ? x.toArray() : first;
        assertThat(x.toArray()).isDeepEqualTo(first);
      }
    }
  }

  @Test
  void tooSmallABudgetNamesTheVectors() {
    MemoryBudget tiny = new MemoryBudget(4000);
    try (Arena arena = Arena.ofShared();
        Workers workers = new Workers(2)) {
      HostMatrix b = Systems.normal(arena, DType.FLOAT64, 300, 1, 0, 2);
      HostMatrix x = zeros(arena, DType.FLOAT64, 300, 1);
      CpuSolveOps ops = new CpuSolveOps(new CpuGramOps(workers, tiny), workers, tiny);
      assertThatThrownBy(() ->
              ops.conjugateGradient(
                  new Systems.Dense(Systems.positiveDefinite(300, 1, 1)),
                  b,
                  x,
                  new ConjugateGradient(1e-5, 12, NONE)))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageStartingWith("conjugateGradient: vectors needs 2.344 KiB");
    }
    assertThat(tiny.available()).isEqualTo(tiny.limit());
  }
}
