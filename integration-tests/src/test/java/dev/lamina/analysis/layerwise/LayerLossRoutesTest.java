package dev.lamina.analysis.layerwise;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Layer-wise losses by second routes: integrals, limits, and losses of other theories. */
class LayerLossRoutesTest {

  private static Evaluated evaluate(ObjectiveSettings settings, RandomLayer layer) {
    try (Backend backend = ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
        HostMatrix phi = layer.activations(DType.FLOAT64);
        HostMatrix y = layer.targets(DType.FLOAT64)) {
      return Evaluated.of(backend, settings, phi, y);
    }
  }

  /**
   * The probability of the targets is an integral over the weights and the bias of the read-out; a
   * sum over a grid has it to all digits, because the integrand is a Gaussian.
   */
  @ParameterizedTest
  @EnumSource(
      value = Space.class,
      names = {"GRAM", "FEATURES"})
  void evidenceIsTheIntegralOverReadouts(Space space) {
    RandomLayer layer = RandomLayer.of(4, 2, 2, 5);
    double noise = 0.4;
    ObjectiveSettings settings =
        ObjectiveSettings.evidence(0, noise).withVariances(1.5, 2, 0.7).withSpace(space);
    double logProbability = 0;
    for (int c = 0; c < 2; c++) {
      logProbability += Math.log(integral(layer, c, noise, 1.5 / 2, 0.7));
    }
    double dropped = 4 * 2 / 2.0 * Math.log(2 * Math.PI);
    assertThat(evaluate(settings, layer).loss().value() + dropped)
        .isCloseTo(-logProbability, within(1e-9));
  }

  private static double integral(
      RandomLayer layer, int column, double noise, double weightVariance, double biasVariance) {
    double step = 0.1;
    int half = 75;
    double sum = 0;
    for (int i = -half; i <= half; i++) {
      for (int j = -half; j <= half; j++) {
        for (int k = -half; k <= half; k++) {
          double first = Math.sqrt(weightVariance) * step * i;
          double second = Math.sqrt(weightVariance) * step * j;
          double bias = Math.sqrt(biasVariance) * step * k;
          double energy = step * step * (i * i + j * j + k * k) / 2;
          for (int s = 0; s < layer.phi().length; s++) {
            double[] phi = layer.phi()[s];
            double miss = layer.targets()[s][column] - first * phi[0] - second * phi[1] - bias;
            energy += miss * miss / (2 * noise);
          }
          sum += Math.exp(-energy);
        }
      }
    }
    return sum
        * Math.pow(step / Math.sqrt(2 * Math.PI), 3)
        * Math.pow(2 * Math.PI * noise, -layer.phi().length / 2.0);
  }

  /**
   * The bridge to the covariance form of L2-regularised networks: twice the data term without wide
   * layers is the Tikhonov term of a layer, min_W ‖W‖² + ‖Z − WB‖²/ε with Z = Yᵀ and B the
   * activations in columns over a row β of ones, ε = σ², σ_a² = n, σ_b² = β².
   */
  @ParameterizedTest
  @CsvSource({"0.3, 0", "0.05, 0.6", "2, 1.5"})
  void dataTermIsTheTikhonovTermOfALayer(double epsilon, double beta) {
    RandomLayer layer = RandomLayer.of(7, 4, 3, 11);
    int rows = beta > 0 ? 5 : 4;
    double[][] b = new double[rows][];
    double[][] columns = LayerOracle.transpose(layer.phi());
    System.arraycopy(columns, 0, b, 0, 4);
    if (beta > 0) {
      b[4] = new double[7];
      Arrays.fill(b[4], beta);
    }
    // W = Z Bᵀ(BBᵀ + εI)⁻¹, transposed.
    double[][] bt = LayerOracle.transpose(b);
    double[][] w =
        LayerOracle.solve(
            LayerOracle.plus(LayerOracle.product(b, bt), epsilon),
            LayerOracle.product(b, layer.targets()));
    double[][] miss = LayerOracle.product(bt, w);
    for (int i = 0; i < miss.length; i++) {
      for (int c = 0; c < miss[0].length; c++) {
        miss[i][c] -= layer.targets()[i][c];
      }
    }
    double want = LayerOracle.inner(w, w) + LayerOracle.inner(miss, miss) / epsilon;
    ObjectiveSettings settings =
        ObjectiveSettings.evidence(0, epsilon).withForm(Form.FIT).withVariances(4, 2, beta * beta);
    assertThat(2 * evaluate(settings, layer).loss().value()).isCloseTo(want, within(1e-11 * want));
  }

