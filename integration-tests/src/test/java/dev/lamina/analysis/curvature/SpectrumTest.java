package dev.lamina.analysis.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.curvature.CriticalPoint.Status;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.Lifting;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class SpectrumTest {
  private static Backend backend;

  @BeforeAll
  static void open() {
    backend = Cases.open();
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  private static RiskPoint point(Loss loss) {
    RandomGenerator random = Cases.random(1);
    Perceptron network = Cases.random(List.of(4, 8, 6, 3), Cases.TANH, random);
    return new RiskPoint(
        backend,
        network,
        new Risk(loss, Cases.samples(40, 4, random), Cases.targets(loss, 40, 3, random)));
  }

  @ParameterizedTest
  @EnumSource
  void lanczosFindsBothEnds(Loss loss) {
    try (RiskPoint point = point(loss)) {
      double[] all = DenseSpectrum.of(point, Form.HESSIAN);
      Lanczos.Extremes found =
          new Lanczos(200, 1e-10).extremes(point, Form.HESSIAN, 5, Cases.random(2));
      assertThat(found.converged()).isTrue();
      for (int i = 0; i < 5; i++) {
        double largest = all[all.length - 1 - i];
        assertThat(found.largest().get(i)).isCloseTo(largest, within(1e-10 * all[all.length - 1]));
        assertThat(found.smallest().get(i)).isCloseTo(all[i], within(1e-10 * all[all.length - 1]));
      }
    }
  }

  /** Equal eigenvalues: zero weights, and critical points with the zeros of a lift. */
  @ParameterizedTest
  @ValueSource(strings = {"zero", "line", "lift", "wide"})
  void lanczosFindsEqualEigenvaluesAsOftenAsTheyAre(String text) {
    RandomGenerator random = Cases.random(5);
    Perceptron network;
    Risk risk;
    if (text.equals("lift")) {
      risk = Cases.eluLine();
      Perceptron shallow = Cases.critical(backend, Cases.eluTeacher(), risk);
      Insertion insertion =
          Insertion.of(1, 2, Activation.RELU, AffineSegments.on(Activation.RELU, 0.5, 1.5));
      network = Lifting.lift(shallow, insertion, risk.x()).deep();
    } else {
      List<Integer> widths =
          switch (text) {
            case "zero" -> List.of(3, 4, 2);
            case "line" -> List.of(3, 2);
            default -> List.of(3, 40, 30, 2);
          };
      network = Cases.network(widths, Cases.TANH);
      risk = new Risk(Loss.MSE, Cases.samples(9, 3, random), Cases.targets(Loss.MSE, 9, 2, random));
    }
    try (RiskPoint point = new RiskPoint(backend, network, risk)) {
      double[] all = DenseSpectrum.of(point, Form.HESSIAN);
      int k = Math.min(7, all.length);
      Lanczos.Extremes found = new Lanczos(60, 1e-10).extremes(point, Form.HESSIAN, k, random);
      Lanczos.Extremes dense = DenseSpectrum.extremes(point, Form.HESSIAN, k);
      assertThat(found.converged()).isTrue();
      double largest = all[all.length - 1];
      for (int i = 0; i < k; i++) {
        assertThat(found.largest().get(i))
            .isCloseTo(all[all.length - 1 - i], within(1e-9 * largest));
        assertThat(found.smallest().get(i)).isCloseTo(all[i], within(1e-9 * largest));
        assertThat(dense.largest().get(i))
            .isCloseTo(all[all.length - 1 - i], within(1e-12 * largest));
        assertThat(dense.smallest().get(i)).isCloseTo(all[i], within(1e-12 * largest));
      }
      int equal = 0;
      for (int i = 1; i < k; i++) {
        equal += all[i] - all[i - 1] < 1e-9 * largest ? 1 : 0;
      }
      assertThat(equal).as("there are equal ones").isPositive();
    }
  }

  /** Three outputs of one affine layer, each eigenvalue of 101 three times. */
  @Test
  void lanczosFindsEqualEigenvaluesWithoutExhaustingItsSpace() {
    RandomGenerator random = Cases.random(6);
    RealMatrix x = Cases.samples(150, 100, random);
    for (int j = 0; j < 100; j++) {
      x.setColumnVector(j, x.getColumnVector(j).mapMultiply(Math.pow(0.8, j)));
    }
    Risk risk = new Risk(Loss.MSE, x, Cases.targets(Loss.MSE, 150, 3, random));
    try (RiskPoint point =
        new RiskPoint(backend, Cases.network(List.of(100, 3), Cases.TANH), risk)) {
      double[] all = DenseSpectrum.of(point, Form.HESSIAN);
      Lanczos.Extremes found = new Lanczos(100, 1e-8).extremes(point, Form.HESSIAN, 5, random);
      assertThat(found.converged()).isTrue();
      double largest = all[all.length - 1];
      for (int i = 0; i < 5; i++) {
        assertThat(found.largest().get(i))
            .isCloseTo(all[all.length - 1 - i], within(1e-8 * largest));
      }
      assertThat(found.largest().get(2)).isCloseTo(largest, within(1e-8 * largest));
      assertThat(found.largest().get(3)).isLessThan(0.9 * largest);
    }
  }

  @Test
  void lanczosSaysWhenItsStepsWereTooFew() {
    try (RiskPoint point = point(Loss.MSE)) {
      Lanczos.Extremes found =
          new Lanczos(10, 1e-12).extremes(point, Form.HESSIAN, 5, Cases.random(2));
      assertThat(found.converged()).isFalse();
      assertThat(found.steps()).isEqualTo(10);
      double[] all = DenseSpectrum.of(point, Form.HESSIAN);
      double nearest = Double.POSITIVE_INFINITY;
      for (double value : all) {
        nearest = Math.min(nearest, Math.abs(value - found.largest().get(4)));
      }
      assertThat(nearest).as("the residual bounds the error").isLessThan(found.residual());
      assertThatThrownBy(
              () -> new Lanczos(10, 1e-8).extremes(point, Form.HESSIAN, 1000, Cases.random(1)))
          .hasMessageContainingAll("1 to 115", "but is 1000");
    }
  }

  @Test
  void theDensityHasTheSpectrumsMomentsAndShares() {
    try (RiskPoint point = point(Loss.CROSS_ENTROPY)) {
      double[] all = DenseSpectrum.of(point, Form.HESSIAN);
      int probes = 400;
      SpectralDensity density =
          SpectralDensity.of(point, Form.HESSIAN, probes, 40, Cases.random(3));
      assertThat(density.weights().stream().mapToDouble(Double::doubleValue).sum())
          .isCloseTo(1, within(1e-12));
      assertThat(density.nodes()).isSorted();
      double mean = Arrays.stream(all).average().orElseThrow();
      assertThat(density.trace()).isCloseTo(mean, within(4 * density.traceError()));
      double cut = 0.3 * all[all.length - 1];
      double above = Arrays.stream(all).filter(v -> v >= cut).count() / (double) all.length;
      // The share of one probe has a standard deviation of at most √(2/M).
      assertThat(density.share(cut, Double.POSITIVE_INFINITY))
          .isCloseTo(above, within(4 * Math.sqrt(2.0 / all.length / probes)));
      assertThat(above).isPositive();
    }
  }

  @Test
  void inertiaCountsWithTheStatedTolerance() {
    Inertia inertia = Inertia.of(new double[] {-3e-8, -1.9e-8, 0, 1.9e-8, 3e-8, 20});
    assertThat(inertia.tolerance()).isCloseTo(2e-8, within(1e-20));
    assertThat(inertia).isEqualTo(new Inertia(2, 1, 3, inertia.tolerance()));
    assertThat(Inertia.of(new double[] {1e-9, 1.1e-9}).positive()).isEqualTo(1);
  }

  /** More parameters than a dense Hessian has; a layer adds its features. */
  @Test
  void largeNetworksGoDownhill() {
    RandomGenerator random = Cases.random(4);
    Perceptron network = Cases.bridged(Cases.random(List.of(2, 95, 95, 2), Cases.TANH, random));
    assertThat(network.parameterCount()).isGreaterThan(DenseSpectrum.LIMIT);
    Risk risk =
        new Risk(Loss.MSE, Cases.samples(12, 2, random), Cases.targets(Loss.MSE, 12, 2, random));
    CriticalPoints search = new CriticalPoints(1e-5, 1e-5, 500, 0);
    CriticalPoint found = search.find(backend, network, risk);
    assertThat(found.status()).isEqualTo(Status.CRITICAL);
    assertThat(found.loss()).isLessThan(1e-10);
    assertThat(found.dampedSteps()).isBetween(1, 500);
  }

  /** Steps are numbered, and what is said of the last one holds where the search ends. */
  @Test
  void whoWatchesADescentHearsOfEachStepAndEndsIt() {
    CriticalPoints search = new CriticalPoints(1e-5, 1e-5, 5, 0);
    List<Integer> heard = new ArrayList<>();
    double[] last = new double[2];
    CriticalPoints.Watch watch =
        (steps, loss, gradientL1) -> {
          heard.add(steps);
          last[0] = loss;
          last[1] = gradientL1;
          return steps < 3;
        };
    CriticalPoint stopped = search.descend(backend, Cases.eluTeacher(), Cases.eluLine(), watch);
    assertThat(heard).containsExactly(1, 2, 3);
    assertThat(stopped.status()).isEqualTo(Status.STOPPED);
    assertThat(stopped.dampedSteps()).isEqualTo(3);
    assertThat(stopped.loss()).isCloseTo(last[0], within(1e-14));
    assertThat(stopped.gradientL1()).isCloseTo(last[1], within(1e-12)).isGreaterThan(1e-5);
    CriticalPoint early =
        search.descend(
            backend, Cases.eluTeacher(), Cases.eluLine(), (steps, loss, gradient) -> true);
    assertThat(early.status()).isEqualTo(Status.OUT_OF_STEPS);
    assertThat(early.loss()).isLessThan(stopped.loss());
    CriticalPoint all =
        new CriticalPoints(1e-300, 1e-5, 5000, 0)
            .descend(backend, Cases.eluTeacher(), Cases.eluLine(), (steps, loss, gradient) -> true);
    assertThat(all.status()).isEqualTo(Status.DESCENDED);
  }

  @Test
  void aSearchSaysHowItEnded() {
    Risk risk = Cases.eluLine();
    CriticalPoint found = CriticalPoints.PRECISE.find(backend, Cases.eluTeacher(), risk);
    assertThat(found.status()).isEqualTo(Status.CRITICAL);
    assertThat(found.gradientL1()).isLessThan(1e-12);
    assertThat(found.dampedSteps()).isPositive();
    assertThat(found.newtonSteps()).isBetween(1, 10);
    CriticalPoint early =
        new CriticalPoints(1e-12, 1e-5, 2, 0).find(backend, Cases.eluTeacher(), risk);
    assertThat(early.status()).isEqualTo(Status.OUT_OF_STEPS);
    assertThat(early.loss()).isGreaterThan(found.loss());
    CriticalPoint tooMuch =
        new CriticalPoints(1e-300, 1e-5, 300, 60).find(backend, Cases.eluTeacher(), risk);
    assertThat(tooMuch.status()).isEqualTo(Status.AT_ROUNDING);
    assertThat(tooMuch.gradientL1()).isLessThan(1e-12).isLessThanOrEqualTo(tooMuch.rounding());
    assertThat(tooMuch.rounding()).isBetween(1e-17, 1e-12);
  }

  /** n 2⁻⁵³ times the sum of all terms' sizes, for one neuron by hand. */
  @Test
  void theRoundingOfAGradientIsThatOfItsTerms() {
    Perceptron line = Cases.network(List.of(1, 1), Cases.TANH).withParameters(new double[] {2, -1});
    RealMatrix x = MatrixUtils.createColumnRealMatrix(new double[] {1, -3, 0.5});
    RealMatrix y = MatrixUtils.createColumnRealMatrix(new double[] {0, 1, -2});
    double sum = 0;
    for (int i = 0; i < 3; i++) {
      double error = 2.0 / 3 * (2 * x.getEntry(i, 0) - 1 - y.getEntry(i, 0));
      sum += Math.abs(error) * (1 + Math.abs(x.getEntry(i, 0)));
    }
    try (RiskPoint point = new RiskPoint(backend, line, new Risk(Loss.MSE, x, y))) {
      assertThat(point.gradientRounding()).isCloseTo(3 * 0x1p-53 * sum, within(1e-28));
    }
  }

  /** A class that can be separated: weights run to infinity, and the Hessian vanishes with them. */
  @Test
  void aSearchFollowsWeightsThatRunAway() {
    RealMatrix x = MatrixUtils.createColumnRealMatrix(new double[] {-2, -1, 1, 2});
    RealMatrix y = MatrixUtils.createColumnRealMatrix(new double[] {0, 0, 1, 1});
    Perceptron neuron =
        new Perceptron(
            List.of(
                new Stage(
                    MatrixUtils.createRealMatrix(new double[][] {{1}}),
                    MatrixUtils.createRealVector(new double[1]),
                    Activation.Smooth.SIGMOID,
                    false)));
    CriticalPoint found =
        new CriticalPoints(1e-12, 1e-3, 300, 100).find(backend, neuron, new Risk(Loss.MSE, x, y));
    assertThat(found.status()).isEqualTo(Status.CRITICAL);
    assertThat(found.network().stage(1).weights().getEntry(0, 0)).isGreaterThan(10);
  }
}
