package dev.lamina.analysis.curvature;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.KinkDistance;
import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.Lifting;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.WidthEmbedding;
import dev.lamina.backend.Backend;
import java.util.Arrays;
import org.assertj.core.data.Offset;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Spectra and inertia of networks whose numbers were computed elsewhere, with complex steps. */
class GoldenCurvatureTest {
  private static Backend backend;
  private static Risk elu;
  private static Perceptron minimum;

  @BeforeAll
  static void open() {
    backend = Cases.open();
    elu = Cases.eluLine();
    minimum = Cases.critical(backend, Cases.eluTeacher(), elu);
  }

  @AfterAll
  static void close() {
    backend.close();
  }

  private static Offset<Double> digits(double value) {
    return within(1e-9 * Math.abs(value));
  }

  private static void requireNonZero(double[] spectrum, double... want) {
    Inertia inertia = Inertia.of(spectrum);
    double[] nonZero =
        Arrays.stream(spectrum).filter(v -> Math.abs(v) > inertia.tolerance()).toArray();
    assertThat(nonZero).hasSameSizeAs(want);
    double[] ascending = want.clone();
    Arrays.sort(ascending);
    for (int k = 0; k < want.length; k++) {
      assertThat(nonZero[k]).isCloseTo(ascending[k], digits(ascending[k]));
    }
  }

  private static void requireInertia(double[] spectrum, int positive, int negative, int zero) {
    assertThat(Inertia.of(spectrum))
        .hasToString("(%d, %d, %d)".formatted(positive, negative, zero));
  }

  @Test
  void theEluMinimum() {
    double[] want = {
      1.2154375748,
      -1.4489847958,
      0.1499718070,
      0.0410163603,
      1.2053089492,
      -0.5690325858,
      0.1822372057
    };
    assertThat(minimum.parameters()).containsExactly(want, within(6e-11));
    assertThat(KinkDistance.of(minimum, elu.x()).orElseThrow().isSafe()).isTrue();
    try (RiskPoint point = new RiskPoint(backend, minimum, elu)) {
      assertThat(point.gradientL1()).isLessThan(1e-12);
      assertThat(point.loss()).isCloseTo(0.003744959101, digits(0.003744959101));
    }
    double[] spectrum = Cases.spectrum(backend, minimum, elu);
    requireNonZero(
        spectrum,
        2.9734703227e-4,
        9.5258761202e-4,
        9.3303298678e-3,
        1.5585991727e-2,
        1.0003542925,
        8.1376105282,
        15.800164891);
    requireInertia(spectrum, 7, 0, 0);
  }

  @Test
  void itsNarrowLifts() {
    requireNonZero(
        Cases.spectrum(backend, lifted(minimum, 1, 1).deep(), elu),
        886.58040161,
        379.15339279,
        32.723353154,
        3.1074997951e-2,
        1.2249716318e-2,
        1.6131959374e-3,
        3.7369705947e-4);
    requireNonZero(
        Cases.spectrum(backend, lifted(minimum, 0, 1).deep(), elu),
        436.88339904,
        147.10946092,
        2.3199060776,
        2.9699252731e-2,
        1.9095275099e-2,
        3.2372608856e-3,
        9.0547417220e-6);
    requireInertia(Cases.spectrum(backend, lifted(minimum, 1, 1).deep(), elu), 7, 0, 2);
    requireInertia(Cases.spectrum(backend, lifted(minimum, 0, 1).deep(), elu), 7, 0, 2);
  }

  @Test
  void itsIdentityLifts() {
    Lift once = Lifting.identity(minimum, 1, Cases.ELU, 1, elu.x());
    double[] spectrum = Cases.spectrum(backend, once.deep(), elu);
    requireNonZero(
        spectrum,
        45.008629019,
        35.484664019,
        1.7054850152,
        2.4091912872e-2,
        1.0894501136e-2,
        1.2818063996e-3,
        3.4882786149e-4);
    requireInertia(spectrum, 7, 0, 6);
    Lift twice = Lifting.identity(once.deep(), 2, Cases.ELU, 1, elu.x());
    requireInertia(Cases.spectrum(backend, twice.deep(), elu), 7, 0, 12);
  }

