package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.NotPositiveDefiniteException;
import dev.lamina.ops.SolveOps.Refinement;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class RefinedSolveTest {
  private final MemoryBudget budget = new MemoryBudget(2 << 20);

  private Refinement solve(HostMatrix a, HostMatrix b, int threads) {
    try (Workers workers = new Workers(threads)) {
      return new CpuSolveOps(new CpuGramOps(workers, budget), workers, budget).solveRefined(a, b);
    }
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 33, 129, 300})
  void reachesFloat64AccuracyWithAFloat32Factor(int n) {
    double[][] a = Systems.positiveDefinite(n, 0.01, n);
    double[][] first = null;
    for (int threads : new int[] {1, 2, 3, 7}) {
      try (Arena arena = Arena.ofShared()) {
        HostMatrix m = Systems.lower(arena, DType.FLOAT64, a, 1);
        HostMatrix x = Systems.normal(arena, DType.FLOAT64, n, 4, 2, 9);
        double[][] b = x.toArray();
        Refinement done = solve(m, x, threads);
        assertThat(done.float32Factor()).isTrue();
        assertThat(done.iterations()).isBetween(n == 1 ? 0 : 1, 8);
        assertThat(done.residual()).isLessThan(1e-12);
        Systems.assertClose(Blocks.product(a, x.toArray()), b, 1e-11);
        assertThat(Systems.lowerArray(m))
            .isDeepEqualTo(Systems.lowerArray(Systems.lower(arena, DType.FLOAT64, a, 0)));
        first = first == null ? x.toArray() : first;
        assertThat(x.toArray()).isDeepEqualTo(first);
      }
    }
    assertThat(budget.peak()).isLessThanOrEqualTo(budget.limit());
    assertThat(budget.available()).isEqualTo(budget.limit());
  }

  @Test
  void fallsBackToFloat64WhenFloat32LosesTheMatrix() {
    double[][] a = Systems.positiveDefinite(200, 1e-10, 4);
    try (Arena arena = Arena.ofShared()) {
      HostMatrix m = Systems.lower(arena, DType.FLOAT64, a, 0);
      HostMatrix x = Systems.normal(arena, DType.FLOAT64, 200, 2, 0, 9);
      double[][] b = x.toArray();
      Refinement done = solve(m, x, 2);
      assertThat(done.float32Factor()).isFalse();
      double scale = 0;
      for (double[] row : x.toArray()) {
        scale = Math.max(scale, Math.abs(row[0]) + Math.abs(row[1]));
      }
      Systems.assertClose(Blocks.product(a, x.toArray()), b, 1e-12 * scale);
    }
  }

  /** Entries from 1e-160 to 1e160 on the diagonal: no float32 holds them unscaled. */
  @Test
  void scalesMatricesThatFloat32CannotHold() {
    int n = 40;
    double[][] a = Systems.positiveDefinite(n, 1, 4);
    double[] scale = new double[n];
    for (int i = 0; i < n; i++) {
      scale[i] = Math.pow(10, 4 * i - 80);
    }
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i][j] *= scale[i] * scale[j];
      }
    }
    try (Arena arena = Arena.ofShared()) {
      HostMatrix m = Systems.lower(arena, DType.FLOAT64, a, 0);
      HostMatrix x = Systems.poisoned(arena, DType.FLOAT64, n, 1, 0);
      x.fill(0);
      x.set(0, 0, 1e-200);
      assertThat(solve(m, x, 2).float32Factor()).isTrue();
      assertThat(Double.isFinite(x.get(0, 0)) && x.get(0, 0) > 0).isTrue();
    }
  }

  @Test
  void indefiniteMatricesNameThePivotOfTheUnscaledMatrix() {
    double[][] a = Systems.positiveDefinite(150, 1, 4);
    for (int j = 0; j < 150; j++) {
      a[140][j] = 0;
      a[j][140] = 0;
    }
    a[140][140] = -64;
    try (Arena arena = Arena.ofShared()) {
      HostMatrix m = Systems.lower(arena, DType.FLOAT64, a, 0);
      HostMatrix b = Systems.normal(arena, DType.FLOAT64, 150, 1, 0, 9);
      double[][] before = b.toArray();
      assertThatThrownBy(() -> solve(m, b, 2))
          .isInstanceOfSatisfying(
              NotPositiveDefiniteException.class,
              e -> {
                assertThat(e.pivot()).isEqualTo(140);
                assertThat(e.value()).isEqualTo(-64);
              });
      assertThat(b.toArray()).isDeepEqualTo(before);
    }
  }

  @Test
  void tooSmallABudgetNamesTheFactor() {
    try (Arena arena = Arena.ofShared()) {
      HostMatrix m = Systems.lower(arena, DType.FLOAT64, Systems.positiveDefinite(800, 1, 1), 0);
      HostMatrix b = Systems.normal(arena, DType.FLOAT64, 800, 1, 0, 9);
      assertThatThrownBy(() -> solve(m, b, 2))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageStartingWith("solveRefined: the factor needs 2.441 MiB");
    }
    assertThat(budget.available()).isEqualTo(budget.limit());
  }
}
