package dev.lamina.kernel;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.matrix.DType;
import java.util.Collections;
import java.util.List;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Printed numbers of independent scripts, and integrals done in another way. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GoldenKernelTest {
  /** The golden cases are printed to twelve decimals. */
  private static final Offset<Double> PRINTED = within(6e-13);

  private Computed cpu;

  @BeforeAll
  void open() {
    cpu = new Computed();
  }

  @AfterAll
  void close() {
    cpu.close();
  }

  private static InfiniteNetwork network(int depth, List<Double> weights, double bias) {
    return new InfiniteNetwork(
        Collections.nCopies(depth, Activation.RELU),
        weights,
        Collections.nCopies(depth + 1, bias),
        false,
        Parametrization.NTK,
        List.of());
  }

  /**
   * Golden case K-1: one relu layer over a given covariance, whose Cholesky factor is the input.
   */
  @Test
  void oneReluLayer() {
    double[][] k = {{1.3, -.4, .9}, {-.4, .7, .2}, {.9, .2, 2}};
    double[][] x = dev.lamina.contract.NaiveSolve.cholesky(k);
    InfiniteNetwork network = network(1, List.of(3.0, 1.0), 0); // K₀ = 3·x·z/3
    double[][] k1 = cpu.matrix(new Kernel.Nngp(network), x);
    double[][] t1 = cpu.matrix(new Kernel.Ntk(network), x);
    double[] wantK1 = {
      0.650000000000, 0.065378091519, 0.522755775600, 0.350000000000, 0.241011338662, 1.000000000000
    };
    double[] wantK0 = {0.5, 0.181135330841, 0.344245526804, 0.5, 0.277031876314, 0.5};
    int at = 0;
    for (int i = 0; i < 3; i++) {
      for (int j = i; j < 3; j++) {
        assertThat(k1[i][j]).as("k1 %d%d", i, j).isCloseTo(wantK1[at], PRINTED);
        double k0 = (t1[i][j] - k1[i][j]) / k[i][j]; // T₁ = K₁ + k0·K₀
        assertThat(k0).as("k0 %d%d", i, j).isCloseTo(wantK0[at], within(5e-12));
        at++;
      }
    }
  }

  /** Golden case K-2: two relu layers with bias. */
  @Test
  void twoReluLayersWithBias() {
    double[][] x = new double[4][3];
    for (int i = 0; i < 4; i++) {
      for (int j = 0; j < 3; j++) {
        x[i][j] = Math.sin(.7 * i + 1.3 * j + .5);
      }
    }
    InfiniteNetwork network = InfiniteNetwork.of(2, Activation.RELU, 1.7, .1);
    requireGolden(
        cpu.matrix(new Kernel.Nngp(network), x),
        new double[] {0.740344064502, 0.707849639378, 0.592593163545, 0.450781395891},
        3.548920877398);
    requireGolden(
        cpu.matrix(new Kernel.Ntk(network), x),
        new double[] {1.936032193506, 1.485818048708, 0.971873054918, 0.557928491446},
        9.506762632193);
  }

  private static void requireGolden(double[][] got, double[] firstRow, double wantTrace) {
    double trace = 0;
    for (int i = 0; i < 4; i++) {
      assertThat(got[0][i]).isCloseTo(firstRow[i], PRINTED);
      trace += got[i][i];
    }
    assertThat(trace).isCloseTo(wantTrace, PRINTED);
  }

  /** Golden case G4: angles of a relu network of infinite width from a right angle on. */
  @ParameterizedTest
  @CsvSource({
    "1, 1.246850219863",
    "2, 1.054421263954",
    "5, .743732928798",
    "10, .512471086587",
    "50, .155965959441",
    "100, .084604818604"
  })
  void anglesOfDeepReluNetworks(int depth, double want) {
    Kernel kernel = new Kernel.Nngp(InfiniteNetwork.of(depth, Activation.RELU, 2, 0));
    double[][] x = {{1, 0}};
    double[][] z = {{0, 1}};
    assertThat(cpu.angles(kernel, DType.FLOAT64, x, z)[0]).isCloseTo(want, PRINTED);
    assertThat(cpu.angles(kernel, DType.FLOAT32, x, z)[0]).isCloseTo(want, within(want * 1e-6));
  }

  /**
   * The integral of Cho and Saul 2009, (1), in the plane: with w = ρ(cos p, sin p) the radius
   * integrates to 2ⁿ n!, and what is left is the mean over directions that both inputs accept.
   */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void arcCosineKernelsAreTheIntegralOfChoAndSaul(int order) {
    for (double angle : new double[] {0, 1e-3, 0.4, 1.2, Math.PI / 2, 2.5, Math.PI}) {
      double[][] x = {{0.8, 0}};
      double[][] z = {{1.7 * Math.cos(angle), 1.7 * Math.sin(angle)}};
      double radius = Math.pow(2, order) * (order == 2 ? 2 : 1);
      int steps = 2000;
      double from = angle - Math.PI / 2; // to π/2: where w·x > 0 and w·z > 0
      double width = Math.PI - angle;
      double sum = 0;
      for (int i = 0; i < steps; i++) {
        for (double node : new double[] {-Math.sqrt(0.6), 0, Math.sqrt(0.6)}) {
          double p = from + width * (i + 0.5 + node / 2) / steps;
          double weight = (node == 0 ? 8.0 : 5.0) / 18 * width / steps;
          double both = 0.8 * Math.cos(p) * 1.7 * Math.cos(p - angle);
          sum += weight * Math.pow(both, order);
        }
      }
      double want = 2 * radius * sum / (2 * Math.PI);
      double got = cpu.matrix(new Kernel.ArcCosine(order), x, z)[0][0];
      assertThat(got).as("order %d at %s", order, angle).isCloseTo(want, within(1e-8));
    }
  }

  /**
   * Twice the dual of relu is the arc-cosine kernel of order 1 and of its slope that of order 0.
   */
  @Test
  void reluNetworksAreArcCosineKernels() {
    double[][] x = {{0.3, -1.2, 0.5}, {1.1, 0.2, -0.4}, {-0.3, 1.1, -0.5}};
    InfiniteNetwork network = network(1, List.of(3.0, 2.0), 0); // K₀ = x·z
    double[][] nngp = cpu.matrix(new Kernel.Nngp(network), x);
    double[][] ntk = cpu.matrix(new Kernel.Ntk(network), x);
    double[][] order0 = cpu.matrix(new Kernel.ArcCosine(0), x);
    double[][] order1 = cpu.matrix(new Kernel.ArcCosine(1), x);
    double[][] linear = cpu.matrix(new Kernel.Linear(0), x);
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 3; j++) {
        assertThat(nngp[i][j]).isCloseTo(order1[i][j], within(1e-14));
        assertThat(ntk[i][j]).isCloseTo(order1[i][j] + order0[i][j] * linear[i][j], within(1e-14));
      }
    }
  }

  /**
   * What the accuracy rule is for: the recursion on cosines in float32, as other libraries do it,
   * loses the angle of inputs 10⁻³ apart, and carrying 1 − cos keeps it.
   */
  @ParameterizedTest
  @ValueSource(ints = {1, 5, 20})
  void carryingTheComplementKeepsTheAngleThatCosinesLose(int depth) {
    int d = 50;
    double[][] x = new double[1][d];
    double[][] z = new double[1][d];
    for (int j = 0; j < d; j++) {
      x[0][j] = (float) Math.sin(1 + j);
      z[0][j] = (float) (Math.sin(1 + j) + 1e-3 * Math.cos(1 + j));
    }
    Kernel kernel = new Kernel.Nngp(InfiniteNetwork.of(depth, Activation.RELU, 2, 0));
    double want = cpu.angles(kernel, DType.FLOAT64, x, z)[0];
    double carried = cpu.angles(kernel, DType.FLOAT32, x, z)[0];
    double naive = naiveFloat32Angle(x[0], z[0], depth);
    assertThat(Math.abs(carried / want - 1)).as("complement").isLessThan(1e-4);
    assertThat(Math.abs(naive / want - 1)).as("cosine").isGreaterThan(3e-3);
  }

  private static double naiveFloat32Angle(double[] x, double[] z, int depth) {
    float xx = 0;
    float zz = 0;
    float xz = 0;
    for (int j = 0; j < x.length; j++) {
      xx += (float) (x[j] * x[j]);
      zz += (float) (z[j] * z[j]);
      xz += (float) (x[j] * z[j]);
    }
    float c = Math.min(1f, xz / (float) Math.sqrt(xx * zz));
    for (int l = 0; l < depth; l++) {
      float theta = (float) Math.acos(c);
      float sine = (float) Math.sqrt(1 - c * c);
      c = Math.min(1f, (sine + ((float) Math.PI - theta) * c) / (float) Math.PI);
    }
    return Math.acos(c);
  }
}