  /** Width embeddings do add negative eigenvalues, and lifts keep them. */
  @ParameterizedTest
  @CsvSource({
    "0,2,-0.0004148910,7,2,1",
    "1,2,-0.0001892683,7,2,1",
    "0,-0.5,-0.0003079127,7,2,1",
    "1,-0.5,-0.0001381028,7,2,1",
    "0,0.5,NaN,9,0,1",
    "1,0.5,NaN,9,0,1"
  })
  void itsSplits(int neuron, double alpha, double smallest, int positive, int negative, int zero) {
    Perceptron wide = WidthEmbedding.split(minimum, 1, neuron, alpha);
    double[] spectrum = Cases.spectrum(backend, wide, elu);
    requireInertia(spectrum, positive, negative, zero);
    if (!Double.isNaN(smallest)) {
      assertThat(spectrum[0]).isCloseTo(smallest, within(6e-11));
    }
    for (int after = 0; after < 2; after++) {
      Lift lift = Lifting.identity(wide, after, Cases.ELU, 1, elu.x());
      assertThat(lift.identity().isFullRank()).isTrue();
      double[] deep = Cases.spectrum(backend, lift.deep(), elu);
      // The stated tolerance takes −2.8e−8 beside 71 for zero; what rounding makes is far smaller.
      double tiny = 1e-13 * deep[deep.length - 1];
      assertThat(Arrays.stream(deep).filter(v -> v > tiny).count()).isEqualTo(positive);
      assertThat(Arrays.stream(deep).filter(v -> v < -tiny).count()).isEqualTo(negative);
      assertThat(deep).hasSize(positive + negative + zero + lift.addedParameters());
    }
  }

  @Test
  void theTanhMinimumAndItsSplits() {
    Risk risk = Cases.tanhLine();
    Perceptron tanh = Cases.critical(backend, Cases.tanhTeacher(), risk);
    double[] want = {
      1.1340828866,
      -0.2438923900,
      0.3441842109,
      0.8838861190,
      1.1237794264,
      -1.9021811412,
      0.9529408058
    };
    assertThat(tanh.parameters()).containsExactly(want, within(6e-11));
    try (RiskPoint point = new RiskPoint(backend, tanh, risk)) {
      assertThat(point.loss()).isCloseTo(0.003919201320, digits(0.003919201320));
    }
    requireNonZero(
        Cases.spectrum(backend, tanh, risk),
        2.6218901918e-5,
        8.6565295182e-4,
        3.0359066270e-2,
        0.1901454043,
        0.5395336148,
        3.6347841506,
        14.225876397);
    requireSplitting(tanh, risk, 0, -0.0010959446, 0.0006758229);
    requireSplitting(tanh, risk, 1, -4.7690856367e-4, 1.8255099297e-5);
    for (double alpha : new double[] {2, 0.5, -0.5}) {
      for (int neuron = 0; neuron < 2; neuron++) {
        Perceptron wide = WidthEmbedding.split(tanh, 1, neuron, alpha);
        requireInertia(Cases.spectrum(backend, wide, risk), 8, 1, 1);
      }
    }
  }

  private static void requireSplitting(
      Perceptron network, Risk risk, int neuron, double low, double high) {
    try (RiskPoint point = new RiskPoint(backend, network, risk)) {
      double[] values =
          new EigenDecompositionSymmetric(point.splitting(1, neuron), 1e-15, false)
              .getEigenvalues();
      assertThat(values).containsExactly(new double[] {low, high}, within(6e-11));
    }
  }

  /** Position, half-width of the segment, Σ |gradient|. */
  @ParameterizedTest
  @CsvSource({
    "0,1e-1,7.4690e-2",
    "0,1e-2,7.0631e-3",
    "0,1e-3,7.0171e-4",
    "1,1e-1,1.8698e-1",
    "1,1e-2,1.7231e-2",
    "1,1e-3,1.7068e-3"
  })
  void tanhLiftsAreCriticalOnlyNearly(int after, double half, double want) {
    Risk risk = Cases.tanhLine();
    Perceptron tanh = Cases.critical(backend, Cases.tanhTeacher(), risk);
    Insertion insertion =
        Insertion.of(after, 1, Cases.TANH, AffineSegments.tangent(Cases.TANH, -half, half));
    Lift lift = Lifting.lift(tanh, insertion, risk.x());
    try (RiskPoint point = new RiskPoint(backend, lift.deep(), risk)) {
      assertThat(point.gradientL1()).isCloseTo(want, within(6e-5 * want));
    }
  }

  private static Lift lifted(Perceptron network, int after, int width) {
    Insertion insertion =
        Insertion.of(after, width, Cases.ELU, AffineSegments.on(Cases.ELU, 0.5, 1.5));
    return Lifting.lift(network, insertion, elu.x());
  }
}
