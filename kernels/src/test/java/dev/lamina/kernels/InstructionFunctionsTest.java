package dev.lamina.kernels;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** Every instruction of the general interpreter against its definition. */
final class InstructionFunctionsTest {
  private static final int LOAD = 0;
  private static final int COPY = 1;
  private static final int FILL = 2;
  private static final int POWER = 3;
  private static final int STATIONARY = 4;
  private static final int ADD = 5;
  private static final int MULTIPLY = 6;
  private static final int ANGLE_DUAL = 7;
  private static final int ANGLE_OF = 8;
  private static final int ARC_COSINE_2 = 9;
  private static final int UNIFORM_LAYER = 10;
  private static final int SMOOTH_DUAL = 11;
  private static final int SERIES_DUAL = 12;
  private static final int BLEND_START = 13;
  private static final int BLEND_SHARE = 14;
  private static final int BLEND_END = 15;
  private static final int COMPOSE = 16;
  private static final int VALUE = 17;
  private static final int EMIT = 18;
  private static final int EMIT_VALUE = 19;
  private static final int EMIT_ANGLE = 20;
  private static final int NONE = 255;
  private static final int SLOTS = 24;
  private static final int N = 9;
  private static final int M = 37;
  private static final int D = 6;
  private static final double KAPPA = 0.21;

  @TempDir Path folder;
  private EmulatedDevice device;

  @BeforeEach
  void open() {
    assumeTrue(DeviceCode.hasEmulation(), "built without g++");
    device = new EmulatedDevice(DeviceCode.extractEmulation(folder), 1 << 24, 11, 1);
  }

  @AfterEach
  void close() {
    if (device != null) {
      device.close();
    }
  }

  /** What an instruction is defined by: complement, squared distance and slots of a pair. */
  record PairOf(double s, double distance, List<Double> x, List<Double> z) {
    double theta() {
      return Math.acos(1 - s);
    }

    double x(int slot) {
      return x.get(slot);
    }

    double z(int slot) {
      return z.get(slot);
    }
  }

  /** The value that a program emits for a pair. */
  @FunctionalInterface
  interface Definition {
    double at(PairOf pair);
  }

  private static TestProgram complement() {
    return new TestProgram(false, 1).add(LOAD, 1, 0, 0, 0, 1);
  }

  private static TestProgram distance() {
    return new TestProgram(false, 1).add(LOAD, 1, 0, 0, 0, 2);
  }

  private static TestProgram emit(TestProgram program, int register) {
    return program.add(EMIT, 0, register, 0, 0, 0);
  }

  private static Arguments both(String name, TestProgram program, Definition definition) {
    return Arguments.of(name, program, definition, true);
  }

  private static Arguments float64(String name, TestProgram program, Definition definition) {
    return Arguments.of(name, program, definition, false);
  }

  static Stream<Arguments> arithmetic() {
    return Stream.of(
        both("copy", emit(complement().add(COPY, 31, 1, 0, 0, 0), 31), PairOf::s),
        both("fill", emit(complement().add(FILL, 2, 0, 0, 0, 0, 0.3), 2), p -> 0.3),
        both(
            "power",
            emit(complement().add(POWER, 2, 1, 0, 0, 5, 0.5, -1), 2),
            p -> Math.pow(0.5 * p.s - 1, 5)),
        both(
            "add",
            emit(complement().add(FILL, 2, 0, 0, 0, 0, 0.3).add(ADD, 3, 1, 2, 0, 0), 3),
            p -> p.s + 0.3),
        both(
            "multiply",
            emit(complement().add(FILL, 2, 0, 0, 0, 0, 0.3).add(MULTIPLY, 3, 1, 2, 0, 0), 3),
            p -> p.s * 0.3),
        both(
            "compose",
            emit(complement().add(FILL, 2, 0, 0, 0, 0, 0.3).add(COMPOSE, 2, 1, 2, 0, 0), 2),
            p -> p.s + 0.3 - p.s * 0.3),
        both(
            "value",
            emit(complement().add(VALUE, 2, 1, 0, 4, 0), 2),
            p -> p.x(4) * p.z(4) * (1 - p.s)),
        both(
            "emit value",
            complement().add(EMIT_VALUE, 0, 1, 0, 5, 0),
            p -> p.x(5) * p.z(5) * (1 - p.s)),
        both("emit angle", complement().add(EMIT_ANGLE, 0, 1, 0, 0, 0), PairOf::theta),
        both(
            "blend",
            emit(
                complement()
                    .add(BLEND_START, 0, 0, 0, 0, 0)
                    .add(BLEND_SHARE, 0, 1, 0, 4, 0)
                    .add(BLEND_SHARE, 0, NONE, 0, 6, 0)
                    .add(BLEND_END, 2, 0, 0, 0, 0),
                2),
            p ->
                ((p.x(4) - p.z(4)) * (p.x(4) - p.z(4)) + (p.x(6) - p.z(6)) * (p.x(6) - p.z(6))) / 2
                    + p.x(4) * p.z(4) * p.s),
        float64(
            "series",
            emit(complement().add(SERIES_DUAL, 2, 1, 0, 8, 16), 2),
            p -> {
              // The slots are not unit vectors: the sum of squares takes the place of 1.
              double sum = 0;
              for (int n = 0; n < 16; n++) {
                double x = p.x(8 + n);
                double z = p.z(8 + n);
                sum += (x * x + z * z) / 2 - x * z * Math.pow(1 - p.s, n);
              }
              return sum;
            }));
  }

