package dev.lamina.analysis.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.IntStream;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RiskPointTest {
  private static Backend backend;

  @BeforeAll
  static void open() {
    backend = Cases.open();
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  /** Activation, loss, whether a layer is bridged. */
  @ParameterizedTest
  @CsvSource({
    "tanh,MSE,false",
    "tanh,CROSS_ENTROPY,true",
    "elu,CROSS_ENTROPY,false",
    "elu,MSE,true",
    "sigmoid,CROSS_ENTROPY,false",
    "softplus,MEAN_SQUARE,false",
    "silu,CROSS_ENTROPY,true",
    "sin,MSE,false",
    "relu,CROSS_ENTROPY,false",
    "leakyRelu(slope=0.2),MSE,true",
    "identity,CROSS_ENTROPY,true"
  })
  void valueGradientAndHessianAreThoseOfTheFormula(String text, Loss loss, boolean bridged) {
    RandomGenerator random = Cases.random(1);
    Perceptron plain = Cases.random(List.of(2, 3, 3, 2), Activation.parse(text), random);
    Perceptron network = bridged ? Cases.bridged(plain) : plain;
    Risk risk = new Risk(loss, Cases.samples(5, 2, random), Cases.targets(loss, 5, 2, random));
    RiskOracle oracle = new RiskOracle(network, risk);
    try (RiskPoint point = new RiskPoint(backend, network, risk);
        HostMatrix hessian = point.matrix(Form.HESSIAN)) {
      assertThat(point.loss()).isCloseTo(oracle.value(), within(1e-13));
      assertThat(point.gradient()).containsExactly(oracle.gradient(), within(1e-13));
      requireClose(hessian.toArray(), oracle.hessian().getData(), 1e-12);
      assertThat(oracle.hessian().getNorm1()).as("there is curvature").isGreaterThan(0.1);
    }
  }

  /** A second route for activations that the formula does not have. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "gelu",
        "erf",
        "cos",
        "exp",
        "hermite(coefficients=[0.1, 0.7, 0.2, 0.1])",
        "polynomial(coefficients=[0.5, 1, 0.3])"
      })
  void productsAreDifferencesOfGradients(String text) {
    RandomGenerator random = Cases.random(2);
    Perceptron network = Cases.random(List.of(3, 4, 2), Activation.parse(text), random);
    Risk risk =
        new Risk(Loss.MSE, Cases.samples(6, 3, random), Cases.targets(Loss.MSE, 6, 2, random));
    double[] theta = network.parameters();
    double[] v = random.doubles(theta.length).map(d -> d - 0.5).toArray();
    try (RiskPoint point = new RiskPoint(backend, network, risk);
        HostMatrix direction = HostMatrix.of(new double[][] {v});
        HostMatrix product = HostMatrix.allocate(DType.FLOAT64, 1, theta.length)) {
      point.products(Form.HESSIAN, direction, product);
      double step = 1e-3;
      double[][] gradients = new double[4][];
      double[] at = {-2, -1, 1, 2};
      for (int s = 0; s < 4; s++) {
        double[] moved = theta.clone();
        for (int k = 0; k < moved.length; k++) {
          moved[k] += at[s] * step * v[k];
        }
        gradients[s] = Cases.gradient(backend, network.withParameters(moved), risk);
      }
      for (int k = 0; k < theta.length; k++) {
        double difference =
            (gradients[0][k] - 8 * gradients[1][k] + 8 * gradients[2][k] - gradients[3][k])
                / (12 * step);
        assertThat(product.get(0, k)).isCloseTo(difference, within(1e-9));
      }
    }
  }

  @Test
  void gaussNewtonIsMadeOfTheJacobian() {
    RandomGenerator random = Cases.random(3);
    Perceptron network =
        Cases.bridged(Cases.random(List.of(2, 3, 3, 2), Activation.Smooth.TANH, random));
    RealMatrix x = Cases.samples(5, 2, random);
    Risk risk = new Risk(Loss.MSE, x, Cases.targets(Loss.MSE, 5, 2, random));
    try (RiskPoint point = new RiskPoint(backend, network, risk);
        HostMatrix jacobian = point.jacobian();
        HostMatrix form = point.matrix(Form.GAUSS_NEWTON)) {
      RealMatrix j = MatrixUtils.createRealMatrix(jacobian.toArray());
      requireClose(form.toArray(), j.transposeMultiply(j).scalarMultiply(2.0 / 5).getData(), 1e-12);
      double[] theta = network.parameters();
      for (int k = 0; k < theta.length; k++) {
        double[] sides = theta.clone();
        sides[k] += 1e-5;
        RealMatrix above = network.withParameters(sides).outputs(x);
        sides[k] -= 2e-5;
        RealMatrix below = network.withParameters(sides).outputs(x);
        for (int i = 0; i < 10; i++) {
          double difference = (above.getEntry(i / 2, i % 2) - below.getEntry(i / 2, i % 2)) / 2e-5;
          assertThat(j.getEntry(i, k)).isCloseTo(difference, within(1e-8));
        }
      }
    }
  }

  /** With exact softmax targets the gradient vanishes, and the Hessian is Gauss–Newton's. */
  @Test
  void crossEntropyOfAPerfectModelHasTheFisherMatrix() {
    RandomGenerator random = Cases.random(4);
    Perceptron network = Cases.random(List.of(2, 4, 3), Activation.Smooth.TANH, random);
    RealMatrix x = Cases.samples(6, 2, random);
    RealMatrix y = network.outputs(x);
    for (int i = 0; i < 6; i++) {
      double sum = 0;
      for (int c = 0; c < 3; c++) {
        sum += Math.exp(y.getEntry(i, c));
      }
      for (int c = 0; c < 3; c++) {
        y.setEntry(i, c, Math.exp(y.getEntry(i, c)) / sum);
      }
    }
    try (RiskPoint point = new RiskPoint(backend, network, new Risk(Loss.CROSS_ENTROPY, x, y));
        HostMatrix hessian = point.matrix(Form.HESSIAN);
        HostMatrix fisher = point.matrix(Form.GAUSS_NEWTON)) {
      assertThat(point.gradientL1()).isLessThan(1e-14);
      requireClose(hessian.toArray(), fisher.toArray(), 1e-14);
    }
  }

  /** Rows and columns of biases that are not there are left out; descent leaves them at 0. */
  @Test
  void aLayerWithoutABiasHasTheHessianWithoutItsRowsAndColumns() {
    RandomGenerator random = Cases.random(6);
    Perceptron drawn = Cases.random(List.of(2, 3, 3, 2), Cases.TANH, random);
    List<Stage> whole = new ArrayList<>(drawn.stages());
    List<Stage> less = new ArrayList<>(drawn.stages());
    for (int l : new int[] {0, 2}) {
      Stage old = whole.get(l);
      RealVector none = old.bias().mapMultiply(0);
      whole.set(l, old.with(old.weights(), none));
      less.set(l, new Stage(old.weights(), none, old.activation(), false, false));
    }
    Perceptron network = new Perceptron(less);
    assertThat(network.parameterCount()).isEqualTo(6 + 12 + 6);
    int[] kept = IntStream.concat(IntStream.range(0, 6), IntStream.range(9, 27)).toArray();
    Risk risk =
        new Risk(Loss.MSE, Cases.samples(7, 2, random), Cases.targets(Loss.MSE, 7, 2, random));
    RealMatrix all = Cases.hessian(backend, new Perceptron(whole), risk);
    requireClose(
        Cases.hessian(backend, network, risk).getData(),
        all.getSubMatrix(kept, kept).getData(),
        1e-14);
    double[] gradient = Cases.gradient(backend, new Perceptron(whole), risk);
    assertThat(Cases.gradient(backend, network, risk))
        .containsExactly(IntStream.of(kept).mapToDouble(k -> gradient[k]).toArray(), within(1e-15));
    assertThat(network.withParameters(network.parameters())).isEqualTo(network);
    CriticalPoint down =
        CriticalPoints.PRECISE.descend(backend, network, risk, (steps, loss, size) -> true);
    assertThat(down.loss()).isLessThan(value(network, risk) / 2);
    assertThat(down.network().stage(1).biased()).isFalse();
    assertThat(value(down.network(), risk)).isCloseTo(down.loss(), within(1e-14));
  }

  @Test
  void manyDirectionsAreManyProducts() {
    RandomGenerator random = Cases.random(5);
    Perceptron network = Cases.random(List.of(40, 60, 30, 5), Cases.ELU, random);
    Risk risk =
        new Risk(
            Loss.CROSS_ENTROPY,
            Cases.samples(3000, 40, random),
            Cases.targets(Loss.CROSS_ENTROPY, 3000, 5, random));
    try (RiskPoint point = new RiskPoint(backend, network, risk);
        HostMatrix directions = HostMatrix.allocate(DType.FLOAT64, 150, point.size());
        HostMatrix products = HostMatrix.allocate(DType.FLOAT64, 150, point.size());
        HostMatrix one = HostMatrix.allocate(DType.FLOAT64, 1, point.size())) {
      for (int t = 0; t < 150; t++) {
        for (int k = 0; k < point.size(); k++) {
          directions.set(t, k, random.nextGaussian());
        }
      }
      point.products(Form.HESSIAN, directions, products);
      for (int t : new int[] {0, 77, 149}) {
        point.products(Form.HESSIAN, directions.rows(t, t + 1), one);
        double largest = 0;
        for (int k = 0; k < point.size(); k++) {
          largest = Math.max(largest, Math.abs(one.get(0, k)));
        }
        for (int k = 0; k < point.size(); k++) {
          assertThat(products.get(t, k)).isCloseTo(one.get(0, k), within(1e-12 * largest));
        }
      }
    }
  }

  @Test
  void whatDoesNotFitIsNamed() {
    Perceptron network = Cases.network(List.of(2, 3, 1), Cases.TANH);
    RealMatrix x = MatrixUtils.createRealMatrix(4, 3);
    RealMatrix y = MatrixUtils.createRealMatrix(4, 1);
    assertThatThrownBy(() -> new RiskPoint(backend, network, new Risk(Loss.MSE, x, y)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("[2, 3, 1]", "samples of 3 numbers with 1 targets");
    assertThatThrownBy(() -> new Risk(Loss.MSE, x, MatrixUtils.createRealMatrix(5, 1)))
        .hasMessageContainingAll("4 samples", "5 targets");
    Risk risk = new Risk(Loss.MSE, MatrixUtils.createRealMatrix(4, 2), y);
    try (RiskPoint point = new RiskPoint(backend, network, risk);
        HostMatrix wrong = HostMatrix.allocate(DType.FLOAT64, 1, 12)) {
      assertThatThrownBy(() -> point.products(Form.HESSIAN, wrong, wrong))
          .isInstanceOf(ShapeException.class)
          .hasMessageContainingAll("T×13", "1×12");
    }
    assertThatThrownBy(() -> DenseSpectrum.requireSize(8193))
        .hasMessageContainingAll("at most 8192", "8193", "--top", "--density");
  }

  private static double value(Perceptron network, Risk risk) {
    try (RiskPoint point = new RiskPoint(backend, network, risk)) {
      return point.loss();
    }
  }

  private static void requireClose(double[][] got, double[][] want, double tolerance) {
    assertThat(got).hasDimensions(want.length, want[0].length);
    for (int i = 0; i < want.length; i++) {
      for (int j = 0; j < want[i].length; j++) {
        assertThat(got[i][j]).as("%d, %d", i, j).isCloseTo(want[i][j], within(tolerance));
      }
    }
  }
}
