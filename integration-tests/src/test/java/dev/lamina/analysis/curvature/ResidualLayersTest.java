package dev.lamina.analysis.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.embedding.AffineSegment;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.LiftedSet;
import dev.lamina.analysis.embedding.Lifting;
import dev.lamina.analysis.embedding.Membership;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.training.DeviceNetwork;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.Pass;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.hipparchus.linear.SingularValueDecomposition;

/** Layers f + φ(W f + b), anywhere in a network, and what lifts by them keep. */
class ResidualLayersTest {
  private static final List<Activation> SMOOTH =
      List.of(Cases.TANH, Cases.ELU, Activation.Smooth.SIGMOID, Activation.Smooth.SILU);

  private static final List<Activation> SEGMENTED =
      List.of(
          Activation.RELU,
          new Activation.PiecewiseLinear(0.1),
          Activation.ABS,
          Cases.ELU,
          new Activation.HardTanh());

  private static Backend backend;

  @BeforeContainer
  static void open() {
    backend = Cases.open();
  }

  @AfterContainer
  static void close() {
    backend.close();
  }

  /** Some layers of equal widths are residual, be it the first or the last. */
  private static Perceptron network(List<Activation> activations, RandomGenerator random) {
    int depth = 2 + random.nextInt(3);
    int width = 1 + random.nextInt(3);
    List<Stage> stages = new ArrayList<>();
    for (int l = 1; l <= depth; l++) {
      boolean bridged = random.nextInt(3) == 0;
      int outputs = bridged ? width : 1 + random.nextInt(3);
      Activation activation =
          l == depth && random.nextBoolean()
              ? Activation.IDENTITY
              : activations.get(random.nextInt(activations.size()));
      RealVector bias = MatrixUtils.createRealVector(new double[outputs]);
      RealMatrix weights = MatrixUtils.createRealMatrix(outputs, width);
      stages.add(new Stage(weights, bias, activation, bridged));
      width = outputs;
    }
    Perceptron zeros = new Perceptron(stages);
    return zeros.withParameters(
        random.doubles(zeros.parameterCount()).map(v -> 2 * v - 1).toArray());
  }

  /** The definition, entry by entry. */
  private static double[] output(Perceptron network, double[] theta, double[] x) {
    double[] a = x;
    int at = 0;
    for (Stage stage : network.stages()) {
      double[] f = new double[stage.outputs()];
      for (int i = 0; i < f.length; i++) {
        double u = theta[at + f.length * a.length + i];
        for (int j = 0; j < a.length; j++) {
          u += theta[at + i * a.length + j] * a[j];
        }
        f[i] = stage.activation().value(u) + (stage.bridged() ? a[i] : 0);
      }
      at += stage.parameters();
      a = f;
    }
    return a;
  }

  private static double risk(Perceptron network, double[] theta, Risk risk) {
    double sum = 0;
    for (int i = 0; i < risk.samples(); i++) {
      double[] f = output(network, theta, risk.x().getRow(i));
      for (int c = 0; c < f.length; c++) {
        sum += Math.pow(f[c] - risk.y().getEntry(i, c), 2);
      }
    }
    return sum / risk.samples();
  }

  @Property(tries = 25)
  void outputsGradientsAndHessiansAreThoseOfTheDefinition(@ForAll long seed) {
    RandomGenerator random = Cases.random(seed);
    Perceptron network = network(SMOOTH, random);
    int outputs = network.width(network.depth());
    Risk risk =
        new Risk(
            Loss.MSE,
            Cases.samples(4, network.width(0), random),
            Cases.targets(Loss.MSE, 4, outputs, random));
    double[] theta = network.parameters();
    requireOutputs(network, theta, risk.x());
    try (RiskPoint point = new RiskPoint(backend, network, risk);
        HostMatrix hessian = point.matrix(Form.HESSIAN)) {
      assertThat(point.loss()).isCloseTo(risk(network, theta, risk), within(1e-12));
      double h = 1e-6;
      for (int k = 0; k < theta.length; k++) {
        double[] at = new double[4];
        for (int s = 0; s < 4; s++) {
          double[] moved = theta.clone();
          moved[k] += h * (s < 2 ? s - 2 : s - 1);
          at[s] = risk(network, moved, risk);
        }
        double slope = (at[0] - 8 * at[1] + 8 * at[2] - at[3]) / (12 * h);
        double size = Math.max(1, Math.abs(slope));
        // elu has jumps of the second derivative, which make the differences wrong by up to h/6
        assertThat(point.gradient()[k]).isCloseTo(slope, within(1e-4 * size));
      }
      RiskOracle oracle = new RiskOracle(network, risk);
      double scale = Math.max(1, oracle.hessian().getNorm1());
      assertThat(point.gradient()).containsExactly(oracle.gradient(), within(1e-12 * scale));
      for (int k = 0; k < theta.length; k++) {
        for (int j = 0; j < theta.length; j++) {
          assertThat(hessian.get(k, j))
              .isCloseTo(oracle.hessian().getEntry(k, j), within(1e-12 * scale));
        }
      }
    }
  }

