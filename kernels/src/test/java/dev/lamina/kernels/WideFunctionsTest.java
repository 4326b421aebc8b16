package dev.lamina.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Wide layers against plain loops in float64. */
final class WideFunctionsTest {
  private static final int TILE = DeviceFunction.WIDE_LAYER_F32.tile();
  private static final double WEIGHT = 1.7;
  private static final double BIAS = 0.3;

  @TempDir Path folder;
  private EmulatedDevice device;

  @BeforeEach
  void open() {
    assumeTrue(DeviceCode.hasEmulation(), "built without g++");
    device = new EmulatedDevice(DeviceCode.extractEmulation(folder), 1 << 26, 3, 2);
  }

  @AfterEach
  void close() {
    if (device != null) {
      device.close();
    }
  }

  private static DeviceFunction typed(String name, boolean single) {
    return DeviceFunction.valueOf(name + (single ? "_F32" : "_F64"));
  }

  private static long lowerTiles(int n) {
    long t = Math.ceilDiv(n, TILE);
    return t * (t + 1) / 2;
  }

  /** A Gram matrix of rows of three entries, with the upper triangle NaN. */
  private static double[][] kernel(long seed, boolean single, int n) {
    double[][] x = TestMatrix.uniform(seed, single, n, 3);
    double[][] k = new double[n][n];
    for (int i = 0; i < n; i++) {
      Arrays.fill(k[i], Double.NaN);
      for (int j = 0; j <= i; j++) {
        double value = x[i][0] * x[j][0] + x[i][1] * x[j][1] + x[i][2] * x[j][2];
        k[i][j] = single ? (float) value : value;
      }
    }
    return k;
  }

  private static double[][] lower(double[][] symmetric) {
    double[][] lower = new double[symmetric.length][];
    for (int i = 0; i < symmetric.length; i++) {
      lower[i] = symmetric[i].clone();
      Arrays.fill(lower[i], i + 1, symmetric.length, Double.NaN);
    }
    return lower;
  }

  private long rows(boolean single, TestMatrix k, int pitch) {
    long values = device.allocate(8L * 4 * pitch);
    device.launch(
        typed("WIDE_ROWS", single),
        Math.ceilDiv(k.rows(), 256),
        k.address(),
        (long) k.rows(),
        k.stride(),
        values,
        (long) pitch);
    return values;
  }

  private static double theta(double[][] k, int i, int j) {
    double s = Math.sqrt(k[i][i] * k[j][j]);
    return Math.acos(Math.clamp(k[i][j] / s, -1, 1));
  }

  private static double dual(double[][] k, int i, int j) {
    double theta = theta(k, i, j);
    double s = Math.sqrt(k[i][i] * k[j][j]);
    return s * (Math.sin(theta) + (Math.PI - theta) * Math.cos(theta)) / (2 * Math.PI);
  }

  @Test
  void rowsAreSplitIntoPowersOfFour() {
    double[] variances = {1, 3.9, 4, 0.2, 0, 1e300, 1e-320, -1, Double.NaN};
    double[][] k = new double[variances.length][variances.length];
    for (int i = 0; i < variances.length; i++) {
      k[i][i] = variances[i];
    }
    TestMatrix dk = TestMatrix.of(device, false, k);
    double[] got = device.doubles(rows(false, dk, 11), 44);
    for (int i = 0; i < 7; i++) {
      double up = got[22 + i];
      assertThat(got[i] * up * up).as("row %d", i).isEqualTo(variances[i]);
      assertThat(got[i]).isGreaterThanOrEqualTo(1).isLessThan(4);
      assertThat(got[11 + i] * up).isEqualTo(variances[i] == 0 ? 0 : 1);
      assertThat(got[33 + i]).isEqualTo(Math.sqrt(variances[i]));
    }
    for (int i = 7; i < 9; i++) {
      assertThat(got[i]).isNaN();
      assertThat(got[33 + i]).isNaN();
    }
    assertThat(Arrays.copyOfRange(got, 9, 11)).containsOnly(Double.NaN);
  }

