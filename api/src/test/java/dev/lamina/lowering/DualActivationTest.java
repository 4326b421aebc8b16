package dev.lamina.lowering;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import java.util.function.DoubleUnaryOperator;
import org.hipparchus.analysis.integration.gauss.GaussIntegrator;
import org.hipparchus.analysis.integration.gauss.GaussIntegratorFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class DualActivationTest {
  private static final double[] COMPLEMENTS = {
    0, 1e-12, 1e-6, 0.01, 0.3, 0.8, 1, 1.2, 1.7, 1.999, 2
  };

  /** Activations with one or no kink, at 0. */
  @ParameterizedTest
  @ValueSource(
      strings = {
        "relu",
        "abs",
        "identity",
        "leakyRelu(slope=0.1)",
        "leakyRelu(slope=-3)",
        "tanh",
        "erf",
        "gelu",
        "silu",
        "sigmoid",
        "softplus",
        "sin",
        "cos",
        "exp",
        "polynomial(coefficients=[1, -2, 0, 0.5])",
        "hermite(coefficients=[0, 0, 1])"
      })
  void equalsTheTwoDimensionalIntegral(String text) {
    Activation activation = Activation.parse(text);
    for (double q : new double[] {0.2, 0.57, 2}) {
      DualActivation dual = DualActivation.of(activation, q);
      double second = expectation(activation::value, q, 0);
      double derivative = expectation(activation::derivative, q, 0);
      assertThat(dual.secondMoment() / second).isCloseTo(1, within(1e-13));
      assertThat(dual.derivativeSecondMoment() / derivative).isCloseTo(1, within(1e-13));
      for (double s : COMPLEMENTS) {
        double value = expectation(activation::value, q, s) / second;
        double slope = expectation(activation::derivative, q, s) / derivative;
        assertThat(dual.complement(s)).as("s=%s q=%s", s, q).isCloseTo(1 - value, within(1e-12));
        assertThat(dual.derivativeCorrelation(s)).as("s=%s", s).isCloseTo(slope, within(1e-12));
        assertThat(dual.derivativeComplement(s)).as("s=%s", s).isCloseTo(1 - slope, within(1e-12));
      }
    }
  }

  /**
   * E[f(u) f(v)] in polar coordinates, u = √q r cos t, v = √q r cos(t − θ): Gauss–Legendre in r and
   * in every arc of t between the zeros of u and v, where a kink at 0 lies.
   */
  private static double expectation(DoubleUnaryOperator f, double q, double s) {
    double theta = 2 * Math.atan2(Math.sqrt(s), Math.sqrt(2 - s));
    double half = Math.PI / 2;
    double[] ends = {-half, theta - half, half, theta + half, 3 * half};
    GaussIntegrator arc = new GaussIntegratorFactory().legendre(48, 0, 1);
    GaussIntegrator ray = new GaussIntegratorFactory().legendre(16, 0, 1);
    double sum = 0;
    for (int k = 0; k < 4; k++) {
      double width = ends[k + 1] - ends[k];
      for (int i = 0; i < arc.getNumberOfPoints(); i++) {
        double t = ends[k] + width * arc.getPoint(i);
        double a = Math.sqrt(q) * Math.cos(t);
        double b = Math.sqrt(q) * Math.cos(t - theta);
        sum += width * arc.getWeight(i) * radial(f, a, b, ray);
      }
    }
    return sum / (2 * Math.PI);
  }

  private static double radial(DoubleUnaryOperator f, double a, double b, GaussIntegrator ray) {
    double sum = 0;
    for (int panel = 0; panel < 14; panel++) {
      for (int j = 0; j < ray.getNumberOfPoints(); j++) {
        double r = panel + ray.getPoint(j);
        double weight = ray.getWeight(j) * r * Math.exp(-r * r / 2);
        sum += weight * f.applyAsDouble(r * a) * f.applyAsDouble(r * b);
      }
    }
    return sum;
  }

  @Test
  void smallComplementsKeepTheirDigitsWhereThePublishedFormLosesThem() {
    DualActivation relu = DualActivation.of(Activation.RELU, 1);
    double worst = 0;
    for (double s = 0x1p-40; s > 0x1p-48; s /= 2) {
      double c = 1 - s; // exact
      double published = (Math.sqrt(1 - c * c) + c * (Math.PI - Math.acos(c))) / Math.PI;
      // s − (θ³/3 − θ⁵/30)/π with θ = √(2s)(1 + s/12): the next terms are below 1e-20
      double theta = Math.sqrt(2 * s) * (1 + s / 12);
      double exact = s - (Math.pow(theta, 3) / 3 - Math.pow(theta, 5) / 30) / Math.PI;
      assertThat(relu.complement(s) / exact).isCloseTo(1, within(1e-15));
      worst = Math.max(worst, Math.abs((1 - published) / exact - 1));
    }
    assertThat(worst).isGreaterThan(1e-3);
  }

  @Test
  void theDualOfTanhKeepsSmallComplements() {
    DualActivation tanh = DualActivation.of(Activation.parse("tanh"), 0.5700478816);
    double slope = tanh.complement(1e-9) / 1e-9;
    for (double s = 1e-12; s > 1e-300; s *= 1e-20) {
      assertThat(tanh.complement(s) / s).isCloseTo(slope, within(1e-8));
    }
  }

  @Test
  void bothEndsAreExact() {
    DualActivation relu = DualActivation.of(Activation.RELU, 3);
    assertThat(relu.complement(0)).isZero();
    assertThat(relu.complement(2)).isEqualTo(1);
    assertThat(relu.derivativeCorrelation(2)).isZero();
    assertThat(relu.derivativeCorrelation(0)).isEqualTo(1);
    // 1 − θ/π with π − θ = √(2·2⁻⁴⁰)(1 + 2⁻⁴⁰/12)
    assertThat(relu.derivativeCorrelation(2 - 0x1p-40) * Math.PI / Math.sqrt(0x1p-39))
        .isCloseTo(1, within(1e-12));
    DualActivation abs = DualActivation.of(Activation.ABS, 3);
    assertThat(abs.complement(2)).isZero();
    assertThat(abs.complement(2 - 1e-10)).isCloseTo(abs.complement(1e-10), within(1e-16));
    assertThat(abs.derivativeCorrelation(2)).isEqualTo(-1);
    assertThat(abs.derivativeCorrelation(1)).isCloseTo(0, within(1e-16));
    DualActivation identity = DualActivation.of(Activation.IDENTITY, 3);
    for (double c : COMPLEMENTS) {
      assertThat(identity.complement(c)).isEqualTo(c);
      assertThat(identity.derivativeComplement(c)).isZero();
    }
  }

  @Test
  void curvatureIsTheSecondDerivativeAtOne() {
    // f''(1) of tanh at the edge of chaos with bias variance 0.05
    double q = 0.5700478816;
    DualActivation tanh = DualActivation.of(Activation.parse("tanh"), q);
    double second = 1.7609546396 * tanh.secondMoment() / q * tanh.curvature();
    assertThat(second).isCloseTo(0.3240899560, within(1e-9));
    assertThat(DualActivation.of(Activation.RELU, 1).curvature()).isInfinite();
    assertThat(DualActivation.of(Activation.IDENTITY, 1).curvature()).isZero();
    assertThat(
            DualActivation.of(Activation.parse("polynomial(coefficients=[0, 1])"), 1).curvature())
        .isZero();
  }

  @Test
  void refusesWhatHasNoDual() {
    assertThatThrownBy(() -> DualActivation.of(Activation.parse("sign"), 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("square-integrable");
    for (double q : new double[] {0, -1, Double.NaN, Double.POSITIVE_INFINITY}) {
      assertThatThrownBy(() -> DualActivation.of(Activation.RELU, q))
          .hasMessageContaining("positive and finite but is " + q);
    }
    assertThatThrownBy(() -> DualActivation.of(Activation.parse("polynomial(coefficients=[2])"), 1))
        .hasMessageContaining("constant");
    assertThatThrownBy(() -> DualActivation.of(Activation.parse("tanh"), 1e6))
        .hasMessageContaining("Hermite terms");
  }
}
