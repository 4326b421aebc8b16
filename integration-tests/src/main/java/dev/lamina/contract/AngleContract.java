package dev.lamina.contract;

import dev.lamina.contract.Comparison.At;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * What {@code compute} with angles owes: the accuracy rule.
 *
 * <p>Every layer amplifies a relative error of 1 − cos, and a float32 cosine has none of its digits
 * left where inputs are 10⁻³ apart. The oracle takes the rounded inputs as exact and carries 1 −
 * cos from the difference of the inputs on.
 */
public abstract class AngleContract extends BackendContract {
  /**
   * Angles between pairs of inputs, the smallest of them lost to a cosine even in a dot product.
   */
  private static final double[] ANGLES = {1e-4, 1e-3, 1e-2, 3e-2, 0.1, 0.5, 1.5, 3, 3.1};

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected AngleContract(String name, DType dtype) {
    super(name, dtype);
  }

  static List<String> angled() {
    return Samples.angled();
  }

  @ParameterizedTest
  @MethodSource("angled")
  final void anglesOfOrdinaryInputs(String text) {
    requireAngles(text, Inputs.rows(1, dtype(), 21, 7), Inputs.rows(2, dtype(), 19, 7), 16);
  }

  static Stream<String> deep() {
    return Stream.of(
            "relu", "leakyRelu(slope=0.3)", "abs", "erf", "tanh", "gelu", "sin", "softplus")
        .flatMap(phi ->
            Stream.of(1, 5, 20)
                .map(depth ->
                    "nngp(depth=%d, activation=%s, weightVariance=%s)"
                        .formatted(depth, phi, phi.equals("softplus") ? "1" : "2")));
  }

