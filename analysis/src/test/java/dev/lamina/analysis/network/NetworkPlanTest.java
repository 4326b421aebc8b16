package dev.lamina.analysis.network;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.OpenMatrices;
import java.nio.file.Path;
import java.util.List;
import org.hipparchus.distribution.continuous.NormalDistribution;
import org.hipparchus.stat.descriptive.moment.Kurtosis;
import org.hipparchus.stat.descriptive.moment.Mean;
import org.hipparchus.stat.descriptive.moment.Variance;
import org.hipparchus.stat.inference.KolmogorovSmirnovTest;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class NetworkPlanTest {
  private static final List<Activation> RELU = List.of(Activation.RELU);
  private final long before = OpenMatrices.bytes();

  @TempDir Path folder;

  @AfterEach
  void everythingIsClosed() {
    assertThat(OpenMatrices.bytes()).isEqualTo(before);
  }

  private static NetworkPlan plan(String init, boolean bias, Integer... widths) {
    return new NetworkPlan(
        List.of(widths), RELU, WeightInit.parse(init), bias, false, Residual.NONE);
  }

  private static DenseLayer layer(Network network, int l) {
    return (DenseLayer) network.layers().get(l);
  }

  private static double[] entries(HostMatrix m) {
    double[] values = new double[Math.toIntExact(m.rows() * m.cols())];
    for (int i = 0; i < values.length; i++) {
      values[i] = m.get(i / m.cols(), i % m.cols());
    }
    return values;
  }

  /** Every layer's weights are a sample of the normal distribution that the formula names. */
  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "he; 0.01; 0.005; 0",
        "lecun; 0.005; 0.0025; 0",
        "glorot; 0.0033333333333333335; 0.0028571428571428572; 0",
        "ntk; 0.01; 0.005; 0",
        "ntk(weightVariance=3, biasVariance=0.25); 0.015; 0.0075; 0.25",
        "normal(sd=0.5); 0.25; 0.25; 0.25",
      })
  void weightsHaveTheVarianceOfTheRule(
      String init, double first, double second, double biasVariance) {
    try (Network network = plan(init, true, 200, 400, 300).draw(DType.FLOAT64, 17)) {
      double[] expected = {first, second};
      for (int l = 0; l < 2; l++) {
        requireNormal(entries(layer(network, l).weights()), expected[l]);
        double[] bias = entries(layer(network, l).bias().orElseThrow());
        if (biasVariance == 0) {
          assertThat(bias).containsOnly(0);
        } else {
          requireNormal(bias, biasVariance);
        }
      }
    }
  }

  /** Mean, variance and kurtosis within 4.5 standard errors, and Kolmogorov–Smirnov. */
  private static void requireNormal(double[] sample, double variance) {
    double n = sample.length;
    double sd = Math.sqrt(variance);
    assertThat(new Mean().evaluate(sample)).isCloseTo(0, within(4.5 * sd / Math.sqrt(n)));
    assertThat(new Variance().evaluate(sample) / variance)
        .isCloseTo(1, within(4.5 * Math.sqrt(2 / n)));
    assertThat(new Kurtosis().evaluate(sample)).isCloseTo(0, within(4.5 * Math.sqrt(24 / n)));
    double p =
        new KolmogorovSmirnovTest().kolmogorovSmirnovTest(new NormalDistribution(0, sd), sample);
    assertThat(p).isGreaterThan(1e-4);
  }

  @Test
  void layersAndSeedsAreIndependent() {
    try (Network network = plan("he", false, 300, 300, 300).draw(DType.FLOAT64, 1);
        Network other = plan("he", false, 300, 300, 300).draw(DType.FLOAT64, 2)) {
      double[] a = entries(layer(network, 0).weights());
      for (double[] b :
          List.of(entries(layer(network, 1).weights()), entries(layer(other, 0).weights()))) {
        double correlation = 0;
        for (int i = 0; i < a.length; i++) {
          correlation += a[i] * b[i] / (a.length * 2.0 / 300);
        }
        assertThat(correlation).isCloseTo(0, within(4.5 / Math.sqrt(a.length)));
      }
    }
  }

  @Test
  void theSeedDecidesEverything() {
    try (Network wide = plan("he", true, 5, 7, 3).draw(DType.FLOAT64, 42);
        Network again = plan("he", true, 5, 7, 3).draw(DType.FLOAT64, 42);
        Network narrow = plan("he", true, 5, 7, 3).draw(DType.FLOAT32, 42);
        Network longer = plan("he", false, 5, 7, 9, 2).draw(DType.FLOAT64, 42)) {
      double[] weights = entries(layer(wide, 0).weights());
      assertThat(entries(layer(again, 0).weights())).isEqualTo(weights);
      assertThat(entries(layer(longer, 0).weights())).isEqualTo(weights);
      for (int i = 0; i < weights.length; i++) {
        assertThat(entries(layer(narrow, 0).weights())[i]).isEqualTo((float) weights[i]);
      }
    }
  }

  /** What He initialisation is for: the second moment survives relu. */
  @Test
  void heKeepsTheSecondMomentUnderRelu() {
    try (Network network = plan("he", false, 50, 600, 600, 600, 600).draw(DType.FLOAT64, 3)) {
      double[] z = entriesOfOnes(50);
      for (int l = 0; l < 4; l++) {
        HostMatrix weights = layer(network, l).weights();
        double[] next = new double[(int) weights.rows()];
        for (int i = 0; i < next.length; i++) {
          for (int j = 0; j < z.length; j++) {
            next[i] += weights.get(i, j) * (l == 0 ? z[j] : Math.max(0, z[j]));
          }
        }
        z = next;
      }
      double square = 0;
      for (double v : z) {
        square += v * v / z.length;
      }
      // the first layer doubles the second moment of its inputs; then √(4·5/600) of scatter
      assertThat(square / 2).isCloseTo(1, within(0.4));
    }
  }

  private static double[] entriesOfOnes(int n) {
    double[] ones = new double[n];
    java.util.Arrays.fill(ones, 1);
    return ones;
  }

  @Test
  void everyOptionShowsInTheNetworkAndItsFile() {
    Path file = folder.resolve("n.safetensors");
    NetworkPlan plan =
        new NetworkPlan(
            List.of(3, 4, 4, 4, 2),
            List.of(Activation.RELU, Activation.parse("tanh"), Activation.ABS),
            WeightInit.parse("glorot"),
            true,
            true,
            Residual.PRE_ACTIVATION);
    try (Network network = plan.draw(DType.FLOAT32, 9)) {
      NetworkFile.write(file, network);
    }
    try (Network network = NetworkFile.read(file)) {
      assertThat(network.widths()).containsExactly(3L, 4L, 4L, 4L, 2L);
      assertThat(network.layers().stream().map(l -> ((DenseLayer) l).residual()))
          .containsExactly(
              Residual.NONE, Residual.PRE_ACTIVATION, Residual.PRE_ACTIVATION, Residual.NONE);
      assertThat(network.layers().stream().map(l -> l.activation().toString()))
          .containsExactly("relu", "tanh", "abs", "identity");
      assertThat(network.layers().stream().map(l -> ((DenseLayer) l).norm().isPresent()))
          .containsExactly(true, true, true, false);
      BatchNorm norm = layer(network, 0).norm().orElseThrow();
      assertThat(entries(norm.scale())).containsOnly(1);
      assertThat(entries(norm.variance())).containsOnly(1);
      assertThat(entries(norm.mean())).containsOnly(0);
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "he",
        "lecun",
        "glorot",
        "ntk(weightVariance=3.0, biasVariance=0.25)",
        "normal(sd=0.05)"
      })
  void textsAreReadBack(String text) {
    assertThat(WeightInit.parse(text)).hasToString(text);
    assertThat(WeightInit.parse(" " + text.replace("=", " = ") + " ")).hasToString(text);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "hee; did you mean 'he'",
        "normal; sd must be finite and positive but is NaN",
        "normal(sd=-1); positive but is -1.0",
        "normal(sd=x); expected name=number",
        "normal(0.1); expected name=number",
        "normal(sd=1, sd=2); each name once",
        "he(sd=1); he: unknown parameter sd",
        "ntk(weightVariance=0); positive",
        "(; expected a form",
      })
  void wrongTextsAreRefused(String text, String message) {
    assertThatThrownBy(() -> WeightInit.parse(text))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(message);
  }

  @Test
  void wrongPlansAreRefused() {
    WeightInit he = new WeightInit.He();
    assertThatThrownBy(() -> new NetworkPlan(List.of(3), RELU, he, true, false, Residual.NONE))
        .hasMessageContaining("at least two");
    assertThatThrownBy(
            () -> new NetworkPlan(List.of(3, 0, 2), RELU, he, true, false, Residual.NONE))
        .hasMessageContaining("each ≥ 1");
    assertThatThrownBy(() ->
            new NetworkPlan(
                List.of(3, 4, 4, 4, 2),
                List.of(Activation.RELU, Activation.ABS),
                he,
                true,
                false,
                Residual.NONE))
        .hasMessageContaining("one activation or 3");
    assertThatThrownBy(() ->
            new NetworkPlan(List.of(3, 4, 5, 2), RELU, he, true, false, Residual.PRE_ACTIVATION))
        .hasMessageContaining("equal widths but have [4, 5]");
  }
}
