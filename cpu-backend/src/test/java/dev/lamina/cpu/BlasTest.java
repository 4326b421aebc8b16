package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.ShapeException;
import java.lang.foreign.Arena;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** OpenBLAS on our blocks against plain loops in float64, with NaN wherever nothing may be read. */
final class BlasTest {
  private static final int[][] SIZES = {
    {1, 1, 1}, {1, 7, 3}, {7, 1, 2}, {2, 3, 1}, {31, 33, 32}, {127, 129, 65}, {65, 64, 1023}
  };
  private static final double[][] SCALARS = {{1, 0}, {-1, 1}, {0.5, -2}, {0, 0.5}};

  private final RandomGenerator random =
      RandomGeneratorFactory.of("L64X128MixRandom").create(20_251);

  /** Rounding errors of k additions to a sum of size about k grow like u·k·√k. */
  private static double tolerance(DType type, int inner) {
    return 2 * type.unitRoundoff() * Math.sqrt(inner) * (4 + inner);
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void gemmWithAllTransposesScalarsAndStrides(DType type) {
    for (int[] s : SIZES) {
      for (int mask = 0; mask < 4; mask++) {
        for (double[] scalars : SCALARS) {
          for (int pad : new int[] {0, 5}) {
            checkGemm(type, s, (mask & 1) != 0, (mask & 2) != 0, scalars[0], scalars[1], pad);
          }
        }
      }
    }
  }

  private void checkGemm(
      DType type, int[] s, boolean ta, boolean tb, double alpha, double beta, int pad) {
    int m = s[0];
    int n = s[1];
    int k = s[2];
    try (Arena arena = Arena.ofConfined()) {
      Block a = random(arena, type, ta ? k : m, ta ? m : k, pad);
      Block b = random(arena, type, tb ? n : k, tb ? k : n, pad);
      Block c =
          beta == 0 ? Blocks.poisoned(arena, type, m, n, n + pad) : random(arena, type, m, n, pad);
      double[][] old = Blocks.array(c);
      double[][] left = ta ? Blocks.transpose(Blocks.array(a), k, m) : Blocks.array(a);
      double[][] right = tb ? Blocks.transpose(Blocks.array(b), n, k) : Blocks.array(b);
      double[][] product = Blocks.product(left, right);
      Blas.gemm(alpha, a, ta, b, tb, beta, c);
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          double want = alpha * product[i][j] + (beta == 0 ? 0 : beta * old[i][j]);
          assertThat(Blocks.get(c, i, j)).isCloseTo(want, within(tolerance(type, k)));
        }
        assertPaddingIsNan(c, i);
      }
    }
  }

  private Block random(Arena arena, DType type, int rows, int cols, int pad) {
    return Blocks.random(arena, random, type, rows, cols, cols + pad);
  }

  private static void assertPaddingIsNan(Block c, int row) {
    for (int j = c.cols(); j < c.stride(); j++) {
      assertThat(Blocks.get(c, row, j)).isNaN();
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void syrkWritesTheLowerTriangleOnly(DType type) {
    for (int[] s : SIZES) {
      for (boolean transpose : new boolean[] {false, true}) {
        try (Arena arena = Arena.ofConfined()) {
          int n = s[0];
          int k = s[2];
          Block a = random(arena, type, transpose ? k : n, transpose ? n : k, 3);
          Block c = Blocks.poisoned(arena, type, n, n, n + 2);
          double[][] rows = transpose ? Blocks.transpose(Blocks.array(a), k, n) : Blocks.array(a);
          double[][] want = Blocks.product(rows, Blocks.transpose(rows, n, k));
          Blas.syrk(2, a, transpose, 0, c);
          for (int i = 0; i < n; i++) {
            for (int j = 0; j <= i; j++) {
              assertThat(Blocks.get(c, i, j))
                  .isCloseTo(2 * want[i][j], within(2 * tolerance(type, k)));
            }
            for (int j = i + 1; j < c.stride(); j++) {
              assertThat(Blocks.get(c, i, j)).isNaN();
            }
          }
        }
      }
    }
  }

  /** Sizes around the height of the strips that it is computed in. */
  @ParameterizedTest
  @EnumSource(DType.class)
  void lowerProductIsTheLowerTriangleOfAProduct(DType type) {
    for (int n : new int[] {1, 63, 64, 65, 150}) {
      try (Arena arena = Arena.ofConfined()) {
        int k = 9;
        Block a = random(arena, type, n, k, 3);
        double[][] rows = Blocks.array(a);
        double[][] want = Blocks.product(rows, Blocks.transpose(rows, n, k));
        Block c = Blocks.poisoned(arena, type, n, n, n + 2);
        Blas.lowerProduct(2, a, 0, c);
        Blas.lowerProduct(1, a, -1, c);
        for (int i = 0; i < n; i++) {
          for (int j = 0; j <= i; j++) {
            assertThat(Blocks.get(c, i, j)).isCloseTo(-want[i][j], within(3 * tolerance(type, k)));
          }
        }
        assertPaddingIsNan(c, n - 1);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void triangularSolvesAndProductsUndoEachOther(DType type) {
    for (int[] s : SIZES) {
      for (boolean transpose : new boolean[] {false, true}) {
        try (Arena arena = Arena.ofConfined()) {
          int n = s[0];
          int t = s[1];
          Block l = lower(arena, type, n);
          double[][] full = Blocks.lower(l);
          double[][] op = transpose ? Blocks.transpose(full, n, n) : full;

          Block b = random(arena, type, n, t, 1);
          double[][] before = Blocks.array(b);
          Blas.solveLeft(l, transpose, 3, b);
          assertScaled(Blocks.product(op, Blocks.array(b)), before, 3, tolerance(type, n));
          Blas.multiplyLeft(l, transpose, 1, b);
          assertScaled(Blocks.array(b), before, 3, tolerance(type, n));

          Block r = random(arena, type, t, n, 4);
          double[][] right = Blocks.array(r);
          Blas.solveRight(l, transpose, -1, r);
          assertScaled(Blocks.product(Blocks.array(r), op), right, -1, tolerance(type, n));
        }
      }
    }
  }

  /** A well-conditioned lower triangle with NaN above it. */
  private Block lower(Arena arena, DType type, int n) {
    Block l = Blocks.poisoned(arena, type, n, n, n + 1);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j <= i; j++) {
        Blocks.set(l, i, j, i == j ? 1 + random.nextDouble() : random.nextGaussian() / (2 * n));
      }
    }
    return l;
  }

  private static void assertScaled(
      double[][] got, double[][] want, double factor, double tolerance) {
    for (int i = 0; i < want.length; i++) {
      for (int j = 0; j < want[i].length; j++) {
        assertThat(got[i][j]).isCloseTo(factor * want[i][j], within(4 * tolerance));
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void choleskyInverseAndProductOfTheInverse(DType type) {
    for (int n : new int[] {1, 2, 3, 31, 64, 129, 300}) {
      try (Arena arena = Arena.ofConfined()) {
        Block l = lower(arena, type, n);
        double[][] want = Blocks.lower(l);
        double[][] product = Blocks.product(want, Blocks.transpose(want, n, n));
        Block a = Blocks.poisoned(arena, type, n, n, n + 3);
        for (int i = 0; i < n; i++) {
          for (int j = 0; j <= i; j++) {
            Blocks.set(a, i, j, product[i][j]);
          }
        }
        assertThat(Blas.cholesky(a)).isEqualTo(-1);
        assertScaled(Blocks.lower(a), want, 1, tolerance(type, n));
        assertThat(n == 1 || Double.isNaN(Blocks.get(a, 0, n - 1))).isTrue();

        assertThat(Blas.invertLower(a)).isEqualTo(-1);
        double[][] inverse = Blocks.lower(a);
        assertScaled(Blocks.product(want, inverse), identity(n), 1, tolerance(type, n));
        Blas.multiplyTransposed(a);
        double[][] twice = Blocks.product(Blocks.transpose(inverse, n, n), inverse);
        for (int i = 0; i < n; i++) {
          for (int j = 0; j <= i; j++) {
            assertThat(Blocks.get(a, i, j)).isCloseTo(twice[i][j], within(tolerance(type, n)));
          }
        }
        assertThat(n == 1 || Double.isNaN(Blocks.get(a, 0, n - 1))).isTrue();
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

  @ParameterizedTest
  @EnumSource(DType.class)
  void choleskyNamesThePivotAndLeavesItsValue(DType type) {
    try (Arena arena = Arena.ofConfined()) {
      for (int bad : new int[] {0, 1, 5, 63, 64, 150, 199}) {
        Block a = Blocks.poisoned(arena, type, 200, 200, 200);
        for (int i = 0; i < 200; i++) {
          for (int j = 0; j <= i; j++) {
            Blocks.set(a, i, j, i == j ? (i == bad ? -3 : 4) : 0);
          }
        }
        assertThat(Blas.cholesky(a)).isEqualTo(bad);
        assertThat(Blocks.get(a, bad, bad)).isEqualTo(-3);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(DType.class)
  void sameBitsOnEveryWorkerStrideAndAddress(DType type) {
    int m = 96;
    int k = 500;
    try (Arena arena = Arena.ofShared();
        Workers workers = new Workers(3)) {
      Block a = random(arena, type, m, k, 0);
      Block b = random(arena, type, m, k, 0);
      Block want = Blocks.poisoned(arena, type, m, m, m);
      Blas.gemm(1, a, false, b, true, 0, want);
      double[][] expected = Blocks.array(want);
      workers.forEach(
          60,
          (worker, index) -> {
            try (Arena own = Arena.ofConfined()) {
              int pad = (int) (index % 5);
              Block shifted = moved(own, a, pad);
              Block got = Blocks.poisoned(own, type, m + 1, m, m + 1 + pad).part(1, m, 0, m);
              Blas.gemm(1, shifted, false, b, true, 0, got);
              assertThat(Blocks.array(got)).isDeepEqualTo(expected);
            }
          });
    }
  }

  /** Copies a block to another address and stride. */
  private static Block moved(Arena arena, Block a, int pad) {
    Block all = Blocks.poisoned(arena, a.dtype(), a.rows() + 1, a.cols() + 1, a.cols() + 1 + pad);
    Block to = all.part(1, a.rows(), 1, a.cols());
    for (int i = 0; i < a.rows(); i++) {
      for (int j = 0; j < a.cols(); j++) {
        Blocks.set(to, i, j, Blocks.get(a, i, j));
      }
    }
    return to;
  }

  @Test
  void emptyBlocksAreFine() {
    try (Arena arena = Arena.ofConfined()) {
      Block none = Blocks.poisoned(arena, DType.FLOAT64, 0, 3, 3);
      Block c = random(arena, DType.FLOAT64, 3, 3, 0);
      Blas.gemm(1, none, true, none, false, 0, c);
      assertThat(Blocks.array(c)).isDeepEqualTo(new double[3][3]);
      Blas.gemm(1, none, false, c, false, 0, none);
      Blas.solveLeft(Blocks.poisoned(arena, DType.FLOAT64, 0, 0, 1), false, 1, none);
    }
  }

  @Test
  void shapesThatDoNotFitAreRefused() {
    try (Arena arena = Arena.ofConfined()) {
      Block a = random(arena, DType.FLOAT64, 3, 4, 0);
      Block b = random(arena, DType.FLOAT64, 3, 4, 0);
      Block c = random(arena, DType.FLOAT64, 3, 4, 0);
      assertThatThrownBy(() -> Blas.gemm(1, a, false, b, true, 0, c))
          .isInstanceOf(ShapeException.class)
          .hasMessage(
              "gemm: the blocks do not fit together: 3×4 FLOAT64, 3×4 FLOAT64, 3×4 FLOAT64");
      assertThatThrownBy(() -> Blas.cholesky(a)).isInstanceOf(ShapeException.class);
      assertThatThrownBy(() -> new Block(a.segment(), DType.FLOAT64, 4, 4, 4))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("needs 128 bytes outside the heap but the segment has 96");
    }
  }

  @Test
  void libraryReportsItself() {
    assertThat(OpenBlas.status())
        .isInstanceOfSatisfying(
            OpenBlas.Loaded.class,
            loaded -> {
              assertThat(loaded.version()).startsWith("OpenBLAS 0.");
              assertThat(loaded.core()).isNotBlank();
            });
  }
}