  private static void requireOutputs(Perceptron network, double[] theta, RealMatrix x) {
    int outputs = network.width(network.depth());
    RealMatrix got = network.outputs(x);
    try (Network whole = network.toNetwork();
        DeviceNetwork device = new DeviceNetwork(backend, whole);
        Pass pass = new Pass(device, x.getRowDimension());
        HostMatrix in = HostMatrix.of(x.getData());
        HostMatrix trained = HostMatrix.allocate(DType.FLOAT64, x.getRowDimension(), outputs)) {
      assertThat(Perceptron.of(whole)).isEqualTo(network);
      pass.forward(in, true);
      backend.download(pass.outputs(), trained);
      for (int i = 0; i < x.getRowDimension(); i++) {
        double[] want = output(network, theta, x.getRow(i));
        assertThat(got.getRow(i)).containsExactly(want, within(1e-12));
        assertThat(trained.toArray()[i]).containsExactly(want, within(1e-12));
      }
    }
  }

  /**
   * Targets y = f(x) + e with Jᵀe = 0: the gradient, −2/n Jᵀe, vanishes wherever the parameters
   * are, and large errors give saddles.
   */
  private static Risk critical(Perceptron network, double error, RandomGenerator random) {
    int outputs = network.width(network.depth());
    int samples = network.parameterCount() / outputs + 6;
    RealMatrix x = Cases.samples(samples, network.width(0), random);
    RealMatrix y = network.outputs(x);
    RealVector e = Cases.samples(1, samples * outputs, random).getRowVector(0);
    RealMatrix basis = new SingularValueDecomposition(jacobian(network, x, y)).getU();
    for (int round = 0; round < 3; round++) { // the further ones take away rounding
      e = e.subtract(basis.operate(basis.preMultiply(e)));
    }
    for (int i = 0; i < samples; i++) {
      for (int c = 0; c < outputs; c++) {
        y.addToEntry(i, c, error * e.getEntry(i * outputs + c));
      }
    }
    return new Risk(Loss.MSE, x, y);
  }

  private static RealMatrix jacobian(Perceptron network, RealMatrix x, RealMatrix y) {
    try (RiskPoint point = new RiskPoint(backend, network, new Risk(Loss.MSE, x, y));
        HostMatrix jacobian = point.jacobian()) {
      return MatrixUtils.createRealMatrix(jacobian.toArray());
    }
  }

  /** A random residual layer, each neuron on a segment of its own. */
  private static Insertion residual(Perceptron network, int after, RandomGenerator random) {
    Activation activation = SEGMENTED.get(random.nextInt(SEGMENTED.size()));
    List<AffineSegment> all = AffineSegments.exact(activation);
    List<AffineSegment> own =
        random.ints(network.width(after), 0, all.size()).mapToObj(all::get).toList();
    return new Insertion(after, activation, own, true);
  }

  private static List<Integer> places(Perceptron network) {
    List<Integer> places = new ArrayList<>();
    for (int q = 0; q < network.depth(); q++) {
      if (!network.stage(q + 1).bridged()) {
        places.add(q);
      }
    }
    return places;
  }

