package dev.lamina.analysis.learningcurve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.learningcurve.SphereSpectrum.Degree;
import dev.lamina.kernel.Kernel;
import java.util.List;
import org.assertj.core.data.Offset;
import org.hipparchus.special.Gamma;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SphereSpectrumTest {
  private static final Kernel PAPER =
      Kernel.parse("ntk(depth=3, weightVariance=1, biasVariance=1)");

  private static Offset<Double> relative(double value, double digits) {
    return within(Math.abs(value) * digits);
  }

  /** Golden L-1, the published example with one misprinted exponent corrected. */
  @Test
  void theRenormalisedTangentKernelOfThePaper() {
    Renormalised kernel = SphereSpectrum.renormalised(PAPER, Sphere.unit(50), 3);
    double[] b = {3.1935501621, 0.0361506968, 0.0077766221, 0.0037916821};
    double[] lambda = {3.1937056946, 7.2738895291e-4, 5.9820170097e-6, 1.6203769860e-7};
    assertThat(kernel.spectrum().degrees()).hasSize(4);
    for (int l = 0; l < 4; l++) {
      assertThat(kernel.spectrum().coefficients().get(l)).isCloseTo(b[l], within(6e-11));
      Degree degree = kernel.spectrum().degrees().get(l);
      assertThat(degree.eigenvalue()).isCloseTo(lambda[l], relative(lambda[l], 6e-11));
      assertThat(degree.error()).isLessThan(1e-9 * lambda[l]);
    }
    assertThat(kernel.noise()).isCloseTo(0.0187308369, within(6e-11));
    assertThat(kernel.spectrum().remainder()).isZero();
    // the paper prints 7.27e-3 for the second: with it the sum rule Σ degeneracy·λ = K(1) fails
    assertThat(kernel.spectrum().degrees().get(1).eigenvalue()).isCloseTo(7.27e-4, within(1e-6));
    assertThat(sumRule(7.27e-4)).isCloseTo(kernel.spectrum().trace(), within(5e-3));
    assertThat(sumRule(7.27e-3)).isGreaterThan(1.09 * kernel.spectrum().trace());
    assertThat(kernel.remainder(3500)).isCloseTo(0.0237, within(1e-4));
    assertThat(Renormalised.choose(Sphere.unit(50), 3500)).isEqualTo(3);
  }

  /** The sum over the printed eigenvalues of that kernel with another second one. */
  private static double sumRule(double second) {
    return 3.19 + 50 * second + 1274 * 5.98e-6 + 22050 * 1.62e-7;
  }

  /** All powers kept: SciPy and mpmath gave these from the same formulas. */
  @Test
  void theFullKernelHasSlightlyLargerEigenvalues() {
    SphereSpectrum full = SphereSpectrum.of(PAPER, Sphere.unit(50));
    double[] lambda = {3.193708556073652, 0.0007275791539828701};
    for (int l = 0; l < 2; l++) {
      assertThat(full.degrees().get(l).eigenvalue())
          .isCloseTo(lambda[l], relative(lambda[l], 1e-9));
    }
    assertThat(full.trace()).isCloseTo(3.26, within(1e-14));
    assertThat(full.remainder()).isBetween(1e-3, 1e-2);
  }

  @ParameterizedTest
  @CsvSource({
    "ntk(depth=3), 3, 1",
    "ntk(depth=1), 2, 1",
    "'nngp(depth=4, weightVariance=1.5, biasVariance=0.2)', 5, 2.5",
    "'nngp(depth=2, activation=erf)', 4, 1",
    "'ntk(depth=2, activation=tanh, biasVariance=0.3)', 7, 2",
    "'ntk(depth=2, activation=[abs, gelu])', 12, 3",
    "'nngp(depth=2, activation=sign)', 3, 1",
    "laplace(lengthScale=2), 3, 1",
    "'matern(nu=2.5, lengthScale=0.7)', 6, 1",
    "'matern(nu=3.5, lengthScale=0.7)', 3, 1",
    "'rationalQuadratic(alpha=1.5, lengthScale=1)', 3, 1.3",
    "arcCosine(order=0), 3, 1",
    "arcCosine(order=2), 8, 1.5",
    "2*gaussian(lengthScale=1)+linear(offset=0.3), 10, 1.2",
    "linear()*nngp(depth=1), 20, 2",
    "gaussian(lengthScale=0.8), 3, 1",
    "'polynomial(degree=5, scale=0.4, offset=0.7)', 6, 1.4",
  })
  void bothRoutesAndTheSumRuleAgree(String text, int dimension, double radius) {
    SphereSpectrum spectrum = SphereSpectrum.of(Kernel.parse(text), new Sphere(dimension, radius));
    double rounding = 1e-13 * spectrum.trace();
    double sum = spectrum.remainder();
    int compared = 0;
    for (Degree d : spectrum.degrees()) {
      assertThat(d.eigenvalue()).isNotNegative();
      assertThat(d.eigenvalue() * d.degeneracy()).isLessThanOrEqualTo(spectrum.trace() + rounding);
      sum += d.eigenvalue() * d.degeneracy();
      // the series of the chosen route must agree with the other where the other is sure
      if (dimension >= 8 && d.degree() < 10) {
        assertThat(d.series()).isCloseTo(d.integral(), within(rounding));
        compared++;
      }
      assertThat(d.series()).isLessThanOrEqualTo(d.integral() + rounding);
    }
    assertThat(sum).isCloseTo(spectrum.trace(), within(rounding));
    if (dimension >= 8) {
      assertThat(compared).isGreaterThan(3);
    }
  }

  /** The published form with Gamma functions, in which small eigenvalues keep their digits. */
  @ParameterizedTest
  @ValueSource(ints = {10, 50, 784})
  void recursionOfTheWeightsIsTheGammaFormula(int d) {
    Kernel kernel = Kernel.parse("polynomial(degree=12, scale=1, offset=0.5)");
    SphereSpectrum spectrum = SphereSpectrum.of(kernel, Sphere.unit(d));
    List<Double> b = spectrum.coefficients();
    for (int l = 0; l <= 12; l++) {
      double sum = 0;
      for (int s = 0; 2 * s + l <= 12; s++) {
        sum +=
            b.get(2 * s + l)
                * Math.exp(
                    Gamma.logGamma(d / 2.0)
                        - 0.5 * Math.log(Math.PI)
                        - l * Math.log(2)
                        + Gamma.logGamma(2 * s + l + 1.0)
                        - Gamma.logGamma(2 * s + 1.0)
                        + Gamma.logGamma(s + 0.5)
                        - Gamma.logGamma(s + l + d / 2.0));
      }
      boolean negligible = sum <= 1e-20 * spectrum.trace();
      if (l < spectrum.degrees().size() && !negligible) {
        assertThat(spectrum.degrees().get(l).series()).isCloseTo(sum, relative(sum, 1e-11));
      } else {
        assertThat(negligible).isTrue();
      }
    }
  }

  @Test
  void aPowerOfTheCosineOnTheOrdinarySphere() {
    // t² = 1/3 P₀ + 2/3 P₂ and λ_l = coefficient/(2l + 1)
    SphereSpectrum spectrum =
        SphereSpectrum.of(Kernel.parse("polynomial(degree=2)"), Sphere.unit(3));
    assertThat(spectrum.degrees()).hasSize(3);
    assertThat(spectrum.degrees().get(0).eigenvalue()).isCloseTo(1 / 3.0, within(1e-15));
    assertThat(spectrum.degrees().get(1).eigenvalue()).isZero();
    assertThat(spectrum.degrees().get(2).eigenvalue()).isCloseTo(2 / 15.0, within(1e-15));
    assertThat(spectrum.degrees().stream().map(Degree::degeneracy)).containsExactly(1.0, 3.0, 5.0);
    assertThat(spectrum.remainder()).isZero();
  }

  @Test
  void onTheCircleTheEigenvaluesAreFourierCoefficients() {
    // exp(κ cos θ) has the coefficients I_l(κ); I₀(2), I₁(2), I₅(2) from tables
    SphereSpectrum spectrum =
        SphereSpectrum.of(Kernel.parse("gaussian(lengthScale=1)"), new Sphere(2, Math.sqrt(2)));
    double scale = Math.exp(-2);
    assertThat(spectrum.degrees().get(0).eigenvalue())
        .isCloseTo(scale * 2.2795853023360673, within(1e-14));
    assertThat(spectrum.degrees().get(1).eigenvalue())
        .isCloseTo(scale * 1.590636854637329, within(1e-14));
    assertThat(spectrum.degrees().get(5).eigenvalue())
        .isCloseTo(scale * 0.009825679323131702, within(1e-14));
    assertThat(spectrum.degrees().stream().map(Degree::degeneracy).limit(3))
        .containsExactly(1.0, 2.0, 2.0);
  }

  @ParameterizedTest
  @CsvSource({"3, 4, 9", "50, 1, 50", "50, 2, 1274", "50, 3, 22050", "2, 7, 2", "784, 2, 307719"})
  void degeneracies(int dimension, int degree, double expected) {
    assertThat(Sphere.unit(dimension).degeneracies(degree + 1).get(degree)).isEqualTo(expected);
  }

  @Test
  void badInput() {
    assertThatThrownBy(() -> Sphere.unit(1)).hasMessageContaining("dimension must be 2 to");
    assertThatThrownBy(() -> new Sphere(3, 0)).hasMessageContaining("radius must be positive");
    assertThat(Sphere.parse(9, "sqrt-d")).isEqualTo(new Sphere(9, 3));
    assertThat(Sphere.parse(9, "1.5")).isEqualTo(new Sphere(9, 1.5));
    for (String radius : List.of("NaN", "-1", "Infinity", "d")) {
      assertThatThrownBy(() -> Sphere.parse(3, radius))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("sphere: radius must be");
    }
    assertThat(Renormalised.power("63")).isEqualTo(63);
    for (String power : List.of("-1", "64", "three", "")) {
      assertThatThrownBy(() -> Renormalised.power(power))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("renormalised kernel: r must be");
    }
    assertThatThrownBy(() -> SphereSpectrum.of(Kernel.parse("matern(nu=1)"), Sphere.unit(3)))
        .hasMessageContaining("power series")
        .hasMessageContaining("nu = 0.5, 1.5, 2.5 and 3.5");
    for (String activation : List.of("elu", "hardTanh")) {
      Kernel kernel = Kernel.parse("ntk(depth=2, activation=" + activation + ")");
      assertThatThrownBy(() -> SphereSpectrum.of(kernel, Sphere.unit(3)))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("there is no dual of it");
    }
    assertThatThrownBy(() -> SphereSpectrum.of(Kernel.parse("0*linear()"), Sphere.unit(3)))
        .hasMessageContaining("K(x, x) must be positive");
    assertThatThrownBy(() -> SphereSpectrum.renormalised(PAPER, Sphere.unit(3), -1))
        .hasMessageContaining("r must be 0 to 63");
  }
}