  private static double dual(double theta) {
    return 1 - Math.cos(theta) - KAPPA * (Math.sin(theta) - theta * Math.cos(theta));
  }

  static Stream<Arguments> angles() {
    double left = 2 - Math.PI * KAPPA;
    double back = Math.PI * KAPPA - 1;
    TestProgram layer =
        complement()
            .add(FILL, 2, 0, 0, 0, 0, 0.3)
            .add(UNIFORM_LAYER, 1, 1, 2, 0, 0, KAPPA, left, back, 0.2, 0.8, 0.5, 0.1, 0.4);
    Definition tangent =
        p -> {
          double delta = KAPPA * p.theta();
          return 0.5 * dual(p.theta()) + 0.1 * 0.3 + 0.4 * (delta + 0.3 - delta * 0.3);
        };
    return Stream.of(
        both(
            "angle dual",
            emit(complement().add(ANGLE_DUAL, 2, 1, 3, 0, 0, KAPPA, left, back), 2),
            p -> dual(p.theta())),
        both(
            "angle dual in place without derivative",
            emit(complement().add(ANGLE_DUAL, 1, 1, NONE, 0, 0, KAPPA, left, back), 1),
            p -> dual(p.theta())),
        both(
            "derivative of the angle dual",
            emit(complement().add(ANGLE_DUAL, 1, 1, 3, 0, 0, KAPPA, left, back), 3),
            p -> KAPPA * p.theta()),
        both(
            "angle of",
            emit(complement().add(ANGLE_OF, 2, 1, 0, 0, 0, 0.7), 2),
            p -> 0.7 * p.theta()),
        both(
            "arc cosine 2",
            emit(complement().add(ARC_COSINE_2, 2, 1, 0, 0, 0), 2),
            p -> {
              double t = p.theta();
              double c = Math.cos(t);
              return 1 - (3 * Math.sin(t) * c + (Math.PI - t) * (1 + 2 * c * c)) / (3 * Math.PI);
            }),
        both("uniform layer", emit(layer, 2), tangent),
        both(
            "uniform layer of the NNGP kernel",
            emit(
                complement()
                    .add(UNIFORM_LAYER, 1, 1, NONE, 0, 0, KAPPA, left, back, 0.2, 0.8, 0, 0, 0),
                1),
            p -> 0.2 * p.s + 0.8 * dual(p.theta())));
  }

  private static TestProgram stationary(int shape, double... constants) {
    return emit(distance().add(STATIONARY, 2, 1, 0, 0, shape, constants), 2);
  }

  static Stream<Arguments> stationaries() {
    double logFactor = -0.5 * Math.log(2) - Math.log(Math.sqrt(Math.PI) / 2);
    return Stream.of(
        both("gaussian", stationary(0, 0.1), p -> Math.exp(-0.1 * p.distance)),
        both(
            "matern 7/2",
            stationary(1, 0.7, 1, 0.4, 1.0 / 15),
            p -> {
              double a = 0.7 * Math.sqrt(p.distance);
              return Math.exp(-a) * (1 + a + 0.4 * a * a + a * a * a / 15);
            }),
        both(
            "rational quadratic",
            stationary(2, 0.3, 0.8),
            p -> Math.pow(1 + 0.3 * p.distance, -0.8)),
        // The integral at ν = 3/2, where there is a closed form too.
        float64(
            "general matern",
            stationary(3, 0.7, 1.5, logFactor),
            p -> {
              double a = 0.7 * Math.sqrt(p.distance);
              return (1 + a) * Math.exp(-a);
            }));
  }

