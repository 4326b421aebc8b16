package dev.lamina.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The fused functions in all their modes on small programs against plain loops in float64. All
 * instructions are held to the oracles of the contract kit.
 */
final class GramFunctionsTest {
  private static final int LOAD = 0;
  private static final int COPY = 1;
  private static final int UNIFORM_LAYER = 10;
  private static final int EMIT = 18;
  private static final int EMIT_VALUE = 19;
  private static final int EMIT_ANGLE = 20;
  private static final int DOT = 0;
  private static final int COMPLEMENT = 1;
  private static final int SQUARED_DISTANCE = 2;
  private static final double KAPPA = 1 / Math.PI;

  @TempDir Path folder;
  private EmulatedDevice device;

  @BeforeEach
  void open() {
    assumeTrue(DeviceCode.hasEmulation(), "built without g++");
    device = new EmulatedDevice(DeviceCode.extractEmulation(folder), 1 << 26, 5, 2);
  }

  @AfterEach
  void close() {
    if (device != null) {
      device.close();
    }
  }

  /** The tangent kernel of a relu layer with shares ½ and ½: output 0; its angle: output 1. */
  private static TestProgram tangent() {
    return new TestProgram(true, 2)
        .add(LOAD, 0, 0, 0, 0, COMPLEMENT)
        .add(COPY, 1, 0, 0, 0, 0)
        .add(UNIFORM_LAYER, 0, 0, 1, 0, 0, KAPPA, 2 - Math.PI * KAPPA, 0, 0, 1, 0.5, 0, 0.5)
        .add(EMIT_VALUE, 0, 1, 0, 0, 0)
        .add(EMIT_ANGLE, 0, 0, 0, 0, 1);
  }

  private static double cosine(double[] x, double[] z) {
    return dot(x, z) / Math.sqrt(dot(x, x) * dot(z, z));
  }

  private static double[] tangentOf(double[] x, double[] z) {
    double theta = Math.acos(Math.min(1, cosine(x, z)));
    double j = Math.sin(theta) + (Math.PI - theta) * Math.cos(theta);
    double nngp = j / Math.PI;
    double ntk = nngp / 2 + Math.cos(theta) * (1 - theta / Math.PI) / 2;
    double norms = Math.sqrt(dot(x, x) * dot(z, z));
    return new double[] {norms * ntk, Math.acos(Math.min(1, nngp))};
  }

  private static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  /** Rows with their row values: squared and inverse norms, and the norm in slot 0. */
  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Rows(TestMatrix data, double[][] values, long norms, long slots, long pitch) {}

  private Rows rows(double[][] values, boolean single, boolean doubleSlots) {
    int n = values.length;
    int pitch = n + 5;
    double[] norms = new double[2 * pitch];
    double[] slots = new double[pitch];
    float[] slots32 = new float[2 * pitch];
    Arrays.fill(norms, Double.NaN);
    for (int i = 0; i < n; i++) {
      norms[i] = dot(values[i], values[i]);
      norms[pitch + i] = 1 / Math.sqrt(norms[i]);
      slots[i] = Math.sqrt(norms[i]);
      slots32[i] = (float) slots[i];
      slots32[pitch + i] = (float) (slots[i] - slots32[i]);
    }
    return new Rows(
        TestMatrix.of(device, single, values),
        values,
        device.upload(norms),
        doubleSlots ? device.upload(slots) : device.upload(slots32),
        pitch);
  }

  private static Object[] arguments(
      Rows x, Rows z, long program, long outputs, long diagonal, boolean symmetric) {
    return new Object[] {
      x.data.address(),
      (long) x.data.rows(),
      x.data.stride(),
      z.data.address(),
      (long) z.data.rows(),
      z.data.stride(),
      (long) x.data.cols(),
      x.norms,
      x.slots,
      x.pitch,
      z.norms,
      z.slots,
      z.pitch,
      program,
      outputs,
      diagonal,
      symmetric ? 1L : 0L
    };
  }

  private static long blocks(DeviceFunction f, int n, int m, boolean symmetric) {
    long down = Math.ceilDiv(n, f.tile());
    return symmetric ? down * (down + 1) / 2 : down * Math.ceilDiv(m, f.tile());
  }

