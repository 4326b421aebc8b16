package dev.lamina.analysis.learningcurve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Kernel;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class LearningCurveTest {
  private static final double[] CIRCLE = {1, .5, .25, .12, .06, .03};

  private static Spectrum circle() {
    return new Spectrum(
        IntStream.range(0, 6)
            .mapToObj(l -> new Mode(l, CIRCLE[l], l == 0 ? 1 : 2, l == 3 ? 1 : 0))
            .toList(),
        0);
  }

  private static double only(CurvePoint.Estimate estimate) {
    assertThat(estimate.residuals()).hasSize(1);
    return estimate.residuals().getFirst().factor();
  }

  /** Golden L-2. */
  @Test
  void theCircle() {
    CurvePoint point = new LearningCurve(circle(), 1, 0).at(120);
    assertThat(point.kernelSum()).isCloseTo(0.084048977878, within(6e-13));
    assertThat(only(point.ek().orElseThrow())).isCloseTo(0.064935064935, within(6e-13));
    assertThat(only(point.subLeading().orElseThrow())).isCloseTo(0.070038392990, within(6e-13));
    assertThat(point.selfConsistent().kappa()).isCloseTo(0.009092220238, within(6e-13));
    assertThat(point.selfConsistent().residuals().getFirst().factor())
        .isCloseTo(0.070431976620, within(6e-13));
    assertThat(point.selfConsistent().mse()).isCloseTo(0.005371960980, within(6e-13));
    assertThat(point.valid()).isTrue();
  }

  /** Simulated regression on the circle: the corrected sign is right and the printed one wrong. */
  @Test
  void simulationDecidesTheSign() {
    CurvePoint point = new LearningCurve(circle(), 1, 0).at(120);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(5);
    int draws = 300;
    double factor = 0;
    double mse = 0;
    for (int draw = 0; draw < draws; draw++) {
      double[] learnt = new double[11];
      regress(random, poisson(random, 120), learnt);
      factor += 1 - learnt[5];
      for (int i = 0; i < 11; i++) {
        double error = learnt[i] - (i == 5 ? 1 : 0);
        mse += error * error;
      }
    }
    factor /= draws;
    mse /= draws;
    // standard errors: about 0.0004 of the factor
    assertThat(Math.abs(only(point.subLeading().orElseThrow()) - factor)).isLessThan(0.0015);
    assertThat(Math.abs(only(point.ek().orElseThrow()) - factor)).isGreaterThan(0.004);
    assertThat(Math.abs(only(point.subLeadingPublished().orElseThrow()) - factor))
        .isGreaterThan(0.009);
    assertThat(mse).isCloseTo(0.00538, within(0.00025));
  }

  /** Learnt coefficients on 1, √2 cos θ, √2 sin θ, …: exactly, by regression in feature space. */
  private static void regress(RandomGenerator random, int samples, double[] learnt) {
    RealMatrix gram = MatrixUtils.createRealIdentityMatrix(11);
    RealVector projected = new ArrayRealVector(11);
    for (int n = 0; n < samples; n++) {
      RealVector row = features(2 * Math.PI * random.nextDouble());
      gram = gram.add(row.outerProduct(row));
      projected = projected.add(row.mapMultiply(row.getEntry(5) / Math.sqrt(.12)));
    }
    RealVector w = new CholeskyDecomposition(gram).getSolver().solve(projected);
    for (int i = 0; i < 11; i++) {
      learnt[i] = w.getEntry(i) * Math.sqrt(CIRCLE[(i + 1) / 2]);
    }
  }

  /** √λ φ at an angle; entry 5 belongs to √2 cos 3θ. */
  private static RealVector features(double angle) {
    double[] row = new double[11];
    row[0] = 1;
    for (int l = 1; l < 6; l++) {
      row[2 * l - 1] = Math.sqrt(2 * CIRCLE[l]) * Math.cos(l * angle);
      row[2 * l] = Math.sqrt(2 * CIRCLE[l]) * Math.sin(l * angle);
    }
    return new ArrayRealVector(row, false);
  }

  private static int poisson(RandomGenerator random, double mean) {
    int n = 0;
    for (double sum = random.nextExponential(); sum < mean; sum += random.nextExponential()) {
      n++;
    }
    return n;
  }

  /** The theory columns of experiment E4. */
  @ParameterizedTest
  @CsvSource({
    "100, .491, .566, .703, false",
    "300, .420, .479, .535, false",
    "1000, .288, .369, .380, false",
    "2500, .155, .220, .231, true",
  })
  void thePublishedExample(double n, double ek, double sub, double resummed, boolean valid) {
    Renormalised kernel =
        SphereSpectrum.renormalised(
            Kernel.parse("ntk(depth=3, weightVariance=1, biasVariance=1)"), Sphere.unit(50), 3);
    Spectrum spectrum = kernel.spectrum().with(Target.even(1, 2));
    CurvePoint point = new LearningCurve(spectrum, kernel.noise(), 0).at(n);
    assertThat(point.ek().orElseThrow().mse()).isCloseTo(ek, within(6e-4));
    assertThat(point.subLeading().orElseThrow().mse()).isCloseTo(sub, within(6e-4));
    assertThat(point.selfConsistent().mse()).isCloseTo(resummed, within(6e-4));
    assertThat(point.valid()).isEqualTo(valid);
  }

  @ParameterizedTest
  @CsvSource({"0, 5", "0, 10.5", "1e-12, 3", "1e-12, 40", "0.3, 1", "2, 1e6", "1e-300, 1e9"})
  void kappaSolvesItsEquation(double noise, double n) {
    Spectrum spectrum = circle();
    double kappa = new LearningCurve(spectrum, noise, 0).at(n).selfConsistent().kappa();
    double sum = noise / kappa;
    for (Mode m : spectrum.modes()) {
      sum += m.multiplicity() * m.eigenvalue() / (m.eigenvalue() + kappa);
    }
    assertThat(kappa).isPositive();
    assertThat(sum).isCloseTo(n, within(1e-13 * n));
  }

  @Test
  void withoutNoiseAsManySamplesAsModesLearnEverything() {
    CurvePoint point = new LearningCurve(circle(), 0, 0).at(11);
    assertThat(point.selfConsistent().kappa()).isZero();
    assertThat(point.selfConsistent().mse()).isZero();
    assertThat(point.ek()).isEmpty();
    assertThat(point.valid()).isFalse();
    CurvePoint noisy = new LearningCurve(circle(), 0, 0.5).at(22);
    // ordinary least squares: 11/(22 − 11) of the label noise
    assertThat(noisy.selfConsistent().mse()).isCloseTo(0.5, within(1e-12));
    assertThat(noisy.selfConsistent().mseNoisy()).isCloseTo(1, within(1e-12));
  }

  @Test
  void theResummedFormTendsToTheSubLeadingOne() {
    double n = 1e7;
    CurvePoint point = new LearningCurve(circle(), 1, 0.5).at(n);
    double first = point.subLeading().orElseThrow().mse();
    assertThat(point.selfConsistent().mse()).isCloseTo(first, within(1e-5 * first));
    assertThat(only(point.subLeading().orElseThrow()))
        .isCloseTo(
            point.selfConsistent().residuals().getFirst().factor(),
            within(1e-10 * point.selfConsistent().residuals().getFirst().factor()));
  }

  @Test
  void aTargetOutsideTheKernelIsNeverLearnt() {
    Spectrum spectrum =
        SphereSpectrum.of(Kernel.parse("polynomial(degree=2)"), Sphere.unit(4))
            .with(Target.parse("1:0.5,7:2"));
    CurvePoint point = new LearningCurve(spectrum, 0.1, 0).at(50);
    assertThat(point.ek().orElseThrow().mse()).isEqualTo(2.5);
    assertThat(point.selfConsistent().residuals())
        .containsExactly(new CurvePoint.Residual(1, 1), new CurvePoint.Residual(7, 1));
    assertThat(point.selfConsistent().mse()).isGreaterThan(2.5);
  }

  @Test
  void badInput() {
    assertThatThrownBy(() -> new LearningCurve(circle(), -1, 0)).hasMessageContaining("noise");
    assertThatThrownBy(() -> new LearningCurve(circle(), 0, Double.NaN))
        .hasMessageContaining("label noise");
    assertThatThrownBy(() -> new LearningCurve(circle(), 0, 0).at(0.5))
        .hasMessageContaining("number of samples must be finite and ≥ 1 but is 0.5");
    assertThatThrownBy(() -> new Mode(3, -1e-9, 1, 0))
        .hasMessageContaining(
            "eigenvalue of mode 3 must be finite and not negative but is -1.0E-9");
    assertThatThrownBy(() -> new Spectrum(List.of(), 0)).hasMessageContaining("at least one mode");
    assertThatThrownBy(() -> new Spectrum(List.of(new Mode(0, 0, 1, 1)), 0))
        .hasMessageContaining("all eigenvalues are 0");
    assertThatThrownBy(() -> Target.parse("1;2")).hasMessageContaining("degree:weight");
    assertThatThrownBy(() -> Target.parse("1:1,1:2")).hasMessageContaining("twice");
    assertThatThrownBy(() -> Target.parse("-1:1")).hasMessageContaining("degree must be 0 to");
    assertThatThrownBy(() -> Target.parse("1:0")).hasMessageContaining("positive");
  }
}