  private static double erf(double x) {
    // Abramowitz and Stegun 7.1.6: all terms are positive.
    double term = x;
    double sum = x;
    for (int n = 1; n < 200; n++) {
      term *= 2 * x * x / (2 * n + 1);
      sum += term;
    }
    return Math.abs(x) > 6 ? Math.signum(x) : 2 / Math.sqrt(Math.PI) * Math.exp(-x * x) * sum;
  }

  private static double density(double u) {
    return Math.exp(-u * u / 2) / Math.sqrt(2 * Math.PI);
  }

  private static double normal(double u) {
    return (1 + erf(u / Math.sqrt(2))) / 2;
  }

  private static final List<DoubleUnaryOperator> SMOOTH =
      List.of(InstructionFunctionsTest::erf, u -> u * normal(u), Math::sin, Math::cos, Math::exp);
  private static final List<DoubleUnaryOperator> SLOPE =
      List.of(
          u -> 2 / Math.sqrt(Math.PI) * Math.exp(-u * u),
          u -> normal(u) + u * density(u),
          Math::cos,
          Math::sin,
          Math::exp);

  /** E[f(u)f(v)] by the trapezoidal rule, which converges faster than any power. */
  private static double expectation(DoubleUnaryOperator f, double a, double b, double cosine) {
    double step = 0.2;
    int most = 45;
    double sine = Math.sqrt(Math.max(0, 1 - cosine * cosine));
    double sum = 0;
    for (int i = -most; i <= most; i++) {
      double g = i * step;
      double left = f.applyAsDouble(Math.sqrt(a) * g) * density(g);
      if (sine == 0) {
        sum += left * f.applyAsDouble(Math.sqrt(b) * cosine * g) / step;
        continue;
      }
      for (int j = -most; j <= most; j++) {
        double h = j * step;
        sum += left * f.applyAsDouble(Math.sqrt(b) * (cosine * g + sine * h)) * density(h);
      }
    }
    return sum * step * step;
  }

  /** Pre-activation variance of a row: what the slots 0 … 3 are made of. */
  private static double variance(int row) {
    return 0.3 + 0.05 * row;
  }

  private static double[] smoothSlots(int function, double k) {
    double second = expectation(SMOOTH.get(function), k, k, 1);
    double slope = expectation(SLOPE.get(function), k, k, 1);
    return function == 0
        ? new double[] {
          Math.sqrt(2 * k / (1 + 2 * k)),
          1 / Math.sqrt(Math.asin(2 * k / (1 + 2 * k))),
          Math.sqrt(Math.sqrt(1 + 4 * k) / (1 + 2 * k)),
          1 / (1 + 2 * k)
        }
        : new double[] {k, 1 / Math.sqrt(second), 1 / Math.sqrt(slope), Math.sqrt(k)};
  }

  /** Makes rows whose slots are positive numbers; 0 … 3 those of a smooth function. */
  private static double[][] slots(int rows, int function, long seed) {
    double[][] slots = TestMatrix.uniform(seed, false, rows, SLOTS);
    for (int i = 0; i < rows; i++) {
      for (int k = 0; k < SLOTS; k++) {
        slots[i][k] = 1 + 0.5 * slots[i][k];
      }
      System.arraycopy(smoothSlots(function, variance(i)), 0, slots[i], 0, 4);
    }
    return slots;
  }

  private double[][] run(
      DeviceFunction f,
      TestProgram program,
      double[][] x,
      double[][] z,
      double[][] xSlots,
      double[][] zSlots) {
    boolean single = f != DeviceFunction.GRAM_F64;
    TestMatrix dx = TestMatrix.of(device, single, x);
    TestMatrix dz = TestMatrix.of(device, single, z);
    TestMatrix out = TestMatrix.poisoned(device, single, N, M);
    device.launch(
        f,
        1,
        dx.address(),
        (long) N,
        dx.stride(),
        dz.address(),
        (long) M,
        dz.stride(),
        (long) D,
        norms(x),
        uploadSlots(f, xSlots),
        (long) N,
        norms(z),
        uploadSlots(f, zSlots),
        (long) M,
        device.upload(program.encoded(1e-2)),
        device.upload(new long[] {out.address(), out.stride(), 0, 0}),
        0L,
        0L);
    return out.read();
  }

