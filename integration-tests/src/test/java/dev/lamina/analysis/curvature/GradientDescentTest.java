package dev.lamina.analysis.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class GradientDescentTest {
  private static Backend backend;

  @BeforeAll
  static void open() {
    backend = Cases.open();
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  /** θ ← θ − rate · gradient, with gradients by differences of the loss. */
  @Test
  void goesAlongTheGradient() {
    Perceptron start = Cases.random(List.of(1, 2, 1), Cases.TANH, Cases.random(3));
    Risk risk = Cases.tanhLine();
    double[] theta = start.parameters();
    for (int step = 0; step < 5; step++) {
      double[] gradient = new double[theta.length];
      for (int k = 0; k < theta.length; k++) {
        gradient[k] =
            (loss(start, risk, theta, k, 1e-5) - loss(start, risk, theta, k, -1e-5)) / 2e-5;
      }
      for (int k = 0; k < theta.length; k++) {
        theta[k] -= 0.05 * gradient[k];
      }
    }
    GradientDescent.Stop stop = new GradientDescent(1e-12, 0.05, 5).find(backend, start, risk);
    assertThat(stop.steps()).isEqualTo(5);
    assertThat(stop.reached()).isFalse();
    assertThat(stop.network().parameters()).containsExactly(theta, within(1e-8));
    double[] left = Cases.gradient(backend, stop.network(), risk);
    assertThat(stop.gradientL1())
        .isCloseTo(Arrays.stream(left).map(Math::abs).sum(), within(1e-14));
  }

  private static double loss(Perceptron like, Risk risk, double[] theta, int k, double shift) {
    double[] moved = theta.clone();
    moved[k] += shift;
    double sum = 0;
    for (int i = 0; i < risk.samples(); i++) {
      double a = 0;
      for (int j = 0; j < 2; j++) {
        a += moved[4 + j] * Math.tanh(moved[j] * risk.x().getEntry(i, 0) + moved[2 + j]);
      }
      sum += Math.pow(a + moved[6] - risk.y().getEntry(i, 0), 2);
    }
    assertThat(like.parameterCount()).isEqualTo(7);
    return sum / risk.samples();
  }

  @Test
  void stopsAsSoonAsTheGradientIsSmall() {
    Risk risk = Cases.eluLine();
    GradientDescent.Stop stop =
        new GradientDescent(1e-2, 0.02, 100_000).find(backend, Cases.eluTeacher(), risk);
    assertThat(stop.reached()).isTrue();
    assertThat(stop.gradientL1()).isLessThanOrEqualTo(1e-2);
    GradientDescent.Stop before =
        new GradientDescent(1e-12, 0.02, stop.steps() - 1).find(backend, Cases.eluTeacher(), risk);
    assertThat(before.gradientL1()).isGreaterThan(1e-2);
  }

  @Test
  void refusesWhatCannotWork() {
    Risk risk = Cases.eluLine();
    assertThatThrownBy(
            () -> new GradientDescent(1e-4, 1e3, 1000).find(backend, Cases.eluTeacher(), risk))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContainingAll("the loss must stay finite", "smaller rate than 1000.0");
    assertThatThrownBy(() -> new GradientDescent(1e-4, 0, 1)).hasMessageContaining("rate");
    Risk other =
        new Risk(Loss.MSE, MatrixUtils.createRealMatrix(3, 2), MatrixUtils.createRealMatrix(3, 1));
    assertThatThrownBy(
            () -> new GradientDescent(1e-4, 1, 1).find(backend, Cases.eluTeacher(), other))
        .hasMessageContaining("does not fit samples of 2 numbers");
  }
}
