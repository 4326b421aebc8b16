package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.NotPositiveDefiniteException;
import java.lang.foreign.Arena;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Cholesky factor, triangular solves and inverse. */
@Timeout(value = 10, unit = TimeUnit.MINUTES)
final class CholeskyTest {
  private static final int[] SIZES = {0, 1, 2, 3, 31, 32, 33, 127, 128, 129, 257, 400};

  private final MemoryBudget budget = new MemoryBudget(2 << 20);

  private CpuSolveOps ops(Workers workers) {
    return new CpuSolveOps(new CpuGramOps(workers, budget), workers, budget);
  }

  private static double bound(DType type, int n) {
    return 20 * type.unitRoundoff() * (n + 1);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void factorsReadingTheLowerTriangleOnly(DType type) {
    for (int n : SIZES) {
      for (Jitter jitter : List.of(Jitter.NONE, Jitter.DEFAULT)) {
        try (Arena arena = Arena.ofShared();
            Workers workers = new Workers(3)) {
          double[][] want = Systems.positiveDefinite(n, 1, n);
          HostMatrix a = Systems.lower(arena, type, want, n % 4);
          assertThat(ops(workers).cholesky(a, jitter)).isZero();
          double[][] l = Systems.lowerArray(a);
          Systems.assertClose(Blocks.product(l, Systems.transpose(l)), want, bound(type, n));
        }
      }
    }
    assertThat(budget.available()).isEqualTo(budget.limit());
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void solvesAndInverts(DType type) {
    for (int n : SIZES) {
      for (int t : new int[] {1, 3, 300}) {
        try (Arena arena = Arena.ofShared();
            Workers workers = new Workers(3)) {
          CpuSolveOps ops = ops(workers);
          double[][] a = Systems.positiveDefinite(n, 1, n);
          HostMatrix l = Systems.lower(arena, type, a, 3);
          ops.cholesky(l, Jitter.NONE);
          HostMatrix x = Systems.normal(arena, type, n, t, 2, 5);
          double[][] b = x.toArray();
          HostMatrix y = Systems.normal(arena, type, n, t, 0, 5);
          ops.solve(l, x);
          Systems.assertClose(Blocks.product(a, x.toArray()), b, 20 * bound(type, n));
          ops.solveLower(l, y);
          Systems.assertClose(
              Blocks.product(Systems.lowerArray(l), y.toArray()), b, 20 * bound(type, n));
          ops.inverse(l);
          double[][] inverse = l.toArray();
          assertThat(inverse).isDeepEqualTo(Systems.transpose(inverse));
          Systems.assertClose(Blocks.product(a, inverse), identity(n), 20 * bound(type, n));
        }
      }
    }
  }

  /** LAPACK factors the whole matrix at once: sizes at which the tiles grow. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void agreesWithLapackForTilesOfAnySize(DType type) {
    for (int n : new int[] {1024, 1025, 1600}) {
      try (Arena arena = Arena.ofShared();
          Workers workers = new Workers(3)) {
        HostMatrix tiled = Systems.normal(arena, type, n, n, 0, n);
        for (int i = 0; i < n; i++) {
          tiled.set(i, i, 3 * Math.sqrt(n));
        }
        HostMatrix whole = Systems.lower(arena, type, tiled.toArray(), 1);
        assertThat(ops(workers).cholesky(tiled, Jitter.NONE)).isZero();
        assertThat(Blas.cholesky(Block.of(whole))).isNegative();
        Systems.assertClose(Systems.lowerArray(tiled), Systems.lowerArray(whole), bound(type, 8));
      }
    }
  }

  private static double[][] identity(int n) {
    double[][] one = new double[n][n];
    for (int i = 0; i < n; i++) {
      one[i][i] = 1;
    }
    return one;
  }

  @Test
  void logDeterminantOfAKnownFactor() {
    try (Arena arena = Arena.ofShared();
        Workers workers = new Workers(2)) {
      HostMatrix l = Systems.lower(arena, DType.FLOAT64, new double[][] {{2, 0}, {5, 8}}, 1);
      assertThat(ops(workers).logDeterminant(l)).isEqualTo(2 * Math.log(16), within(1e-14));
      HostMatrix none = Systems.lower(arena, DType.FLOAT64, new double[0][0], 1);
      assertThat(ops(workers).logDeterminant(none)).isZero();
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void sameBitsForAnyNumberOfThreads(DType type) {
    int n = 700;
    double[][] a = Systems.positiveDefinite(n, 0.01, 3);
    double[][] factor = null;
    double[][] solution = null;
    double[][] inverse = null;
    for (int threads : new int[] {1, 2, 3, 7}) {
      try (Arena arena = Arena.ofShared();
          Workers workers = new Workers(threads)) {
        MemoryBudget ample = new MemoryBudget(64 << 20);
        CpuSolveOps ops = new CpuSolveOps(new CpuGramOps(workers, ample), workers, ample);
        HostMatrix l = Systems.lower(arena, type, a, 1);
        ops.cholesky(l, Jitter.DEFAULT);
        HostMatrix b = Systems.normal(arena, type, n, 5, 0, 1);
        ops.solve(l, b);
        double[][] lower = Systems.lowerArray(l);
        ops.inverse(l);
        if (factor == null) {
          factor = lower;
          solution = b.toArray();
          inverse = l.toArray();
        }
        assertThat(lower).isDeepEqualTo(factor);
        assertThat(b.toArray()).isDeepEqualTo(solution);
        assertThat(l.toArray()).isDeepEqualTo(inverse);
      }
    }
  }

  @Test
  void inverseShrinksItsTilesToTheBudget() {
    int n = 300;
    double[][] a = Systems.positiveDefinite(n, 1, 3);
    for (long bytes : new long[] {8L * n + 16 * 16 * 8, 40_000, 200_000, 2 << 20}) {
      MemoryBudget small = new MemoryBudget(bytes);
      try (Arena arena = Arena.ofShared();
          Workers workers = new Workers(3)) {
        HostMatrix l = Systems.lower(arena, DType.FLOAT64, a, 0);
        Cholesky.factor("test", l, Jitter.NONE, workers, small);
        Inverse.invert(l, workers, small);
        Systems.assertClose(Blocks.product(a, l.toArray()), identity(n), 1e-12);
        assertThat(small.peak()).isPositive().isLessThanOrEqualTo(bytes);
        assertThat(small.available()).isEqualTo(bytes);
      }
    }
    try (Arena arena = Arena.ofShared();
        Workers workers = new Workers(3)) {
      HostMatrix l = Systems.lower(arena, DType.FLOAT64, a, 0);
      MemoryBudget tiny = new MemoryBudget(8L * n + 16 * 16 * 8 - 1);
      assertThatThrownBy(() -> Inverse.invert(l, workers, tiny))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageStartingWith("inverse: a tile of each worker needs 2 KiB");
      assertThatThrownBy(
              () -> Cholesky.factor("cholesky", l, Jitter.DEFAULT, workers, new MemoryBudget(9)))
          .isInstanceOf(MemoryBudgetException.class)
          .hasMessageStartingWith("cholesky: a copy of the diagonal needs 2.344 KiB");
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void namesTheGlobalPivotItsValueAndTheJitter(DType type) {
    for (int bad : new int[] {0, 1, 127, 128, 300, 399}) {
      try (Arena arena = Arena.ofShared();
          Workers workers = new Workers(3)) {
        double[][] a = Systems.positiveDefinite(400, 1, 2);
        for (int j = 0; j < 400; j++) {
          a[bad][j] = 0;
          a[j][bad] = 0;
        }
        a[bad][bad] = -3;
        double trace = 0;
        for (int i = 0; i < 400; i++) {
          trace += (type == DType.FLOAT32 ? (float) a[i][i] : a[i][i]);
        }
        double largest = 1e-6 * (trace / 400);
        HostMatrix once = Systems.lower(arena, type, a, 0);
        assertThatThrownBy(() -> ops(workers).cholesky(once, Jitter.NONE))
            .isInstanceOfSatisfying(
                NotPositiveDefiniteException.class,
                e -> {
                  assertThat(e.pivot()).isEqualTo(bad);
                  assertThat(e.value()).isEqualTo(-3);
                  assertThat(e.jitter()).isZero();
                });
        HostMatrix often = Systems.lower(arena, type, a, 0);
        assertThatThrownBy(() -> ops(workers).cholesky(often, new Jitter(1e-8, 3)))
            .hasMessageStartingWith("cholesky: the matrix is not positive definite: pivot " + bad)
            .isInstanceOfSatisfying(
                NotPositiveDefiniteException.class,
                e -> {
                  assertThat(e.value()).isEqualTo(-3 + largest, within(1e-6));
                  assertThat(e.jitter()).isEqualTo(largest, within(1e-15));
                });
      }
    }
  }

  /** A singular matrix of rank 1: the factor with jitter is that of the matrix with it added. */
  @Test
  void jitterRestoresTheLowerTriangleFirst() {
    int n = 300;
    double[][] a = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        a[i][j] = (1 + Math.sin(i)) * (1 + Math.sin(j));
      }
    }
    a[n - 1][n - 1] -= 1e-7;
    try (Arena arena = Arena.ofShared();
        Workers workers = new Workers(3)) {
      HostMatrix l = Systems.lower(arena, DType.FLOAT64, a, 0);
      double jitter = ops(workers).cholesky(l, Jitter.DEFAULT);
      assertThat(jitter).isPositive();
      double[][] with = new double[n][];
      for (int i = 0; i < n; i++) {
        with[i] = a[i].clone();
        with[i][i] += jitter;
      }
      HostMatrix direct = Systems.lower(arena, DType.FLOAT64, with, 0);
      ops(workers).cholesky(direct, Jitter.NONE);
      assertThat(Systems.lowerArray(l)).isDeepEqualTo(Systems.lowerArray(direct));
    }
  }