  @ParameterizedTest
  @MethodSource("deep")
  final void nearlyParallelInputsKeepTheirAngleAtEveryDepth(String text) {
    double[][][] pairs = pairs(3, 50, 1);
    requireAngles(text, pairs[0], pairs[1], 0);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "linear()",
        "linear(offset=0.5)",
        "arcCosine(order=0)",
        "arcCosine(order=1)",
        "arcCosine(order=2)",
        "nngp(depth=5, biasVariance=0.1)",
        "nngp(depth=5, residual=true)",
        "ntk(depth=1)",
        "ntk(depth=5)",
        "ntk(depth=20)",
        "ntk(depth=5, activation=erf, biasVariance=0.1)",
        "ntk(depth=5, residual=true, biasVariance=0.1)"
      })
  final void nearlyParallelInputsOfUnequalNormKeepTheirAngle(String text) {
    double[][][] pairs = pairs(4, 784, 1.7);
    requireAngles(text, pairs[0], pairs[1], 0);
  }

  @Test
  final void equalRowsHaveAngleZero() {
    double[][] x = Inputs.rows(5, dtype(), 9, 11);
    x[8] = x[3].clone();
    for (String text : List.of("linear()", "nngp(depth=3)", "ntk(depth=2, activation=erf)")) {
      try (Placed px = host(x);
          Placed k = poisoned(9, 9);
          Placed angles = poisoned(9, 9)) {
        backend()
            .gram()
            .compute(Kernel.parse(text), px.matrix(), px.matrix(), k.matrix(), angles.matrix());
        double[][] got = angles.read();
        for (At at : List.of(new At(3, 8), new At(8, 3), new At(0, 0), new At(8, 8))) {
          if (got[at.row()][at.col()] != 0) {
            throw new AssertionError(
                "%s: equal rows %s have angle %s instead of 0"
                    .formatted(text, at, got[at.row()][at.col()]));
          }
        }
        Comparison.requireSymmetric(text, got);
      }
    }
  }

  /** Entries of opposite rows are 0, or those of equal rows if the activation is even. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "arcCosine(order=0); 0",
        "arcCosine(order=1); 0",
        "ntk(depth=1); 0",
        "nngp(depth=1, activation=relu); 0",
        "nngp(depth=3, activation=abs, weightVariance=1); 1",
        "ntk(depth=1, activation=abs, weightVariance=1); 1"
      })
  final void oppositeRowsKeepTheirDigits(String text, double share) {
    Kernel kernel = Kernel.parse(text);
    double[] factors = {-1, -0.5, -3};
    double[][] x = Inputs.rows(7, dtype(), 6, 61);
    double[][] z = new double[x.length][];
    for (int i = 0; i < x.length; i++) {
      double factor = factors[i % factors.length];
      z[i] = Arrays.stream(x[i]).map(v -> Inputs.round(dtype(), factor * v)).toArray();
    }
    try (Placed px = host(x);
        Placed pz = host(z);
        Placed k = poisoned(x.length, z.length)) {
      backend().gram().compute(kernel, px.matrix(), pz.matrix(), k.matrix());
      double[][] got = k.read();
      for (int i = 0; i < x.length; i++) {
        double scale =
            Math.sqrt(NaiveKernels.entry(kernel, x[i], x[i]).value())
                * Math.sqrt(NaiveKernels.entry(kernel, z[i], z[i]).value());
        double error = Math.abs(got[i][i] - share * scale) / scale;
        if (!(error <= 16 * dtype().unitRoundoff())) {
          throw new AssertionError(
              "%s: opposite rows %d have %s instead of %s, %.3g of √(k(x,x)k(z,z)) off"
                  .formatted(text, i, got[i][i], share * scale, error));
        }
      }
    }
  }

  @Test
  final void anglesComeWithTheKernel() {
    double[][] x = Inputs.rows(6, dtype(), 37, 5);
    Kernel kernel = Kernel.parse("ntk(depth=2, biasVariance=0.1)");
    for (Placement placement : Placement.values()) {
      try (Placed px = Placed.of(backend(), placement, dtype(), x);
          Placed k = Placed.poisoned(backend(), placement, dtype(), 37, 37);
          Placed angles = Placed.poisoned(backend(), placement, dtype(), 37, 37)) {
        backend().gram().compute(kernel, px.matrix(), px.matrix(), k.matrix(), angles.matrix());
        Comparison.require(
            "kernel with angles",
            k.read(),
            Comparison.sample(37, 37, 100),
            (i, j) -> NaiveKernels.entry(kernel, x[i], x[j]),
            tolerance(5));
        requireAngles("angles", angles.read(), kernel, x, x, Comparison.sample(37, 37, 100));
        k.requirePaddingIntact("out");
        angles.requirePaddingIntact("angles");
      }
    }
  }

  /**
   * Computes angles and holds {@code sampled} of them, or those of row i with row i, to the rule.
   */
  private void requireAngles(String text, double[][] x, double[][] z, int sampled) {
    Kernel kernel = Kernel.parse(text);
    try (Placed px = host(x);
        Placed pz = host(z);
        Placed k = poisoned(x.length, z.length);
        Placed angles = poisoned(x.length, z.length)) {
      backend().gram().compute(kernel, px.matrix(), pz.matrix(), k.matrix(), angles.matrix());
      List<At> positions =
          sampled > 0
              ? Comparison.sample(x.length, z.length, sampled)
              : IntStream.range(0, ANGLES.length).mapToObj(i -> new At(i, i)).toList();
      requireAngles(text, angles.read(), kernel, x, z, positions);
    }
  }

  private void requireAngles(
      String what, double[][] got, Kernel kernel, double[][] x, double[][] z, List<At> positions) {
    for (At at : positions) {
      double want = NaiveKernels.angle(kernel, x[at.row()], z[at.col()]);
      double angle = got[at.row()][at.col()];
      double bound = tolerance(x[0].length).angleBound(want, layers(kernel));
      if (!(Math.abs(angle - want) <= bound)) {
        throw new AssertionError(
            "%s: the angle of rows %d and %d must be %s within %.3g but is %s, %.3g off"
                .formatted(what, at.row(), at.col(), want, bound, angle, Math.abs(angle - want)));
      }
    }
  }

  private static int layers(Kernel kernel) {
    return switch (kernel) {
      case Kernel.Nngp k -> k.network().depth();
      case Kernel.Ntk k -> k.network().depth();
      case Kernel.Product k -> k.factors().stream().mapToInt(AngleContract::layers).max().orElse(0);
      default -> 1;
    };
  }

  /** Returns pairs of rows at {@link #ANGLES}, the second ones {@code stretch} times as long. */
  private double[][][] pairs(long seed, int d, double stretch) {
    RandomGenerator random = Inputs.generator(seed);
    double[][] x = new double[ANGLES.length][d];
    double[][] z = new double[ANGLES.length][d];
    for (int i = 0; i < ANGLES.length; i++) {
      double[] direction = random.doubles(d, -1, 1).toArray();
      double[] other = random.doubles(d, -1, 1).toArray();
      NaivePair pair = NaivePair.dot(direction, other);
      for (int j = 0; j < d; j++) {
        // Gram–Schmidt: an input of mean square 1 and one turned away from it by the angle.
        double along = direction[j] / Math.sqrt(pair.xx());
        double across = other[j] - direction[j] * pair.xz() / pair.xx();
        double unit = across / Math.sqrt(pair.zz() - pair.xz() * pair.xz() / pair.xx());
        double turned = Math.cos(ANGLES[i]) * along + Math.sin(ANGLES[i]) * unit;
        x[i][j] = Inputs.round(dtype(), Math.sqrt(d) * along);
        z[i][j] = Inputs.round(dtype(), Math.sqrt(d) * stretch * turned);
      }
    }
    return new double[][][] {x, z};
  }
}