  /** Twice in a row: a residual layer, and behind it another or an ordinary one. */
  @Property(tries = 25)
  void randomMembersKeepOutputsCriticalityAndInertia(@ForAll long seed) {
    RandomGenerator random = Cases.random(seed);
    int clear = 0;
    for (int k = 0; k < 200 && clear < 2; k++) {
      Perceptron shallow = network(List.of(Cases.TANH, Activation.Smooth.SIGMOID), random);
      List<Integer> places = places(shallow);
      if (!places.isEmpty()) {
        int after = places.get(random.nextInt(places.size()));
        Risk risk = critical(shallow, random.nextBoolean() ? 0.1 : 3, random);
        Lift first = LiftedSet.random(shallow, residual(shallow, after, random), risk.x(), random);
        Lift second =
            LiftedSet.random(
                first.deep(), behind(first.deep(), after + 1, random), risk.x(), random);
        if (isClear(first, risk) && isClear(second, risk)) {
          requireLaw(first, risk);
          requireLaw(second, risk);
          clear++;
        }
      }
    }
    assertThat(clear).as("cases whose eigenvalues can be told from zero").isEqualTo(2);
  }

  private static Insertion behind(Perceptron network, int after, RandomGenerator random) {
    return random.nextBoolean()
        ? residual(network, after, random)
        : Insertion.of(
            after,
            network.width(after) + random.nextInt(2),
            Activation.RELU,
            AffineSegments.exact(Activation.RELU).getFirst());
  }

  /** Whether rounding cannot change how many eigenvalues of a lift's Hessian count as zero. */
  private static boolean isClear(Lift lift, Risk risk) {
    int size = lift.shallow().parameterCount();
    RealMatrix k = MatrixUtils.createRealMatrix(size, size);
    for (int j = 0; j < size; j++) {
      double[] unit = new double[size];
      unit[j] = 1;
      k.setColumn(j, lift.identity().kernel(unit));
    }
    double[] factors =
        new EigenDecompositionSymmetric(k.add(k.transpose()).scalarMultiply(0.5), 1e-15, false)
            .getEigenvalues();
    Arrays.sort(factors);
    double[] own = Cases.spectrum(backend, lift.shallow(), risk);
    double zero = Inertia.of(own).tolerance();
    double zeroOfLift = Inertia.of(Cases.spectrum(backend, lift.deep(), risk)).tolerance();
    return Cases.isClear(own, zero, factors, zeroOfLift);
  }

  private static void requireLaw(Lift lift, Risk risk) {
    assertThat(lift.outputChange(risk.x())).isLessThan(1e-10);
    Membership membership =
        Membership.test(
            lift.shallow(),
            lift.deep(),
            lift.insertion().after(),
            AffineSegments.exact(lift.insertion().activation()),
            risk.x(),
            1e-10);
    assertThat(membership.isMember()).as(membership.reason()).isTrue();
    double size = 1 + MatrixUtils.createRealVector(lift.deep().parameters()).getNorm();
    for (double g : Cases.gradient(backend, lift.deep(), risk)) {
      assertThat(g).isCloseTo(0, within(1e-11 * size));
    }
    assertThat(lift.identity().isFullRank()).isTrue();
    Inertia before = Inertia.of(Cases.spectrum(backend, lift.shallow(), risk));
    Inertia now = Inertia.of(Cases.spectrum(backend, lift.deep(), risk));
    assertThat(now.positive()).isEqualTo(before.positive());
    assertThat(now.negative()).isEqualTo(before.negative());
    assertThat(now.zero()).isEqualTo(before.zero() + lift.addedParameters());
  }

  /** Squeezed tanh blocks: outputs change as ε³ and the gradient as ε². */
  @Example
  void nearlyLinearBlocksHaveOnePowerMore() {
    RandomGenerator random = Cases.random(12);
    Perceptron network = Cases.random(List.of(2, 3, 2), Cases.TANH, random);
    Risk risk = critical(network, 1, random);
    for (int after = 0; after < 2; after++) {
      double[] change = new double[3];
      double[] gradient = new double[3];
      for (int k = 0; k < 3; k++) {
        double eps = 0.004 / Math.pow(4, k);
        AffineSegment box = AffineSegments.on(Cases.TANH, -eps, eps);
        Insertion block = Insertion.residual(after, network.width(after), Cases.TANH, box);
        Lift lift = Lifting.lift(network, block, risk.x());
        change[k] = lift.outputChange(risk.x());
        for (double g : Cases.gradient(backend, lift.deep(), risk)) {
          gradient[k] += Math.abs(g);
        }
      }
      for (int k = 0; k < 2; k++) {
        assertThat(Math.log(change[k] / change[k + 1]) / Math.log(4)).isBetween(2.8, 3.2);
        assertThat(Math.log(gradient[k] / gradient[k + 1]) / Math.log(4)).isBetween(1.8, 2.2);
      }
    }
  }
}
