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
import org.junit.jupiter.params.provider.ValueSource;

/** What is done to rows, columns and elements against plain loops in float64. */
final class RowFunctionsTest {
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

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void normsAndSumsOfRows(boolean single) {
    double[][] x = TestMatrix.uniform(1, single, 19, 77);
    Arrays.fill(x[4], 0);
    TestMatrix dx = TestMatrix.of(device, single, x);
    long norms = device.allocate(8 * 2 * 25);
    long sums = device.allocate(8 * 19);
    TestMatrix out = TestMatrix.poisoned(device, single, 19, 1);
    device.launch(
        typed("ROW_NORMS_SQUARED", single), 3, dx.address(), 19L, 77L, dx.stride(), norms, 25L);
    device.launch(typed("ROW_SUMS", single), 3, dx.address(), 19L, 77L, dx.stride(), 0.5, sums);
    device.launch(
        typed("ROW_NORMS", single),
        3,
        dx.address(),
        19L,
        77L,
        dx.stride(),
        out.address(),
        out.stride());
    double[] got = device.doubles(norms, 50);
    for (int i = 0; i < 19; i++) {
      double square = dot(x[i], x[i]);
      assertThat(got[i]).isCloseTo(square, within(1e-14 * square));
      assertThat(got[25 + i]).isCloseTo(i == 4 ? 0 : 1 / Math.sqrt(square), within(1e-14));
      assertThat(device.doubles(sums, 19)[i])
          .isCloseTo(0.5 * Arrays.stream(x[i]).sum(), within(1e-13));
      assertThat(out.read()[i][0])
          .isCloseTo(Math.sqrt(square), within(2 * out.roundoff() * Math.sqrt(square) + 1e-300));
    }
    assertThat(Arrays.copyOfRange(got, 19, 25)).containsOnly(Double.NaN);
  }

  @Test
  void normsDoNotOverflow() {
    double[][] x = {
      {3e200, 4e200}, {3e-200, 4e-200}, {0, 0}, {1, Double.NaN}, {1, Double.NEGATIVE_INFINITY}
    };
    TestMatrix dx = TestMatrix.of(device, false, x);
    long out = device.allocate(8 * 5);
    device.launch(DeviceFunction.ROW_NORMS_F64, 1, dx.address(), 5L, 2L, dx.stride(), out, 1L);
    double[] got = device.doubles(out, 5);
    assertThat(got[0]).isCloseTo(5e200, within(1e186));
    assertThat(got[1]).isCloseTo(5e-200, within(1e-214));
    assertThat(got).endsWith(0, Double.NaN, Double.POSITIVE_INFINITY);
  }

