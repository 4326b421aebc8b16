package dev.lamina.analysis.learningcurve;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.learningcurve.MeasureModes.Sign;
import java.util.List;
import java.util.random.RandomGenerator;
import org.hipparchus.analysis.integration.gauss.GaussIntegrator;
import org.hipparchus.analysis.integration.gauss.GaussIntegratorFactory;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.api.Test;

class MeasureModesTest {
  private static final double[] LAMBDA = {1, .4, .15, .06};

  @Test
  void onTheCircleItIsTheFormOfTheSphere() {
    double[] lambda = {1, .5, .5, .25, .25, .12, .12, .06, .06, .03, .03};
    int points = 64;
    double[][] functions = new double[11][points];
    double[] weights = new double[points];
    for (int p = 0; p < points; p++) {
      weights[p] = 1.0 / points;
      functions[0][p] = 1;
      for (int l = 1; l <= 5; l++) {
        functions[2 * l - 1][p] = Math.sqrt(2) * Math.cos(2 * Math.PI * l * p / points);
        functions[2 * l][p] = Math.sqrt(2) * Math.sin(2 * Math.PI * l * p / points);
      }
    }
    double[] target = new double[11];
    target[5] = 1;
    MeasureModes modes = new MeasureModes(lambda, functions, weights);
    double[] corrected = modes.meanError(target, 1, 120, Sign.CORRECTED);
    double[] published = modes.meanError(target, 1, 120, Sign.PUBLISHED);
    assertThat(corrected[5]).isCloseTo(-0.070038392990, within(6e-13));
    assertThat(published[5]).isCloseTo(-0.059831736880, within(6e-13));
    for (int j = 0; j < 11; j++) {
      if (j != 5) {
        assertThat(corrected[j]).isCloseTo(0, within(1e-15));
      }
    }
  }

  /** On an interval Σ φ² is not constant and modes mix; regression confirms the corrected sign. */
  @Test
  void legendrePolynomialsOnAnInterval() {
    GaussIntegrator rule = new GaussIntegratorFactory().legendre(20);
    double[] weights = new double[20];
    double[][] functions = new double[4][20];
    for (int p = 0; p < 20; p++) {
      weights[p] = rule.getWeight(p) / 2;
      double[] row = legendre(rule.getPoint(p));
      for (int i = 0; i < 4; i++) {
        functions[i][p] = row[i];
      }
    }
    double[] target = {0, 0.3, 1, 0};
    double samples = 100;
    double noise = 1;
    MeasureModes modes = new MeasureModes(LAMBDA, functions, weights);
    double[] simulated = simulate(target, samples, noise, 12_000);
    double corrected = distance(modes.meanError(target, noise, samples, Sign.CORRECTED), simulated);
    double published = distance(modes.meanError(target, noise, samples, Sign.PUBLISHED), simulated);
    double[] leading = new double[4];
    for (int j = 0; j < 4; j++) {
      double s = noise / samples;
      leading[j] = -s / (LAMBDA[j] + s) * target[j];
    }
    assertThat(corrected).isLessThan(0.3 * distance(leading, simulated));
    assertThat(corrected).isLessThan(0.15 * published);
    // the fourth mode, of which the target has nothing, is coupled through ∫ φ_i φ_j φ_k²
    assertThat(modes.meanError(target, noise, samples, Sign.CORRECTED)[0])
        .isCloseTo(simulated[0], within(0.25 * Math.abs(simulated[0])));
  }

  private static double distance(double[] a, double[] b) {
    return new ArrayRealVector(a).getDistance(new ArrayRealVector(b));
  }

  private static double[] legendre(double t) {
    return new double[] {
      1,
      Math.sqrt(3) * t,
      Math.sqrt(5) * (1.5 * t * t - 0.5),
      Math.sqrt(7) * (2.5 * t * t * t - 1.5 * t)
    };
  }

  /** Returns the mean of g* − g over random samples, by regression in feature space. */
  private static double[] simulate(double[] target, double mean, double noise, int draws) {
    RandomGenerator random = SpherePoints.random(3);
    double[] sum = new double[4];
    for (int draw = 0; draw < draws; draw++) {
      RealMatrix gram = MatrixUtils.createRealIdentityMatrix(4).scalarMultiply(noise);
      RealVector projected = new ArrayRealVector(4);
      for (double t = random.nextExponential(); t < mean; t += random.nextExponential()) {
        double[] phi = legendre(2 * random.nextDouble() - 1);
        double y = 0;
        RealVector row = new ArrayRealVector(4);
        for (int i = 0; i < 4; i++) {
          y += target[i] * phi[i];
          row.setEntry(i, Math.sqrt(LAMBDA[i]) * phi[i]);
        }
        gram = gram.add(row.outerProduct(row));
        projected = projected.add(row.mapMultiply(y));
      }
      RealVector w = new CholeskyDecomposition(gram).getSolver().solve(projected);
      for (int i = 0; i < 4; i++) {
        sum[i] += (w.getEntry(i) * Math.sqrt(LAMBDA[i]) - target[i]) / draws;
      }
    }
    return sum;
  }

  @Test
  void badInput() {
    double[][] one = {{1, 1}};
    double[] half = {0.5, 0.5};
    assertThatThrownBy(() -> new MeasureModes(new double[] {1, 2}, one, half))
        .hasMessageContaining("one function for each");
    assertThatThrownBy(() -> new MeasureModes(new double[] {-1}, one, half))
        .hasMessageContaining("not negative");
    assertThatThrownBy(() -> new MeasureModes(new double[] {1}, one, new double[] {1}))
        .hasMessageContaining("must have 1 values");
    assertThatThrownBy(() -> new MeasureModes(new double[] {1}, new double[][] {{1, 2}}, half))
        .hasMessageContaining("orthonormal");
    MeasureModes modes = new MeasureModes(new double[] {1}, one, half);
    for (List<Double> bad : List.of(List.of(0.0, 5.0), List.of(1.0, 0.0))) {
      assertThatThrownBy(
              () -> modes.meanError(new double[1], bad.get(0), bad.get(1), Sign.CORRECTED))
          .hasMessageContaining("noise be > 0 and samples ≥ 1");
    }
  }
}
