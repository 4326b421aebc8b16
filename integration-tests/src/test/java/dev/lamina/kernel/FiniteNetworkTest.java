package dev.lamina.kernel;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.function.DoubleSupplier;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The second route to every network kernel: random networks of finite width, averaged until the
 * error bars are small. Seeds are fixed, so that a z-score above the bound is a wrong formula and
 * not bad luck.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FiniteNetworkTest {
  /** One in 10⁵ draws of a normal variable is further out. */
  private static final double Z_BOUND = 4.4;

  /** Inputs of three dimensions, unequal norms and correlations of both signs. */
  private static final double[][] INPUTS = {
    {1.1, -0.3, 0.8}, {-0.2, 0.9, 0.5}, {0.4, -1.2, 0.1}, {1.0, -0.35, 0.85}
  };

  private Computed cpu;

  @BeforeAll
  void open() {
    cpu = new Computed();
  }

  @AfterAll
  void close() {
    cpu.close();
  }

  /** The mean of independent samples, held against an exact value. */
  private record Sampled(double mean, double error) {

    static Sampled of(int samples, DoubleSupplier sample) {
      double mean = 0;
      double squares = 0;
      for (int i = 1; i <= samples; i++) {
        double value = sample.getAsDouble();
        double change = value - mean;
        mean += change / i;
        squares += change * (value - mean);
      }
      return new Sampled(mean, Math.sqrt(squares / (samples - 1.0) / samples));
    }

    /**
     * Asserts that the exact value is as near as chance allows.
     *
     * @param sharpness largest relative error bar with which the test means anything
     */
    void requireAround(String what, double exact, double magnitude, double sharpness) {
      assertThat(error).as(what + ": error bar").isLessThan(sharpness * magnitude);
      // Samples that are all equal, as the slopes of the identity are, leave rounding alone.
      assertThat(Math.abs(mean - exact))
          .as("%s: %s ± %s against %s", what, mean, error, exact)
          .isLessThan(Z_BOUND * error + 1e-12 * magnitude);
    }
  }

  private static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** One hidden layer: every unit is an independent sample of φ(u)φ(v) and of φ′(u)φ′(v). */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "relu",
        "leakyRelu(slope=0.2)",
        "abs",
        "identity",
        "sign",
        "erf",
        "gelu",
        "sin",
        "cos",
        "exp",
        "tanh",
        "sigmoid",
        "softplus",
        "silu",
        "polynomial(coefficients=[0.2, 1, 0.3, -0.1])",
        "hermite(coefficients=[0.1, 0.8, 0.3, 0.2])"
      })
  void dualActivationsAreMeansOverRandomUnits(String activation) {
    Activation phi = Activation.parse(activation);
    double w = 1.3;
    double b = 0.2;
    InfiniteNetwork network =
        new InfiniteNetwork(
            List.of(phi), List.of(w, 1.0), List.of(b, 0.0), false, Parametrization.NTK, List.of());
    double[][] nngp = cpu.matrix(new Kernel.Nngp(network), INPUTS);
    double[][] ntk =
        Activation.hasDerivative(phi) ? cpu.matrix(new Kernel.Ntk(network), INPUTS) : nngp;
    for (int[] pair : new int[][] {{0, 0}, {0, 1}, {0, 2}, {1, 2}, {0, 3}}) {
      double[] x = INPUTS[pair[0]];
      double[] z = INPUTS[pair[1]];
      RandomGenerator random = random(1);
      double[] u = new double[2];
      Runnable unit = () -> drawUnit(random, w, b, x, z, u);
      double size = Math.sqrt(nngp[pair[0]][pair[0]] * nngp[pair[1]][pair[1]]);
      Sampled.of(
              200_000,
              () -> {
                unit.run();
                return phi.value(u[0]) * phi.value(u[1]);
              })
          .requireAround("E[φφ] of " + activation, nngp[pair[0]][pair[1]], size, 0.02);
      if (Activation.hasDerivative(phi)) {
        double covariance = w * FiniteNetwork.dot(x, z) / x.length + b;
        double slopes = (ntk[pair[0]][pair[1]] - nngp[pair[0]][pair[1]]) / covariance;
        Sampled.of(
                200_000,
                () -> {
                  unit.run();
                  return phi.derivative(u[0]) * phi.derivative(u[1]);
                })
            .requireAround("E[φ′φ′] of " + activation, slopes, Math.max(1, slopes), 0.02);
      }
    }
  }

  private static void drawUnit(
      RandomGenerator random, double w, double b, double[] x, double[] z, double[] u) {
    double deviation = Math.sqrt(w / x.length);
    double bias = Math.sqrt(b) * random.nextGaussian();
    u[0] = bias;
    u[1] = bias;
    for (int j = 0; j < x.length; j++) {
      double weight = deviation * random.nextGaussian();
      u[0] += weight * x[j];
      u[1] += weight * z[j];
    }
  }

  /** Networks in the text of tangent kernels. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ntk(depth=2)",
        "ntk(depth=3, biasVariance=0.1)",
        "ntk(depth=2, activation=erf, weightVariance=1.5, biasVariance=[0.1, 0, 0.2])",
        "ntk(depth=3, activation=[tanh, relu, gelu], weightVariance=[1.5, 2, 1, 0.8],"
            + " biasVariance=[0.1, 0, 0.2, 0.3])",
        "ntk(depth=2, residual=true, weightVariance=0.6, biasVariance=0.05)",
        "ntk(depth=3, activation=sin, residual=true, weightVariance=0.5)"
      })
  void kernelsAreMeansOverRandomNetworks(String text) {
    requireKernels(text, 256, 100);
  }

  /** Here the widths are part of the kernel: layers of unequal width must come with their own. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "ntk(depth=1, parametrization=standard, width=400)",
        "ntk(depth=2, parametrization=standard, width=[200, 350])",
        "ntk(depth=2, activation=erf, biasVariance=[0.1, 0, 0.2], parametrization=standard,"
            + " width=[350, 200])",
        "ntk(depth=2, residual=true, weightVariance=0.6, biasVariance=0.05,"
            + " parametrization=standard, width=256)"
      })
  void standardParametrizationGrowsWithTheWidths(String text) {
    requireKernels(text, 256, 100);
  }

  private void requireKernels(String text, int width, int networks) {
    InfiniteNetwork network = ((Kernel.Ntk) Kernel.parse(text)).network();
    List<Integer> widths = new ArrayList<>(network.widths());
    if (widths.isEmpty()) {
      widths.addAll(Collections.nCopies(network.depth(), width));
    }
    widths.add(widths.getLast()); // of y_L, whose entries are samples of the network's outputs
    double[][] nngp = cpu.matrix(new Kernel.Nngp(network), INPUTS);
    double[][] ntk = cpu.matrix(new Kernel.Ntk(network), INPUTS);
    for (int[] pair : new int[][] {{0, 0}, {0, 1}, {1, 2}}) {
      double[] x = INPUTS[pair[0]];
      double[] z = INPUTS[pair[1]];
      RandomGenerator random = random(2);
      double[] covariance = new double[networks];
      double[] tangent = new double[networks];
      for (int i = 0; i < networks; i++) {
        FiniteNetwork finite = new FiniteNetwork(network, x.length, widths, random);
        double[] fx = finite.forward(x).getLast();
        double[] fz = finite.forward(z).getLast();
        covariance[i] = FiniteNetwork.dot(fx, fz) / fx.length;
        for (int output = 0; output < 4; output++) {
          tangent[i] += finite.tangent(x, z, output) / 4;
        }
      }
      requireMean(text + ": covariance", covariance, nngp, pair);
      requireMean(text + ": tangent kernel", tangent, ntk, pair);
    }
  }

  /** A width of 256 moves the mean by about 1 %, the error bar allows for as much. */
  private static void requireMean(String what, double[] samples, double[][] kernel, int[] pair) {
    int[] next = {0};
    double size = Math.sqrt(kernel[pair[0]][pair[0]] * kernel[pair[1]][pair[1]]);
    Sampled.of(samples.length, () -> samples[next[0]++])
        .requireAround(what, kernel[pair[0]][pair[1]], size, 0.03);
  }

  /** The formula of backpropagation itself, against central differences of the forward pass. */
  @Test
  void jacobiansAreDerivatives() {
    InfiniteNetwork network =
        ((Kernel.Ntk) Kernel.parse("ntk(depth=2, activation=[tanh, sin], biasVariance=0.3)"))
            .network();
    FiniteNetwork finite = new FiniteNetwork(network, 3, List.of(5, 4, 2), random(3));
    double sum = 0;
    double step = 1e-5;
    double[] x = INPUTS[0];
    double[] z = INPUTS[1];
    for (int parameter = 0; parameter < finite.parameters(); parameter++) {
      double slopeX = 0;
      double slopeZ = 0;
      for (int sign : new int[] {1, -1}) {
        finite.move(parameter, sign * step);
        slopeX += sign * finite.forward(x).getLast()[1] / (2 * step);
        slopeZ += sign * finite.forward(z).getLast()[1] / (2 * step);
        finite.move(parameter, -sign * step);
      }
      sum += slopeX * slopeZ;
    }
    assertThat(finite.tangent(x, z, 1)).isCloseTo(sum, org.assertj.core.data.Offset.offset(1e-7));
  }
}