  @Test
  void additionsThatChangeNothingAreLeftOut() {
    double[] ones = {1, 1, 1};
    assertThat(Jitter.DEFAULT.additions(ones, DType.FLOAT64)).hasSize(6);
    assertThat(Jitter.DEFAULT.additions(ones, DType.FLOAT32))
        .containsExactly(1e-10 * Math.pow(10, 3), 1e-10 * Math.pow(10, 4), 1e-10 * Math.pow(10, 5));
    assertThat(Jitter.DEFAULT.additions(new double[] {-1, 0.5}, DType.FLOAT64)).isEmpty();
    assertThat(Jitter.DEFAULT.additions(new double[] {Double.NaN}, DType.FLOAT64)).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void nanAndInfinityAreReportedWhereTheyReachTheDiagonal(DType type) {
    for (double bad : new double[] {Double.NaN, Double.POSITIVE_INFINITY}) {
      for (int row : new int[] {0, 5, 130, 299}) {
        try (Arena arena = Arena.ofShared();
            Workers workers = new Workers(3)) {
          double[][] a = Systems.positiveDefinite(300, 1, 2);
          a[row][0] = bad;
          HostMatrix m = Systems.lower(arena, type, a, 0);
          assertThatThrownBy(() -> ops(workers).cholesky(m, Jitter.DEFAULT))
              .isInstanceOfSatisfying(
                  NotPositiveDefiniteException.class,
                  e -> {
                    assertThat(e.pivot()).isEqualTo(row);
                    assertThat(e.value()).isNotFinite();
                  });
        }
      }
    }
  }
}
