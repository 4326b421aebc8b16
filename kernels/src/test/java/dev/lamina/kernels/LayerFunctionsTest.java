package dev.lamina.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.function.Function;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Layers against plain loops in float64, with the same bits for every order of threads. */
final class LayerFunctionsTest {
  private static final long LEAKY = 0;
  private static final double SLOPE = 0.25;

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

  /** Runs something on devices that differ in the order of threads; all must agree. */
  private double[][] forEverySeed(Function<EmulatedDevice, double[][]> work) {
    double[][] first = work.apply(device);
    for (long seed = 90; seed < 94; seed++) {
      try (EmulatedDevice other =
          new EmulatedDevice(folder.resolve("lamina-emulation.so"), 1 << 26, seed, 1)) {
        assertThat(Arrays.deepEquals(work.apply(other), first)).as("seed %d", seed).isTrue();
      }
    }
    return first;
  }

  /** z and φ(z) side by side; rows and columns from `row` and `col` on. */
  private static double[][] dense(
      EmulatedDevice on,
      boolean single,
      double[][] x,
      double[][] w,
      double[][] bias,
      int row,
      int col) {
    DeviceFunction function = typed("DENSE_FORWARD", single);
    int n = x.length - row;
    int m = w.length - col;
    int k = x[0].length;
    long bytes = single ? 4 : 8;
    TestMatrix dx = TestMatrix.of(on, single, x);
    TestMatrix dw = TestMatrix.of(on, single, w);
    TestMatrix db = bias == null ? null : TestMatrix.of(on, single, bias);
    TestMatrix z = TestMatrix.poisoned(on, single, n, m);
    TestMatrix a = TestMatrix.poisoned(on, single, n, m);
    on.launch(
        function,
        (long) Math.ceilDiv(n, function.tile()) * Math.ceilDiv(m, function.tile()),
        dx.address() + row * dx.stride() * bytes,
        dx.stride(),
        (long) n,
        dw.address() + col * dw.stride() * bytes,
        dw.stride(),
        (long) m,
        (long) k,
        db == null ? 0L : db.address() + col * bytes,
        LEAKY,
        SLOPE,
        0L,
        0L,
        z.address(),
        z.stride(),
        a.address(),
        a.stride());
    double[][] both = new double[n][];
    double[][] before = z.read();
    double[][] after = a.read();
    for (int i = 0; i < n; i++) {
      both[i] = Arrays.copyOf(before[i], 2 * m);
      System.arraycopy(after[i], 0, both[i], m, m);
    }
    return both;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void denseLayersAreOnePassAndCuttingThemChangesNoBit(boolean single) {
    for (int[] shape : new int[][] {{1, 1, 1}, {129, 65, 17}, {66, 130, 33}}) {
      double[][] x = TestMatrix.uniform(1, single, shape[0], shape[2]);
      double[][] w = TestMatrix.uniform(2, single, shape[1], shape[2]);
      double[][] bias = shape[0] == 1 ? null : TestMatrix.uniform(3, single, 1, shape[1]);
      double[][] got = forEverySeed(on -> dense(on, single, x, w, bias, 0, 0));
      int m = shape[1];
      for (int i = 0; i < shape[0]; i++) {
        for (int j = 0; j < m; j++) {
          double want = bias == null ? 0 : bias[0][j];
          for (int l = 0; l < shape[2]; l++) {
            want += x[i][l] * w[j][l];
          }
          assertThat(got[i][j]).isCloseTo(want, within(single ? 1e-5 : 1e-14));
          double z = got[i][j];
          assertThat(got[i][m + j]).isEqualTo(z > 0 ? z : SLOPE * z);
        }
      }
      int row = shape[0] / 3;
      int col = m / 5;
      double[][] part = dense(device, single, x, w, bias, row, col);
      for (int i = 0; i < part.length; i++) {
        assertThat(Arrays.copyOf(part[i], m - col))
            .containsExactly(Arrays.copyOfRange(got[row + i], col, m));
      }
    }
  }

  private static double[][] delta(
      EmulatedDevice on, boolean single, double[][] z, double[][] upstream, int n) {
    int m = upstream[0].length;
    long parts = Math.max(1, Math.ceilDiv(n, DeviceFunction.DELTA_ROWS));
    TestMatrix dz = z == null ? null : TestMatrix.of(on, single, z);
    TestMatrix delta = TestMatrix.of(on, single, upstream);
    TestMatrix bias = TestMatrix.poisoned(on, single, 1, m);
    long partial = parts == 1 ? 0 : on.allocate(8 * parts * m);
    on.launch(
        typed("DENSE_DELTA", single),
        new long[] {Math.ceilDiv(m, DeviceFunction.LAYER_COLUMNS), parts, 1},
        dz == null ? 0L : dz.address(),
        dz == null ? 0L : dz.stride(),
        (long) n,
        (long) m,
        LEAKY,
        SLOPE,
        0L,
        0L,
        delta.address(),
        delta.stride(),
        partial,
        bias.address());
    if (parts > 1) {
      on.launch(
          typed("MULTIPLY_SUM", single), 1, partial, parts, 1L, (long) m, bias.address(), 9999L);
    }
    double[][] both = Arrays.copyOf(delta.read(), upstream.length + 1);
    both[upstream.length] = bias.read()[0];
    return both;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void deltasAndTheGradientOfTheBias(boolean single) {
    for (int[] shape : new int[][] {{1, 1}, {33, 8}, {1024, 3}, {2050, 9}}) {
      int n = shape[0];
      double[][] z = TestMatrix.uniform(4, single, n, shape[1]);
      double[][] upstream = TestMatrix.uniform(5, single, n, shape[1]);
      double[][] got = forEverySeed(on -> delta(on, single, z, upstream, n));
      double[][] sums = forEverySeed(on -> delta(on, single, null, upstream, n));
      for (int j = 0; j < shape[1]; j++) {
        double sum = 0;
        double plain = 0;
        for (int i = 0; i < n; i++) {
          assertThat(got[i][j]).isEqualTo(z[i][j] > 0 ? upstream[i][j] : SLOPE * upstream[i][j]);
          assertThat(sums[i][j]).isEqualTo(upstream[i][j]);
          sum += got[i][j];
          plain += upstream[i][j];
        }
        double error = single ? 1e-5 : 1e-12;
        assertThat(got[n][j]).isCloseTo(sum, within(error));
        assertThat(sums[n][j]).isCloseTo(plain, within(error));
      }
    }
    double[][] none = delta(device, single, null, new double[1][5], 0);
    assertThat(none[1]).containsOnly(0);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void batchesAreNormalisedWithTheSameBitsInPlace(boolean single) {
    for (int[] shape : new int[][] {{2, 1}, {129, 9}, {300, 17}}) {
      double[][] z = TestMatrix.uniform(6, single, shape[0], shape[1]);
      double[][] apart = forEverySeed(on -> normalised(on, single, z, false));
      assertThat(Arrays.deepEquals(normalised(device, single, z, true), apart)).isTrue();
      for (int j = 0; j < shape[1]; j++) {
        double mean = 0;
        double square = 0;
        for (int i = 0; i < shape[0]; i++) {
          mean += apart[i][j] / shape[0];
          square += apart[i][j] * apart[i][j] / shape[0];
        }
        assertThat(mean).isCloseTo(0, within(1e-6));
        assertThat(square).isCloseTo(1, within(1e-4));
      }
    }
  }

  /** Normalised entries, then statistics and running values, with scale 1 and shift 0. */
  private static double[][] normalised(
      EmulatedDevice on, boolean single, double[][] z, boolean inPlace) {
    int n = z.length;
    int m = z[0].length;
    double[] ones = new double[m];
    Arrays.fill(ones, 1);
    TestMatrix input = TestMatrix.of(on, single, z);
    TestMatrix y = inPlace ? input : TestMatrix.poisoned(on, single, n, m);
    TestMatrix scale = TestMatrix.of(on, single, new double[][] {ones});
    TestMatrix shift = TestMatrix.of(on, single, new double[1][m]);
    TestMatrix mean = TestMatrix.of(on, single, new double[1][m]);
    TestMatrix variance = TestMatrix.of(on, single, new double[][] {ones});
    TestMatrix statistics = TestMatrix.poisoned(on, single, 2, m);
    on.launch(
        typed("NORMALISE", single),
        Math.ceilDiv(m, DeviceFunction.LAYER_COLUMNS),
        input.address(),
        input.stride(),
        (long) n,
        (long) m,
        scale.address(),
        shift.address(),
        mean.address(),
        variance.address(),
        0.1,
        1e-7,
        statistics.address(),
        statistics.stride(),
        y.address(),
        y.stride());
    double[][] all = Arrays.copyOf(y.read(), n + 4);
    all[n] = statistics.read()[0];
    all[n + 1] = statistics.read()[1];
    all[n + 2] = mean.read()[0];
    all[n + 3] = variance.read()[0];
    return all;
  }
}