  @ParameterizedTest
  @CsvSource({"true,1", "false,1", "true,70", "false,70", "false,129"})
  void symmetricPartsGoForwardAndAreMirrored(boolean single, int n) {
    double[][] k = kernel(1, single, n);
    TestMatrix dk = TestMatrix.of(device, single, k);
    TestMatrix out = TestMatrix.poisoned(device, single, n, n);
    long values = rows(single, dk, n);
    for (TestMatrix to : new TestMatrix[] {out, dk}) {
      device.launch(
          typed("WIDE_LAYER", single),
          lowerTiles(n),
          dk.address(),
          (long) n,
          (long) n,
          dk.stride(),
          values,
          values,
          (long) n,
          1L,
          to.address(),
          to.stride(),
          to.address(),
          to.stride(),
          WEIGHT,
          BIAS);
      double[][] got = to.read();
      for (int i = 0; i < n; i++) {
        for (int j = 0; j <= i; j++) {
          double want = WEIGHT * (i == j ? k[i][i] / 2 : dual(k, i, j)) + BIAS;
          assertThat(got[i][j]).isCloseTo(want, within(40 * out.roundoff()));
          assertThat(got[j][i]).isEqualTo(got[i][j]);
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"true,1", "false,1", "true,70", "false,70", "false,129"})
  void symmetricPartsGoBackward(boolean single, int n) {
    double[][] k = kernel(2, single, n);
    double[][] g = lower(TestMatrix.uniform(3, single, n, n));
    double[][] got = backward(single, k, g, n);
    for (int i = 0; i < n; i++) {
      double sum = g[i][i] / 2;
      for (int j = 0; j < n; j++) {
        if (j != i) {
          int a = Math.max(i, j);
          int b = Math.min(i, j);
          double theta = theta(k, a, b);
          double want = WEIGHT * g[a][b] * (Math.PI - theta) / (2 * Math.PI);
          assertThat(got[i][j]).isCloseTo(want, within(single ? 1e-6 : 1e-14));
          sum += g[a][b] * Math.sin(theta) * Math.sqrt(k[j][j] / k[i][i]) / (2 * Math.PI);
        }
      }
      double size = n * Math.sqrt(3 / k[i][i]);
      assertThat(got[i][i]).isCloseTo(WEIGHT * sum, within((single ? 1e-6 : 1e-14) * size));
    }
  }

  /** Goes back in parts of {@code edge} rows and columns, a multiple of a tile or all. */
  private double[][] backward(boolean single, double[][] k, double[][] g, int edge) {
    int n = k.length;
    TestMatrix dk = TestMatrix.of(device, single, k);
    TestMatrix dg = TestMatrix.of(device, single, g);
    long values = rows(single, dk, n);
    long tiles = Math.ceilDiv(n, TILE);
    long sums = device.allocate(8L * tiles * n);
    int bytes = single ? 4 : 8;
    for (long i = 0; i < n; i += edge) {
      for (long j = 0; j <= i; j += edge) {
        long rows = Math.min(edge, n - i);
        long cols = Math.min(edge, n - j);
        device.launch(
            typed("WIDE_LAYER_BACKWARD", single),
            i == j ? lowerTiles((int) rows) : Math.ceilDiv(rows, TILE) * Math.ceilDiv(cols, TILE),
            dk.address() + (i * dk.stride() + j) * bytes,
            rows,
            cols,
            dk.stride(),
            values + 8 * i,
            values + 8 * j,
            (long) n,
            i == j ? 1L : 0L,
            dg.address() + (i * dg.stride() + j) * bytes,
            dg.stride(),
            dg.address() + (j * dg.stride() + i) * bytes,
            dg.stride(),
            WEIGHT,
            sums,
            (long) n,
            i,
            j);
      }
    }
    device.launch(
        typed("WIDE_DIAGONAL", single),
        Math.ceilDiv(n, 256),
        dg.address(),
        (long) n,
        dg.stride(),
        values + 24L * n,
        sums,
        (long) n,
        tiles,
        WEIGHT);
    return dg.read();
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void partsHaveTheBitsOfTheWhole(boolean single) {
    int n = 200;
    double[][] k = kernel(4, single, n);
    double[][] g = lower(TestMatrix.uniform(5, single, n, n));
    double[][] whole = backward(single, k, g, n);
    assertThat(backward(single, k, g, TILE)).isDeepEqualTo(whole);
    assertThat(backward(single, k, g, 2 * TILE)).isDeepEqualTo(whole);
  }

  @Test
  void rectanglesNeedNoMirror() {
    int n = 130;
    double[][] k = kernel(6, false, n);
    TestMatrix dk = TestMatrix.of(device, false, k);
    TestMatrix out = TestMatrix.poisoned(device, false, 66, 64);
    long values = rows(false, dk, n);
    device.launch(
        DeviceFunction.WIDE_LAYER_F64,
        2,
        dk.address() + 64 * dk.stride() * 8,
        66L,
        64L,
        dk.stride(),
        values + 64 * 8,
        values,
        (long) n,
        0L,
        out.address(),
        out.stride(),
        0L,
        0L,
        WEIGHT,
        BIAS);
    double[][] got = out.read();
    for (int i = 0; i < 66; i++) {
      for (int j = 0; j < 64; j++) {
        double want = WEIGHT * dual(k, 64 + i, j) + BIAS;
        assertThat(got[i][j]).isCloseTo(want, within(1e-14));
      }
    }
  }

  @Test
  void deadAndParallelRowsHaveTheirLimits() {
    double[][] k = {
      {2, Double.NaN, Double.NaN, Double.NaN},
      {2, 2, Double.NaN, Double.NaN},
      {-2, -2, 2, Double.NaN},
      {0, 0, 0, 0}
    };
    double[][] g = lower(TestMatrix.uniform(7, false, 4, 4));
    double[][] got = backward(false, k, g, 4);
    for (int i = 0; i < 4; i++) {
      assertThat(got[i][i]).isEqualTo(WEIGHT * (g[i][i] / 2));
      for (int j = 0; j < i; j++) {
        assertThat(got[i][j]).isEqualTo(i == 1 ? g[i][j] * 0.5 * WEIGHT : 0);
      }
    }
  }
}