  @Test
  void scansFindTheFirst() {
    double[] norms = new double[3000];
    Arrays.setAll(norms, i -> 1 + (i * 37 % 101));
    long result = device.allocate(40);
    device.launch(DeviceFunction.SCAN_NORMS, 1, device.upload(norms), 3000L, result);
    assertThat(device.doubles(result, 5))
        .containsExactly(-1, 1, 101, -1, Arrays.stream(norms).sum());
    norms[2000] = norms[1500] = Double.NaN;
    norms[1700] = Double.POSITIVE_INFINITY;
    norms[77] = norms[2999] = 0;
    norms[2500] = 0.25;
    norms[1] = 500;
    device.launch(DeviceFunction.SCAN_NORMS, 1, device.upload(norms), 3000L, result);
    assertThat(device.doubles(result, 4)).containsExactly(1500, 0.25, 500, 77);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void badColumnsAreFound(boolean single) {
    double[][] row = TestMatrix.uniform(2, single, 1, 700);
    long result = device.allocate(16);
    device.launch(
        typed("FIRST_BAD_COLUMN", single),
        1,
        TestMatrix.of(device, single, row).address(),
        700L,
        result);
    assertThat(device.doubles(result, 1)).containsExactly(-1);
    row[0][650] = Double.NaN;
    row[0][400] = Double.NEGATIVE_INFINITY;
    device.launch(
        typed("FIRST_BAD_COLUMN", single),
        1,
        TestMatrix.of(device, single, row).address(),
        700L,
        result);
    assertThat(device.doubles(result, 2)).containsExactly(400, Double.NEGATIVE_INFINITY);
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void dotsHaveTheSameBitsForEverySeed(boolean single) {
    for (int[] shape : new int[][] {{1, 1}, {300, 90}, {20_000, 1}, {2, 9000}}) {
      double[][] a = TestMatrix.uniform(3, single, shape[0], shape[1]);
      double[][] b = TestMatrix.uniform(4, single, shape[0], shape[1]);
      double want = 0;
      for (int i = 0; i < a.length; i++) {
        want += dot(a[i], b[i]);
      }
      double first = dotOnDevice(device, single, a, b);
      assertThat(first).isCloseTo(want, within(1e-15 * a.length * a[0].length));
      try (EmulatedDevice other =
          new EmulatedDevice(folder.resolve("lamina-emulation.so"), 1 << 26, 99, 1)) {
        assertThat(dotOnDevice(other, single, a, b)).isEqualTo(first);
      }
    }
  }

  private static double dotOnDevice(
      EmulatedDevice device, boolean single, double[][] a, double[][] b) {
    TestMatrix da = TestMatrix.of(device, single, a);
    TestMatrix db = TestMatrix.of(device, single, b);
    long parts = Math.ceilDiv((long) a.length * a[0].length, 8192);
    long partial = device.allocate(8 * parts);
    long result = device.allocate(8);
    device.launch(
        typed("DOT", single),
        parts,
        da.address(),
        da.stride(),
        db.address(),
        db.stride(),
        (long) a.length,
        (long) a[0].length,
        partial);
    device.launch(DeviceFunction.SUM, 1, partial, parts, 1.0, result);
    return device.doubles(result, 1)[0];
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void elementsAreFilledCopiedMirroredAndCentred(boolean single) {
    int n = 67;
    double[][] x = TestMatrix.uniform(5, single, n, n);
    TestMatrix dx = TestMatrix.of(device, single, x);
    TestMatrix filled = TestMatrix.poisoned(device, single, n, 5);
    device.launch(typed("FILL", single), 1, filled.address(), (long) n, 5L, filled.stride(), 0.25);
    for (double[] row : filled.read()) {
      assertThat(row).containsOnly(0.25);
    }
    for (boolean target : new boolean[] {true, false}) {
      TestMatrix copy = TestMatrix.poisoned(device, target, n, n);
      device.launch(
          DeviceFunction.valueOf("COPY_F%d_F%d".formatted(single ? 32 : 64, target ? 32 : 64)),
          Math.ceilDiv((long) n * n, 1024),
          dx.address(),
          (long) n,
          (long) n,
          dx.stride(),
          copy.address(),
          copy.stride());
      double[][] copied = copy.read();
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          assertThat(copied[i][j]).isEqualTo(target ? (float) x[i][j] : x[i][j]);
        }
      }
    }
    for (long fromUpper = 0; fromUpper < 2; fromUpper++) {
      TestMatrix m = TestMatrix.of(device, single, x);
      device.launch(typed("MIRROR", single), 6, m.address(), (long) n, m.stride(), fromUpper);
      double[][] got = m.read();
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          boolean kept = fromUpper == 1 ? j >= i : j <= i;
          assertThat(got[i][j]).isEqualTo(kept ? x[i][j] : x[j][i]);
        }
      }
    }
    long values = device.allocate(8L * n);
    device.launch(typed("GET_DIAGONAL", single), 1, dx.address(), (long) n, dx.stride(), values);
    assertThat(device.doubles(values, n)[n - 1]).isEqualTo(x[n - 1][n - 1]);
    device.launch(typed("SET_DIAGONAL", single), 1, dx.address(), (long) n, dx.stride(), 0L, 1.0);
    assertThat(dx.read()[3][3]).isCloseTo(x[3][3] + 1, within(2 * dx.roundoff()));
    device.launch(
        typed("SET_DIAGONAL", single), 1, dx.address(), (long) n, dx.stride(), values, 0.0);
    assertThat(dx.read()).isDeepEqualTo(x);
    double[] means = new double[n];
    Arrays.setAll(means, i -> 0.01 * i);
    device.launch(
        typed("CENTRE", single),
        Math.ceilDiv((long) n * n, 1024),
        dx.address(),
        (long) n,
        dx.stride(),
        device.upload(means),
        device.upload(new double[] {0.5}));
    double[][] centred = dx.read();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        assertThat(centred[i][j])
            .isCloseTo(x[i][j] - means[i] - means[j] + 0.5, within(8 * dx.roundoff()));
      }
    }
  }

  @Test
  void columnsAreCombinedAndAdded() {
    int n = 2100;
    int t = 3;
    double[][] a = TestMatrix.uniform(6, false, n, t);
    double[][] b = TestMatrix.uniform(7, false, n, t);
    a[2000][1] = Double.NaN;
    TestMatrix da = TestMatrix.of(device, false, a);
    TestMatrix db = TestMatrix.of(device, false, b);
    long partial = device.allocate(24L * t);
    long out = device.allocate(8L * t);
    device.launch(
        DeviceFunction.COLUMN_DOTS,
        new long[] {3, t, 1},
        db.address(),
        db.stride(),
        db.address(),
        db.stride(),
        (long) n,
        (long) t,
        partial);
    device.launch(DeviceFunction.COLUMN_SUMS, 1, partial, 3L, (long) t, out);
    for (int c = 0; c < t; c++) {
      int column = c;
      double want = Arrays.stream(b).mapToDouble(row -> row[column] * row[column]).sum();
      assertThat(device.doubles(out, t)[c]).isCloseTo(want, within(1e-11));
    }
    device.launch(
        DeviceFunction.COLUMN_LARGEST,
        new long[] {3, t, 1},
        da.address(),
        da.stride(),
        (long) n,
        (long) t,
        partial);
    device.launch(DeviceFunction.COLUMN_MAXIMA, 1, partial, 3L, (long) t, out);
    assertThat(device.doubles(out, t))
        .containsExactly(
            Arrays.stream(a).mapToDouble(row -> Math.abs(row[0])).max().orElseThrow(),
            Double.POSITIVE_INFINITY,
            Arrays.stream(a).mapToDouble(row -> Math.abs(row[2])).max().orElseThrow());
    device.launch(
        DeviceFunction.COLUMN_COMBINE,
        Math.ceilDiv((long) n * t, 1024),
        db.address(),
        db.stride(),
        device.upload(new double[] {2, 3, 0}),
        device.upload(new double[] {1, 0, -1}),
        da.address(),
        da.stride(),
        (long) n,
        (long) t);
    double[][] got = da.read();
    for (int i = 0; i < n; i++) {
      assertThat(got[i][0]).isCloseTo(2 * b[i][0] + a[i][0], within(1e-15));
      assertThat(got[i][1]).isCloseTo(3 * b[i][1], within(1e-15));
      assertThat(got[i][2]).isEqualTo(-a[i][2]);
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pivotedCholeskyStepsReproduceTheMatrix(boolean single) {
    int n = 40;
    double[][] x = TestMatrix.uniform(8, single, n, n);
    double[][] k = new double[n][n];
    double[] rest = new double[n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double value = dot(x[i], x[j]);
        k[i][j] = single ? (float) value : value;
      }
      rest[i] = k[i][i];
    }
    long dRest = device.upload(rest);
    long factor = device.allocate(8L * n * n);
    long result = device.allocate(16);
    for (long step = 0; step < n; step++) {
      device.launch(DeviceFunction.LARGEST, 1, dRest, (long) n, result);
      double[] largest = device.doubles(result, 2);
      double[] now = device.doubles(dRest, n);
      assertThat(largest[1]).isEqualTo(Arrays.stream(now).max().orElseThrow());
      int pivot = (int) largest[0];
      assertThat(now[pivot]).isEqualTo(largest[1]);
      TestMatrix row = TestMatrix.of(device, single, new double[][] {k[pivot]});
      device.launch(
          typed("PIVOT_STEP", single),
          1,
          row.address(),
          (long) n,
          factor,
          (long) n,
          step,
          (long) pivot,
          Math.sqrt(largest[1]),
          dRest);
    }
    double[] f = device.doubles(factor, n * n);
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double sum = 0;
        for (int s = 0; s < n; s++) {
          sum += f[s * n + i] * f[s * n + j];
        }
        assertThat(sum).isCloseTo(k[i][j], within(single ? 1e-3 : 1e-9));
      }
    }
  }

  @Test
  void rowsAreGathered() {
    double[][] a = TestMatrix.uniform(9, false, 6, 50);
    TestMatrix da = TestMatrix.of(device, false, a);
    TestMatrix out = TestMatrix.poisoned(device, false, 3, 50);
    device.launch(
        DeviceFunction.GATHER_ROWS_F64,
        1,
        da.address(),
        da.stride(),
        device.upload(new long[] {5, 0, 2}),
        3L,
        50L,
        out.address(),
        out.stride());
    assertThat(out.read()).isDeepEqualTo(new double[][] {a[5], a[0], a[2]});
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void rowsAreScaled(boolean single) {
    double[][] x = TestMatrix.uniform(31, single, 40, 33);
    double[][] factors = TestMatrix.uniform(32, single, 40, 1);
    TestMatrix dx = TestMatrix.of(device, single, x);
    TestMatrix df = TestMatrix.of(device, single, factors);
    device.launch(
        typed("SCALE_ROWS", single),
        2,
        dx.address(),
        40L,
        33L,
        dx.stride(),
        df.address(),
        df.stride());
    double[][] got = dx.read();
    for (int i = 0; i < 40; i++) {
      for (int j = 0; j < 33; j++) {
        double want = x[i][j] * factors[i][0];
        assertThat(got[i][j]).isEqualTo(single ? (float) want : want);
      }
    }
  }
}