  private static boolean isSingle(DeviceFunction f) {
    return f.entry().contains("_f32");
  }

  private static boolean isDoubleProgram(DeviceFunction f) {
    return f.entry().contains("f64") && f != DeviceFunction.GRAM_F32_PRODUCTS64;
  }

  private static double roundoff(DeviceFunction f) {
    return f == DeviceFunction.GRAM_F32_TF32 ? 0x1p-11 : isSingle(f) ? 0x1p-24 : 0x1p-53;
  }

  static Stream<DeviceFunction> gramFunctions() {
    return Arrays.stream(DeviceFunction.values()).filter(f -> f.entry().startsWith("gram_"));
  }

  static Stream<Arguments> gramShapes() {
    int[][] shapes = {{1, 1, 1}, {33, 31, 7}, {65, 130, 16}, {129, 64, 37}, {3, 2, 100}};
    return gramFunctions().flatMap(f -> Arrays.stream(shapes).map(s -> Arguments.of(f, s)));
  }

  @ParameterizedTest
  @MethodSource("gramShapes")
  void rectanglesAreComputedAndMirrored(DeviceFunction f, int[] shape) {
    boolean single = isSingle(f);
    Rows x = rows(TestMatrix.uniform(1, single, shape[0], shape[2]), single, isDoubleProgram(f));
    Rows z = rows(TestMatrix.uniform(2, single, shape[1], shape[2]), single, isDoubleProgram(f));
    TestMatrix k = TestMatrix.poisoned(device, single, shape[0], shape[1]);
    TestMatrix angle = TestMatrix.poisoned(device, single, shape[0], shape[1]);
    TestMatrix mirrored = TestMatrix.poisoned(device, single, shape[1], shape[0]);
    long outputs =
        device.upload(
            new long[] {
              k.address(),
              k.stride(),
              0,
              0,
              angle.address(),
              angle.stride(),
              mirrored.address(),
              mirrored.stride()
            });
    long program = device.upload(tangent().encoded(1e-3));
    device.launch(
        f, blocks(f, shape[0], shape[1], false), arguments(x, z, program, outputs, 0, false));
    double bound = 16 * roundoff(f) * Math.sqrt(shape[2]);
    double[][] values = k.read();
    double[][] angles = angle.read();
    double[][] angles2 = mirrored.read();
    for (int i = 0; i < shape[0]; i++) {
      for (int j = 0; j < shape[1]; j++) {
        double[] want = tangentOf(x.values[i], z.values[j]);
        double norms = Math.sqrt(dot(x.values[i], x.values[i]) * dot(z.values[j], z.values[j]));
        assertThat(values[i][j])
            .as("(%d, %d)", i, j)
            .isCloseTo(want[0], within(bound * norms + 1e-300));
        // The oracle's own arccosine loses half of its digits near 1.
        assertThat(angles[i][j]).isCloseTo(want[1], within(Math.sqrt(2 * bound)));
        assertThat(angles2[j][i]).isEqualTo(angles[i][j]);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("gramFunctions")
  void symmetricMatricesHaveTheGivenDiagonal(DeviceFunction f) {
    boolean single = isSingle(f);
    for (int n : new int[] {1, 33, 64, 129, 190}) {
      Rows x = rows(TestMatrix.uniform(3, single, n, 19), single, isDoubleProgram(f));
      TestMatrix k = TestMatrix.poisoned(device, single, n, n);
      TestMatrix angle = TestMatrix.poisoned(device, single, n, n);
      double[] diagonal = new double[(int) x.pitch * 2];
      for (int i = 0; i < n; i++) {
        diagonal[i] = 1000 + i;
      }
      long outputs =
          device.upload(
              new long[] {
                k.address(),
                k.stride(),
                k.address(),
                k.stride(),
                angle.address(),
                angle.stride(),
                0,
                0
              });
      device.launch(
          f,
          blocks(f, n, n, true),
          arguments(
              x,
              x,
              device.upload(tangent().encoded(1e-3)),
              outputs,
              device.upload(diagonal),
              true));
      double[][] values = k.read();
      double[][] angles = angle.read();
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          double want = i == j ? 1000 + i : tangentOf(x.values[i], x.values[j])[0];
          assertThat(values[i][j]).isCloseTo(want, within(600 * roundoff(f)));
          assertThat(values[i][j]).isEqualTo(values[j][i]);
          assertThat(Double.isNaN(angles[i][j])).isEqualTo(j > i);
        }
        assertThat(values[i][i]).isEqualTo(1000 + i);
        assertThat(angles[i][i]).isZero();
      }
    }
  }

  static Stream<Arguments> statistics() {
    return Stream.of(
            DeviceFunction.GRAM_F32, DeviceFunction.GRAM_F64, DeviceFunction.GRAM_F32_BY_F64)
        .flatMap(f -> Stream.of(DOT, SQUARED_DISTANCE).map(s -> Arguments.of(f, s)));
  }

  @ParameterizedTest
  @MethodSource("statistics")
  void generalProgramsLoadDotsAndDistances(DeviceFunction f, int statistic) {
    boolean single = isSingle(f);
    double[][] values = TestMatrix.uniform(4, single, 40, 50);
    double[][] others = TestMatrix.uniform(5, single, 20, 50);
    others[3] = values[7].clone(); // equal rows have distance 0
    others[4] = values[8].clone();
    others[4][0] += 0x1p-12;
    Rows x = rows(values, single, isDoubleProgram(f));
    Rows z = rows(others, single, isDoubleProgram(f));
    TestMatrix out = TestMatrix.poisoned(device, single, 40, 20);
    long program =
        device.upload(
            new TestProgram(false, 1)
                .add(LOAD, 1, 0, 0, 0, statistic)
                .add(EMIT, 0, 1, 0, 0, 0)
                .encoded(1e-3));
    device.launch(
        f,
        blocks(f, 40, 20, false),
        arguments(
            x,
            z,
            program,
            device.upload(new long[] {out.address(), out.stride(), 0, 0}),
            0,
            false));
    double[][] got = out.read();
    for (int i = 0; i < 40; i++) {
      for (int j = 0; j < 20; j++) {
        double xz = dot(values[i], others[j]);
        double[] difference = new double[50];
        for (int c = 0; c < 50; c++) {
          difference[c] = values[i][c] - others[j][c];
        }
        double want = statistic == DOT ? xz : dot(difference, difference);
        assertThat(got[i][j]).isCloseTo(want, within(200 * roundoff(f) * (1 + Math.abs(want))));
      }
    }
    if (statistic == SQUARED_DISTANCE) {
      assertThat(got[7][3]).isZero();
      assertThat(got[8][4]).isCloseTo(0x1p-24, within(0x1p-24 * 0x1p-9));
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"PROGRAM_F32", "PROGRAM_F64", "PROGRAM_F32_BY_F64"})
  void programsReplaceProductsInPlace(DeviceFunction f) {
    boolean single = isSingle(f);
    int n = 131;
    double[][] values = TestMatrix.uniform(6, single, n, 23);
    Rows x = rows(values, single, isDoubleProgram(f));
    double[][] products = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        products[i][j] = j <= i ? dot(values[i], values[j]) : Double.NaN;
      }
    }
    TestMatrix k = TestMatrix.of(device, single, products);
    TestProgram program =
        new TestProgram(true, 1).add(LOAD, 0, 0, 0, 0, COMPLEMENT).add(EMIT_VALUE, 0, 0, 0, 0, 0);
    double[] diagonal = new double[(int) x.pitch];
    for (int i = 0; i < n; i++) {
      diagonal[i] = dot(values[i], values[i]);
    }
    List<Object> arguments = new ArrayList<>(List.of(k.address(), k.stride()));
    arguments.addAll(
        List.of(
            arguments(
                x,
                x,
                device.upload(program.encoded(1e-3)),
                device.upload(new long[] {k.address(), k.stride(), k.address(), k.stride()}),
                device.upload(diagonal),
                true)));
    device.launch(f, blocks(f, n, n, true), arguments.toArray());
    double[][] got = k.read();
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        assertThat(got[i][j]).isCloseTo(dot(values[i], values[j]), within(500 * roundoff(f)));
        assertThat(got[i][j]).isEqualTo(got[j][i]);
      }
    }
  }

  @ParameterizedTest
  @EnumSource(names = {"MULTIPLY_F32", "MULTIPLY_F64", "MULTIPLY_F32_BY_F64"})
  void productsWithTheKernelMatrixNeedNoMatrix(DeviceFunction f) {
    boolean single = isSingle(f);
    for (int[] shape : new int[][] {{1, 1, 1, 1}, {70, 200, 3, 2}, {130, 129, 17, 1}}) {
      int n = shape[0];
      int m = shape[1];
      int t = shape[2];
      int splits = shape[3];
      Rows x = rows(TestMatrix.uniform(7, single, n, 11), single, isDoubleProgram(f));
      Rows z = rows(TestMatrix.uniform(8, single, m, 11), single, isDoubleProgram(f));
      double[][] v = TestMatrix.uniform(9, single, m, t);
      TestMatrix dv = TestMatrix.of(device, single, v);
      long partial = device.allocate(8L * splits * n * t);
      List<Object> arguments =
          new ArrayList<>(
              List.of(arguments(x, z, device.upload(tangent().encoded(1e-3)), 0, 0, false)));
      arguments.addAll(List.of(dv.address(), (long) t, dv.stride(), (long) splits, partial));
      // Output 0 only: the program must not emit others.
      TestProgram program =
          new TestProgram(true, 1).add(LOAD, 0, 0, 0, 0, COMPLEMENT).add(EMIT_VALUE, 0, 0, 0, 0, 0);
      arguments.set(13, device.upload(program.encoded(1e-3)));
      device.launch(
          f,
          new long[] {
            Math.ceilDiv(n, f.tile()), Math.ceilDiv(t, DeviceFunction.MULTIPLY_COLUMNS), splits
          },
          arguments.toArray());
      TestMatrix out = TestMatrix.poisoned(device, single, n, t);
      device.launch(
          single ? DeviceFunction.MULTIPLY_SUM_F32 : DeviceFunction.MULTIPLY_SUM_F64,
          Math.ceilDiv((long) n * t, 256),
          partial,
          (long) splits,
          (long) n,
          (long) t,
          out.address(),
          out.stride());
      double[][] got = out.read();
      for (int i = 0; i < n; i++) {
        for (int c = 0; c < t; c++) {
          double want = 0;
          for (int j = 0; j < m; j++) {
            want += dot(x.values[i], z.values[j]) * v[j][c];
          }
          assertThat(got[i][c]).isCloseTo(want, within(200 * roundoff(f) * Math.sqrt((double) m)));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("gramFunctions")
  void nearlyParallelRowsKeepTheirAngle(DeviceFunction f) {
    boolean single = isSingle(f);
    double[][] values = TestMatrix.uniform(10, single, 2, 300);
    double[] turned = values[0].clone();
    turned[5] = single ? (float) (turned[5] + 0x1p-14) : turned[5] + 0x1p-14;
    Rows x = rows(new double[][] {values[0], values[1]}, single, isDoubleProgram(f));
    Rows z = rows(new double[][] {turned, values[1]}, single, isDoubleProgram(f));
    TestMatrix angle = TestMatrix.poisoned(device, single, 2, 2);
    TestProgram program =
        new TestProgram(true, 1).add(LOAD, 0, 0, 0, 0, COMPLEMENT).add(EMIT_ANGLE, 0, 0, 0, 0, 0);
    device.launch(
        f,
        1,
        arguments(
            x,
            z,
            device.upload(program.encoded(1e-2)),
            device.upload(new long[] {angle.address(), angle.stride(), 0, 0}),
            0,
            false));
    double[] difference = new double[300];
    for (int c = 0; c < 300; c++) {
      difference[c] =
          values[0][c] / Math.sqrt(dot(values[0], values[0]))
              - turned[c] / Math.sqrt(dot(turned, turned));
    }
    double want = 2 * Math.asin(Math.sqrt(dot(difference, difference)) / 2);
    assertThat(angle.read()[0][0]).isCloseTo(want, within(1e-6 * want));
    assertThat(angle.read()[1][1]).isZero();
  }
}