  private long norms(double[][] x) {
    double[] norms = new double[2 * x.length];
    for (int i = 0; i < x.length; i++) {
      norms[i] = Arrays.stream(x[i]).map(v -> v * v).sum();
      norms[x.length + i] = 1 / Math.sqrt(norms[i]);
    }
    return device.upload(norms);
  }

  private long uploadSlots(DeviceFunction f, double[][] slots) {
    int n = slots.length;
    if (f != DeviceFunction.GRAM_F32) {
      return device.upload(
          IntStream.range(0, SLOTS * n).mapToDouble(i -> slots[i % n][i / n]).toArray());
    }
    float[] parts = new float[2 * SLOTS * n];
    for (int k = 0; k < SLOTS; k++) {
      for (int i = 0; i < n; i++) {
        float high = (float) slots[i][k];
        parts[2 * k * n + i] = high;
        parts[(2 * k + 1) * n + i] = (float) (slots[i][k] - high);
      }
    }
    return device.upload(parts);
  }

  private static List<Double> boxed(double[] values) {
    return Arrays.stream(values).boxed().toList();
  }

  private void require(DeviceFunction f, TestProgram program, Definition want, int function) {
    boolean single = f != DeviceFunction.GRAM_F64;
    double[][] x = TestMatrix.uniform(1, single, N, D);
    double[][] z = TestMatrix.uniform(2, single, M, D);
    double[][] xSlots = slots(N, function, 3);
    double[][] zSlots = slots(M, function, 4);
    double[][] got = run(f, program, x, z, xSlots, zSlots);
    // An error u of the cosine moves the angle by √u at most, here where no rows are parallel by
    // less.
    double bound = f == DeviceFunction.GRAM_F32 ? 2e-5 : single ? 1e-6 : 1e-11;
    for (int i = 0; i < N; i++) {
      for (int j = 0; j < M; j++) {
        double xx = 0;
        double zz = 0;
        double xz = 0;
        for (int c = 0; c < D; c++) {
          xx += x[i][c] * x[i][c];
          zz += z[j][c] * z[j][c];
          xz += x[i][c] * z[j][c];
        }
        PairOf pair =
            new PairOf(
                1 - xz / Math.sqrt(xx * zz), xx + zz - 2 * xz, boxed(xSlots[i]), boxed(zSlots[j]));
        double expected = want.at(pair);
        assertThat(got[i][j])
            .as("(%d, %d)", i, j)
            .isCloseTo(expected, within(bound * Math.max(1, Math.abs(expected))));
      }
    }
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource({"arithmetic", "angles", "stationaries"})
  void instructionsDoWhatTheySay(
      String name, TestProgram program, Definition definition, boolean alsoFloat32) {
    require(DeviceFunction.GRAM_F64, program, definition, 0);
    require(DeviceFunction.GRAM_F32_BY_F64, program, definition, 0);
    if (alsoFloat32) {
      require(DeviceFunction.GRAM_F32, program, definition, 0);
    }
  }

  static Stream<Integer> smoothFunctions() {
    return IntStream.range(0, SMOOTH.size()).boxed();
  }

  @ParameterizedTest
  @MethodSource("smoothFunctions")
  void smoothDualsAreExpectations(int function) {
    double[][] x = TestMatrix.uniform(1, false, N, D);
    double[][] z = TestMatrix.uniform(2, false, M, D);
    double[][] xSlots = slots(N, function, 3);
    double[][] zSlots = slots(M, function, 4);
    double[][] cosines = run(DeviceFunction.GRAM_F64, emit(complement(), 1), x, z, xSlots, zSlots);
    for (int register = 2; register <= 3; register++) {
      DoubleUnaryOperator f = (register == 2 ? SMOOTH : SLOPE).get(function);
      double[][] got =
          run(
              DeviceFunction.GRAM_F64,
              emit(complement().add(SMOOTH_DUAL, 2, 1, 3, 0, function), register),
              x,
              z,
              xSlots,
              zSlots);
      for (int i = 0; i < N; i++) {
        for (int j = 0; j < M; j += 5) {
          double a = variance(i);
          double b = variance(j);
          double want =
              1
                  - expectation(f, a, b, 1 - cosines[i][j])
                      / Math.sqrt(expectation(f, a, a, 1) * expectation(f, b, b, 1));
          assertThat(got[i][j]).as("(%d, %d)", i, j).isCloseTo(want, within(1e-9));
        }
      }
    }
  }
}
