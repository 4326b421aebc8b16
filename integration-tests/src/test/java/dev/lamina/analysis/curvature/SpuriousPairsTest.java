package dev.lamina.analysis.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.Lifting;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.backend.Backend;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

class SpuriousPairsTest {
  private static Backend backend;
  private static Risk risk;
  private static Perceptron minimum;

  @BeforeAll
  static void open() {
    backend = Cases.open();
    risk = Cases.eluLine();
    minimum = Cases.critical(backend, Cases.eluTeacher(), risk);
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  private static List<Lift> lifts(Perceptron shallow, int count) {
    List<Lift> lifts = new ArrayList<>();
    Perceptron now = shallow;
    for (int k = 0; k < count; k++) {
      lifts.add(Lifting.identity(now, now.depth() - 1, Cases.ELU, 1, risk.x()));
      now = lifts.getLast().deep();
    }
    return lifts;
  }

  /** The eigenvalues of the whole Hessian next to a minimum: seven of its own, and these. */
  @Test
  void areTheSmallEigenvaluesNextToAMinimum() {
    double[] theta = minimum.parameters();
    for (int k = 0; k < theta.length; k++) {
      theta[k] += 1e-8 * Math.cos(3 * k + 1);
    }
    Perceptron near = minimum.withParameters(theta);
    double[] gradient = Cases.gradient(backend, near, risk);
    for (int count = 1; count <= 2; count++) {
      List<Lift> lifts = lifts(near, count);
      double[] pairs = SpuriousPairs.of(lifts, gradient);
      assertThat(pairs).hasSize(6 * count);
      double size = Arrays.stream(gradient).map(Math::abs).sum();
      double[] all = Cases.spectrum(backend, lifts.getLast().deep(), risk);
      assertThat(all[6 * count]).as("its own").isGreaterThan(1e-4);
      assertThat(pairs[0]).isLessThan(-0.01 * size);
      assertThat(pairs[6 * count - 1]).isGreaterThan(0.01 * size);
      assertThat(Arrays.stream(pairs).filter(v -> v < -1e-3 * size).count()).isEqualTo(2L * count);
      for (int k = 0; k < pairs.length; k++) {
        assertThat(all[k]).as("pair %d", k).isCloseTo(pairs[k], within(2e-2 * size));
      }
    }
  }

  @Test
  void vanishAtACriticalPoint() {
    double[] gradient = Cases.gradient(backend, minimum, risk);
    for (double pair : SpuriousPairs.of(lifts(minimum, 2), gradient)) {
      assertThat(pair).isCloseTo(0, within(1e-12));
    }
    assertThat(SpuriousPairs.of(List.of(), gradient)).isEmpty();
  }
}
