package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.Arena;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class SymmetricEigenTest {
  private static final long AMPLE = 64 << 20;

  private static void decompose(
      HostMatrix a, HostMatrix values, boolean vectors, int threads, MemoryBudget budget) {
    try (Workers workers = new Workers(threads)) {
      new CpuSolveOps(new CpuGramOps(workers, budget), workers, budget)
          .symmetricEigen(a, values, vectors);
    }
    assertThat(budget.available()).isEqualTo(budget.limit());
  }

  /** A symmetric matrix with eigenvalues of both signs. */
  private static double[][] indefinite(int n) {
    double[][] a = Systems.positiveDefinite(n, 0, 7);
    for (int i = 0; i < n; i++) {
      a[i][i] -= 1;
    }
    return a;
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void rowsAreOrthonormalEigenvectorsInAscendingOrder(DType type) {
    for (int n : new int[] {0, 1, 2, 3, 31, 100, 257}) {
      for (long bytes : new long[] {AMPLE, 250L * 8 * (n + 1)}) {
        try (Arena arena = Arena.ofShared()) {
          double[][] a = indefinite(n);
          HostMatrix vectors = Systems.full(arena, type, a, 2);
          HostMatrix values = Systems.poisoned(arena, type, n, 1, 1);
          decompose(vectors, values, true, 2, new MemoryBudget(bytes));
          check(type, a, vectors.toArray(), values);

          HostMatrix alone = Systems.poisoned(arena, type, n, 1, 0);
          decompose(Systems.full(arena, type, a, 0), alone, false, 2, new MemoryBudget(bytes));
          Systems.assertClose(alone.toArray(), values.toArray(), 100 * n * type.unitRoundoff());
        }
      }
    }
  }

  private static void check(DType type, double[][] a, double[][] rows, HostMatrix values) {
    int n = a.length;
    double bound = 100 * n * type.unitRoundoff();
    double[][] one = new double[n][n];
    double[][] scaled = new double[n][n];
    for (int i = 0; i < n; i++) {
      one[i][i] = 1;
      assertThat(values.get(i, 0)).isGreaterThanOrEqualTo(values.get(Math.max(0, i - 1), 0));
      for (int j = 0; j < n; j++) {
        scaled[i][j] = values.get(i, 0) * rows[i][j];
      }
    }
    Systems.assertClose(Blocks.product(rows, Systems.transpose(rows)), one, bound);
    Systems.assertClose(Blocks.product(rows, a), scaled, bound);
  }

  /** The path graph's Laplacian has the eigenvalues 2 − 2 cos(kπ/n). */
  @Test
  void knownSpectrum() {
    int n = 50;
    double[][] a = new double[n][n];
    for (int i = 0; i + 1 < n; i++) {
      a[i][i]++;
      a[i + 1][i + 1]++;
      a[i][i + 1] = -1;
      a[i + 1][i] = -1;
    }
    try (Arena arena = Arena.ofShared()) {
      HostMatrix values = Systems.poisoned(arena, DType.FLOAT64, n, 1, 0);
      decompose(
          Systems.full(arena, DType.FLOAT64, a, 0), values, false, 1, new MemoryBudget(AMPLE));
      for (int k = 0; k < n; k++) {
        double want = 2 - 2 * Math.cos(k * Math.PI / n);
        assertThat(values.get(k, 0)).isCloseTo(want, within(1e-14));
      }
    }
  }

  @Test
  void sameBitsForAnyNumberOfThreads() {
    double[][] first = null;
    for (int threads : new int[] {1, 2, 3, 7}) {
      try (Arena arena = Arena.ofShared()) {
        HostMatrix a = Systems.full(arena, DType.FLOAT64, indefinite(300), 0);
        HostMatrix values = Systems.poisoned(arena, DType.FLOAT64, 300, 1, 0);
        decompose(a, values, true, threads, new MemoryBudget(AMPLE));
        first = first == null ? a.toArray() : first;
        assertThat(a.toArray()).isDeepEqualTo(first);
      }
    }
  }

  @Test
  void refusesNanAndBudgetsWithoutRoom() {
    try (Arena arena = Arena.ofShared()) {
      double[][] a = indefinite(20);
      a[9][4] = Double.NaN;
      HostMatrix m = Systems.full(arena, DType.FLOAT64, a, 0);
      HostMatrix values = Systems.poisoned(arena, DType.FLOAT64, 20, 1, 0);
      assertThatThrownBy(() -> decompose(m, values, true, 1, new MemoryBudget(AMPLE)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("symmetricEigen: a must be finite but entry (9, 4) is NaN");
      HostMatrix fine = Systems.full(arena, DType.FLOAT64, indefinite(20), 0);
      assertThatThrownBy(() -> decompose(fine, values, true, 1, new MemoryBudget(1000)))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageStartingWith("symmetricEigen: workspace needs 5.313 KiB");
    }
  }
}