  /** The ridge read-out's loss is the least that its weights reach. */
  @Test
  void ridgeReadoutIsAnInnerMinimum() {
    RandomLayer layer = RandomLayer.of(8, 3, 2, 3);
    double noise = 0.2;
    ObjectiveSettings settings =
        ObjectiveSettings.evidence(0, noise).withForm(Form.RIDGE_READOUT).withVariances(3, 2, 0);
    double[][] f = layer.phi();
    double[][] ft = LayerOracle.transpose(f);
    double[][] w =
        LayerOracle.solve(
            LayerOracle.plus(LayerOracle.product(ft, f), noise),
            LayerOracle.product(ft, layer.targets()));
    double[][] miss = LayerOracle.product(f, w);
    for (int i = 0; i < miss.length; i++) {
      for (int c = 0; c < 2; c++) {
        miss[i][c] -= layer.targets()[i][c];
      }
    }
    assertThat(evaluate(settings, layer).loss().value())
        .isCloseTo(
            (LayerOracle.inner(miss, miss) + noise * LayerOracle.inner(w, w)) / 2, within(1e-12));
  }

  /** The centred form is what a read-out bias of huge variance t tends to, less (C/2) log(N t). */
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 2})
  void centredFormIsTheLimitOfAFreeBias(int p) {
    RandomLayer layer = RandomLayer.of(6, 8, 2, 17);
    ObjectiveSettings settings = ObjectiveSettings.evidence(p, 0.3).withCentred(true);
    double[] values = new double[3];
    for (int k = 0; k < 3; k++) {
      double t = 1000 * Math.pow(2, k);
      double[][] kernel = LayerOracle.kernel(layer.phi(), settings);
      LayerOracle.map(kernel, v -> v + t);
      values[k] = LayerOracle.evidence(kernel, layer.targets(), 0.3) - 2 / 2.0 * Math.log(6 * t);
    }
    // The terms in 1/t and 1/t² are eliminated.
    double first = 2 * values[1] - values[0];
    double second = 2 * values[2] - values[1];
    double limit = (4 * second - first) / 3;
    double centred = evaluate(settings, layer).loss().value();
    assertThat(centred).isCloseTo(limit, within(1e-9));
    assertThat(Math.abs(values[2] - centred)).isGreaterThan(1e-5);
  }

  /**
   * What the high-noise form leaves out is of third order: a thousandth for ten times the noise.
   */
  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "2, true"})
  void highNoiseFormIsRightToSecondOrder(int p, boolean centred) {
    RandomLayer layer = RandomLayer.of(8, 5, 2, 23);
    double[] value = new double[2];
    double[] gradient = new double[2];
    for (int k = 0; k < 2; k++) {
      ObjectiveSettings exact =
          ObjectiveSettings.evidence(p, 300 * Math.pow(10, k)).withCentred(centred);
      Evaluated want = evaluate(exact, layer);
      Evaluated got = evaluate(exact.withForm(Form.HIGH_NOISE), layer);
      value[k] = got.loss().value() - want.loss().value();
      for (int i = 0; i < 8; i++) {
        for (int j = 0; j < 5; j++) {
          gradient[k] += Math.pow(got.gradient()[i][j] - want.gradient()[i][j], 2);
        }
      }
    }
    assertThat(value[0] / value[1]).isBetween(900.0, 1100.0);
    assertThat(Math.sqrt(gradient[0] / gradient[1])).isBetween(900.0, 1100.0);
  }

  /** The leading term of the high-noise form with labels is HSIC. */
  @Test
  void labelsEnterTheHighNoiseLimitAsHsic() {
    RandomLayer layer = RandomLayer.of(9, 4, 2, 29);
    RandomLayer blank = new RandomLayer(layer.phi(), new double[9][2]);
    double noise = 1e5;
    ObjectiveSettings settings = ObjectiveSettings.evidence(1, noise).withCentred(true);
    double squares = 0;
    for (int c = 0; c < 2; c++) {
      double mean = 0;
      for (double[] row : layer.targets()) {
        mean += row[c] / 9;
      }
      for (double[] row : layer.targets()) {
        squares += Math.pow(row[c] - mean, 2);
      }
    }
    double labels =
        evaluate(settings, layer).loss().value()
            - evaluate(settings, blank).loss().value()
            - squares / (2 * noise);
    double hsic = evaluate(settings.withForm(Form.HSIC), layer).loss().value();
    assertThat(labels * 2 * noise * noise / 64).isCloseTo(hsic, within(2e-4 * Math.abs(hsic)));
  }

  /** A batch of a quarter shows the loss of all samples to a few per cent, and no factor N/b. */
  @ParameterizedTest
  @CsvSource({"0, false", "1, false", "1, true"})
  void batchesEstimateTheLossOfAllSamples(int p, boolean centred) {
    int all = 1000;
    int batch = 250;
    RandomLayer layer = smoothLayer(all);
    RandomLayer part =
        new RandomLayer(Arrays.copyOf(layer.phi(), batch), Arrays.copyOf(layer.targets(), batch));
    double noise = 40;
    ObjectiveSettings settings =
        new ObjectiveSettings(
            Form.EVIDENCE, p, noise, 1, 2, 0.1, centred, Space.GRAM, OptionalLong.of(all));
    double full = evaluate(settings, layer).loss().value();
    double small = evaluate(settings, part).loss().value();
    BatchRule rule = new BatchRule(noise, all);
    double shift = 1.0 / 2 * all * Math.log(noise);
    double estimate = rule.fullLoss(small, batch, 1, centred);
    assertThat(rule.fullLoss(full, all, 1, centred)).isEqualTo(full);
    assertThat(settings.noiseOf(batch)).isEqualTo(10);
    double offset = centred ? Math.log(noise) / 2 : 0;
    assertThat(estimate - shift + offset)
        .isCloseTo(full - shift + offset, within(0.05 * Math.abs(full - shift + offset)));
  }

  /** Many samples of few directions: what is seen of the kernel does not depend on the batch. */
  private static RandomLayer smoothLayer(int samples) {
    RandomLayer random = RandomLayer.of(samples, 4, 1, 41);
    double[][] phi = new double[samples][24];
    double[][] y = new double[samples][1];
    for (int i = 0; i < samples; i++) {
      double[] x = random.phi()[i];
      for (int k = 0; k < 24; k++) {
        double z = 0.2 * Math.sin(k);
        for (int j = 0; j < 4; j++) {
          z += Math.sin(1.7 * k + 2.9 * j + 0.3) * (x[j] - 0.6);
        }
        phi[i][k] = Math.max(0, z);
      }
      y[i][0] = Math.signum(x[0] - x[1]);
    }
    return new RandomLayer(phi, y);
  }

  /** Float32 against float64: rounding K by u = 6e-8 moves A⁻¹ by about u ‖K‖/σ². */
  @ParameterizedTest
  @CsvSource({"EVIDENCE, 0", "EVIDENCE, 2", "LOO_NLL, 1", "TRAINING_ERROR, 1", "ALIGNMENT, 1"})
  void float32KeepsFiveDigitsOfTheLossAndFourOfTheGradient(Form form, int p) {
    RandomLayer layer = RandomLayer.of(300, 40, 3, 51);
    for (Space space : new Space[] {Space.AUTO, Space.GRAM}) {
      ObjectiveSettings settings =
          ObjectiveSettings.evidence(p, 0.1).withForm(form).withSpace(space);
      Evaluated want = evaluate(settings, layer);
      try (Backend backend = ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
          HostMatrix phi = layer.activations(DType.FLOAT32);
          HostMatrix y = layer.targets(DType.FLOAT32)) {
        Evaluated got = Evaluated.of(backend, settings, phi, y);
        double value = got.loss().value() / want.loss().value() - 1;
        double error = 0;
        for (int i = 0; i < 300; i++) {
          for (int k = 0; k < 40; k++) {
            error += Math.pow(got.gradient()[i][k] - want.gradient()[i][k], 2);
          }
        }
        assertThat(value).isCloseTo(0, within(1e-5));
        assertThat(Math.sqrt(error) / want.gradientNorm()).isLessThan(1e-4);
      }
    }
  }
}
