package dev.lamina.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Products, factorisations and eigenvalues against plain loops in float64. */
final class DenseFunctionsTest {
  @TempDir Path folder;
  private EmulatedDevice device;

  @BeforeEach
  void open() {
    assumeTrue(DeviceCode.hasEmulation(), "built without g++");
    device = new EmulatedDevice(DeviceCode.extractEmulation(folder), 1 << 26, 7, 2);
  }

  @AfterEach
  void close() {
    if (device != null) {
      device.close();
    }
  }

  private TestMatrix matrix(boolean single, double[][] values) {
    return TestMatrix.of(device, single, values);
  }

  private static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < c.length; i++) {
      for (int l = 0; l < b.length; l++) {
        for (int j = 0; j < c[0].length; j++) {
          c[i][j] += a[i][l] * b[l][j];
        }
      }
    }
    return c;
  }

  private static double[][] transposed(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < t.length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  private static void requireClose(double[][] got, double[][] want, double bound) {
    for (int i = 0; i < want.length; i++) {
      for (int j = 0; j < want[0].length; j++) {
        assertThat(got[i][j]).as("(%d, %d)", i, j).isCloseTo(want[i][j], within(bound));
      }
    }
  }

  static Stream<Arguments> products() {
    int[][] shapes = {{1, 1, 1}, {33, 31, 7}, {65, 130, 16}, {129, 64, 17}, {2, 3, 100}, {7, 5, 0}};
    return Stream.of(true, false)
        .flatMap(single ->
            IntStream.range(0, 4)
                .boxed()
                .flatMap(transposes ->
                    Arrays.stream(shapes)
                        .map(s -> Arguments.of(single, transposes, s[0], s[1], s[2]))));
  }

  @ParameterizedTest
  @MethodSource("products")
  void multipliesWithAllTransposes(boolean single, int transposes, int m, int n, int k) {
    boolean ta = (transposes & 1) == 1;
    boolean tb = (transposes & 2) == 2;
    double[][] a = TestMatrix.uniform(1, single, m, Math.max(k, 1));
    double[][] b = TestMatrix.uniform(2, single, Math.max(k, 1), n);
    double[][] old = TestMatrix.uniform(3, single, m, n);
    TestMatrix da = matrix(single, ta ? transposed(a) : a);
    TestMatrix db = matrix(single, tb ? transposed(b) : b);
    double[][] ab = k == 0 ? new double[m][n] : product(a, b);
    for (double beta : new double[] {0, -0.5}) {
      TestMatrix c = beta == 0 ? TestMatrix.poisoned(device, single, m, n) : matrix(single, old);
      gemm(single, m, n, k, 2, da, ta, db, tb, beta, c, 0);
      double[][] want = new double[m][n];
      for (int i = 0; i < m; i++) {
        for (int j = 0; j < n; j++) {
          want[i][j] = 2 * ab[i][j] + beta * old[i][j];
        }
      }
      requireClose(c.read(), want, 8 * c.roundoff() * (k + 1));
    }
  }

  private void gemm(
      boolean single,
      int m,
      int n,
      int k,
      double alpha,
      TestMatrix a,
      boolean ta,
      TestMatrix b,
      boolean tb,
      double beta,
      TestMatrix c,
      int lower) {
    DeviceFunction function = single ? DeviceFunction.GEMM_F32 : DeviceFunction.GEMM_F64;
    long down = Math.ceilDiv(m, function.tile());
    long across = Math.ceilDiv(n, function.tile());
    device.launch(
        function,
        lower > 0 ? down * (down + 1) / 2 : down * across,
        (long) m,
        (long) n,
        (long) k,
        alpha,
        a.address(),
        ta ? 1 : a.stride(),
        ta ? a.stride() : 1,
        b.address(),
        tb ? 1 : b.stride(),
        tb ? b.stride() : 1,
        beta,
        c.address(),
        c.stride(),
        (long) lower);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rankUpdatesKeepToTheTriangleOrMirrorIt(boolean single) {
    for (int n : new int[] {1, 63, 64, 129, 200}) {
      double[][] a = TestMatrix.uniform(4, single, n, 20);
      double[][] want = product(a, transposed(a));
      TestMatrix da = matrix(single, a);
      TestMatrix lower = TestMatrix.poisoned(device, single, n, n);
      gemm(single, n, n, 20, 1, da, false, da, true, 0, lower, 1);
      TestMatrix both = TestMatrix.poisoned(device, single, n, n);
      gemm(single, n, n, 20, 1, da, false, da, true, 0, both, 2);
      double[][] gotLower = lower.read();
      double[][] gotBoth = both.read();
      requireClose(gotBoth, want, 200 * lower.roundoff());
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          assertThat(gotBoth[i][j]).isEqualTo(gotBoth[j][i]);
          assertThat(gotLower[i][j]).isEqualTo(Double.valueOf(j <= i ? gotBoth[i][j] : Double.NaN));
        }
      }
    }
  }

  private static double[][] positiveDefinite(int n, boolean single) {
    double[][] x = TestMatrix.uniform(5, single, n, n);
    double[][] a = product(x, transposed(x));
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double value = a[i][j] / n + (i == j ? 1 : 0);
        a[i][j] = single ? (float) value : value;
      }
    }
    return a;
  }

  private static double[][] lowerOf(double[][] a) {
    double[][] l = new double[a.length][a.length];
    for (int i = 0; i < a.length; i++) {
      System.arraycopy(a[i], 0, l[i], 0, i + 1);
    }
    return l;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void factorsAndSolvesABlock(boolean single) {
    for (int n : new int[] {1, 2, 33, 64}) {
      double[][] a = positiveDefinite(n, single);
      TestMatrix da = matrix(single, a);
      long report = device.upload(new double[] {-1, 0});
      device.launch(
          single ? DeviceFunction.CHOLESKY_BLOCK_F32 : DeviceFunction.CHOLESKY_BLOCK_F64,
          1,
          da.address(),
          da.stride(),
          (long) n,
          100L,
          report);
      assertThat(device.doubles(report, 1)).containsExactly(-1);
      double[][] l = lowerOf(da.read());
      double bound = 40 * n * da.roundoff();
      requireClose(product(l, transposed(l)), a, bound);

      double[][] right = TestMatrix.uniform(6, single, 70, n);
      TestMatrix b = matrix(single, right);
      device.launch(
          single ? DeviceFunction.SOLVE_RIGHT_F32 : DeviceFunction.SOLVE_RIGHT_F64,
          2,
          da.address(),
          da.stride(),
          (long) n,
          b.address(),
          b.stride(),
          70L,
          report);
      requireClose(product(b.read(), transposed(l)), right, bound);

      for (long transposed = 0; transposed < 2; transposed++) {
        double[][] left = TestMatrix.uniform(7, single, n, 70);
        TestMatrix c = matrix(single, left);
        device.launch(
            single ? DeviceFunction.SOLVE_LEFT_F32 : DeviceFunction.SOLVE_LEFT_F64,
            2,
            da.address(),
            da.stride(),
            (long) n,
            c.address(),
            c.stride(),
            70L,
            transposed);
        requireClose(product(transposed == 1 ? transposed(l) : l, c.read()), left, bound);
      }

      long result = device.allocate(8);
      device.launch(
          single ? DeviceFunction.LOG_DETERMINANT_F32 : DeviceFunction.LOG_DETERMINANT_F64,
          1,
          da.address(),
          (long) n,
          da.stride(),
          result);
      double want = 2 * IntStream.range(0, n).mapToDouble(i -> Math.log(l[i][i])).sum();
      assertThat(device.doubles(result, 1)[0]).isCloseTo(want, within(1e-12 * (1 + n)));
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {-1, 0, Double.NaN, Double.POSITIVE_INFINITY})
  void reportsTheBrokenPivotAndStops(double pivot) {
    double[][] a = new double[5][5];
    for (int i = 0; i < 5; i++) {
      a[i][i] = i == 3 ? pivot : 4;
    }
    TestMatrix da = matrix(false, a);
    long report = device.upload(new double[] {-1, 0});
    for (int launch = 0; launch < 2; launch++) { // the second one finds the report and does nothing
      device.launch(
          DeviceFunction.CHOLESKY_BLOCK_F64,
          1,
          da.address(),
          da.stride(),
          5L,
          100L + 1000L * launch,
          report);
      assertThat(device.doubles(report, 2)).containsExactly(103, pivot);
      assertThat(Arrays.deepToString(da.read())).isEqualTo(Arrays.deepToString(a));
    }
    TestMatrix b = matrix(false, a);
    device.launch(
        DeviceFunction.SOLVE_RIGHT_F64,
        1,
        da.address(),
        da.stride(),
        5L,
        b.address(),
        b.stride(),
        5L,
        report);
    assertThat(Arrays.deepToString(b.read())).isEqualTo(Arrays.deepToString(a));
  }

  @Test
  void jacobiRotationsDiagonalise() {
    for (int n : new int[] {1, 2, 3, 8, 33}) {
      double[][] a = positiveDefinite(n, false);
      a[0][0] -= 2; // indefinite
      TestMatrix da = matrix(false, lowerWithNaNAbove(a));
      double[][] identity = new double[n][n];
      for (int i = 0; i < n; i++) {
        identity[i][i] = 1;
      }
      TestMatrix vectors = matrix(false, identity);
      int players = n + n % 2;
      long half = players / 2;
      long rotations = device.allocate(16 * half);
      long count = device.upload(new long[1]);
      long before = -1;
      int sweeps = 0;
      while (device.longs(count, 1)[0] != before) {
        before = device.longs(count, 1)[0];
        assertThat(++sweeps).isLessThan(12);
        for (long round = 0; round < players - 1; round++) {
          device.launch(
              DeviceFunction.JACOBI_ROTATIONS,
              Math.ceilDiv(half, 256),
              da.address(),
              (long) n,
              da.stride(),
              round,
              1e-15,
              rotations,
              count);
          device.launch(
              DeviceFunction.JACOBI_APPLY,
              Math.ceilDiv(half * (half + 1) / 2, 256) + half * Math.ceilDiv(n, 256),
              da.address(),
              (long) n,
              da.stride(),
              round,
              rotations,
              vectors.address(),
              vectors.stride());
        }
      }
      double[][] v = vectors.read();
      double[][] values = da.read();
      double[][] av = product(v, a);
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          assertThat(av[i][j]).isCloseTo(values[i][i] * v[i][j], within(1e-13 * n));
        }
      }
      requireClose(product(v, transposed(v)), identity, 1e-13 * n);
    }
  }

  private static double[][] lowerWithNaNAbove(double[][] a) {
    double[][] l = new double[a.length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a.length; j++) {
        l[i][j] = j <= i ? a[i][j] : Double.NaN;
      }
    }
    return l;
  }
}
