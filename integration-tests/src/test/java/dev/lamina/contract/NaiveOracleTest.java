package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import java.util.function.DoubleBinaryOperator;
import org.junit.jupiter.api.Test;

/** The oracles against closed forms: an oracle that is wrong would make right backends fail. */
class NaiveOracleTest {
  private static final double[][] VARIANCES = {{5, 5}, {1, 5}, {0.05, 3}, {2, 2}};
  private static final double[] ANGLES = {1e-5, 0.01, 0.4, 1.5, 2.5, 3.1415};

  /** Closed forms lose a digit of their own where a correlation is near ±1: sums of length 16. */
  private static final Tolerance TOLERANCE = new Tolerance(DType.FLOAT64, 16);

  /** An expectation in closed form. */
  private interface ClosedForm {
    double at(double p, double q, double covariance);
  }

  private static void require(Activation activation, ClosedForm value, ClosedForm slope) {
    NaiveActivation phi = NaiveActivation.of(activation);
    for (double[] pq : VARIANCES) {
      for (double angle : ANGLES) {
        double p = pq[0];
        double q = pq[1];
        double k = Math.sqrt(p * q) * Math.cos(angle);
        NaiveDual.Moments moments = NaiveDual.of(phi, p, q, angle);
        requireClose(activation, moments.value(), value.at(p, q, k));
        requireClose(activation, moments.slope(), slope.at(p, q, k));
      }
    }
  }

  private static void requireClose(Activation activation, NaivePair got, double want) {
    double scale = Math.sqrt(got.xx() * got.zz());
    assertThat(got.xz()).as("%s", activation).isCloseTo(want, within(TOLERANCE.bound(want, scale)));
    // Here the closed form is the rougher side: it subtracts nearly equal numbers of size (1 +
    // 2p)².
    double cosine = want / scale;
    assertThat(got.minus()).as("1 − c").isCloseTo(1 - cosine, within(TOLERANCE.bound(0, 4)));
    assertThat(got.plus()).as("1 + c").isCloseTo(1 + cosine, within(TOLERANCE.bound(0, 4)));
  }

  @Test
  void trigonometricDuals() {
    ClosedForm sine = (p, q, k) -> Math.exp(-(p + q) / 2) * Math.sinh(k);
    ClosedForm cosine = (p, q, k) -> Math.exp(-(p + q) / 2) * Math.cosh(k);
    require(Activation.Smooth.SIN, sine, cosine);
    require(Activation.Smooth.COS, cosine, sine);
  }

  /** Williams 1997, (11), and its derivative. */
  @Test
  void erfDual() {
    require(
        Activation.Smooth.ERF,
        (p, q, k) -> 2 / Math.PI * Math.asin(2 * k / Math.sqrt((1 + 2 * p) * (1 + 2 * q))),
        (p, q, k) -> 4 / Math.PI / Math.sqrt((1 + 2 * p) * (1 + 2 * q) - 4 * k * k));
  }

  /** Cho and Saul 2009, (6); the angle is taken without the cosine's loss of digits. */
  @Test
  void reluDual() {
    NaiveActivation relu = NaiveActivation.of(Activation.RELU);
    for (double t : ANGLES) {
      NaiveDual.Moments moments = NaiveDual.of(relu, 2, 3, t);
      double size = Math.sqrt(6);
      double want = size * (Math.sin(t) + (Math.PI - t) * Math.cos(t)) / (2 * Math.PI);
      assertThat(moments.value().xz()).isCloseTo(want, within(TOLERANCE.bound(want, size)));
      assertThat(moments.slope().xz())
          .isCloseTo((Math.PI - t) / (2 * Math.PI), within(TOLERANCE.bound(0, 1)));
      double half = Math.sin(t / 2);
      double minus = 2 * half * half - (Math.sin(t) - t * Math.cos(t)) / Math.PI;
      if (t > 0.1) { // below, this form loses digits and the oracle does not
        assertThat(moments.value().minus()).isCloseTo(minus, within(1e-13 * minus));
      }
    }
  }

  /** 1 − cos θ′ = θ²/2 − θ³/3π + O(θ⁴) for relu: the oracle keeps relative accuracy. */
  @Test
  void smallAnglesKeepTheirDigits() {
    double t = 1e-5;
    double minus = NaiveDual.of(NaiveActivation.of(Activation.RELU), 2, 2, t).value().minus();
    double series = t * t / 2 - t * t * t / (3 * Math.PI);
    assertThat(minus / series - 1).isCloseTo(0, within(1e-9));
    double[] x = {1, 2, -3};
    double[] z = {1 + 1e-9, 2, -3};
    assertThat(NaivePair.dot(x, z).angle()).isCloseTo(1e-9 * Math.sqrt(13.0) / 14, within(1e-15));
  }

  /** Golden case G4: three layers of relu from a right angle. */
  @Test
  void anglesOfReluNetworks() {
    InfiniteNetwork network = InfiniteNetwork.of(5, Activation.RELU, 2, 0);
    var layers = NaiveKernels.layers(network, new double[] {1, 0}, new double[] {0, 1});
    assertThat(layers.get(0).nngp().angle()).isCloseTo(1.246850219863, within(6e-13));
    assertThat(layers.get(1).nngp().angle()).isCloseTo(1.054421263954, within(6e-13));
    assertThat(layers.get(4).nngp().angle()).isCloseTo(.743732928798, within(6e-13));
  }

  /** Rasmussen and Williams 2006, (4.16) and (4.17). */
  @Test
  void maternKernelsOfHalfIntegerOrder() {
    DoubleBinaryOperator want =
        (nu, r) -> {
          double a = Math.sqrt(2 * nu) * r;
          double polynomial = nu == 0.5 ? 1 : nu == 1.5 ? 1 + a : 1 + a + a * a / 3;
          return polynomial * Math.exp(-a);
        };
    for (double nu : new double[] {0.5, 1.5, 2.5}) {
      for (double r : new double[] {0, 1e-6, 0.01, 0.3, 1, 4, 20}) {
        double got =
            NaiveKernels.entry(new Kernel.Matern(nu, 1), new double[] {0.5}, new double[] {0.5 + r})
                .value();
        double exact = want.applyAsDouble(nu, 0.5 + r - 0.5);
        assertThat(got).as("ν = %s, r = %s", nu, r).isCloseTo(exact, within(1e-13));
      }
    }
  }

  @Test
  void eigenvaluesOfARotatedDiagonal() {
    double c = Math.cos(0.3);
    double s = Math.sin(0.3);
    double[][] rotation = {{c, -s, 0}, {s, c, 0}, {0, 0, 1}};
    double[][] diagonal = {{-1, 0, 0}, {0, 5, 0}, {0, 0, 2}};
    double[][] a =
        NaiveGram.multiply(NaiveGram.multiply(rotation, diagonal), NaiveGram.transpose(rotation));
    assertThat(NaiveSolve.eigenvalues(a)).containsExactly(new double[] {-1, 2, 5}, within(1e-14));
  }
}
