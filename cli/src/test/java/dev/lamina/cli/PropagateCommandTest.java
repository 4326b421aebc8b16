package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PropagateCommandTest {

  private static RunResult run(String... args) {
    List<String> line = new ArrayList<>(List.of("propagate"));
    line.addAll(List.of(args));
    return RunResult.of(line.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "--activation relu, .424697563863, .926634349435, .021345665629, 6e-13",
    "--activation relu --residual 0.5, NaN, .731884145722, .181197689396, 6e-13",
    "--activation relu --residual --weight-variance 1, NaN, .731884145722, .181197689396, 6e-13",
    "--activation tanh, .2628655062, .6773789043, .2099607163, 6e-11",
    "--activation tanh --bias-variance 0.05, .2628655062, .6773789043, .2099607163, 6e-11",
  })
  void goldenNumbers(String options, double second, double last, double gradient, double digits) {
    RunResult run = run(("--depth 16 --cosine 0.2 --json " + options).split(" "));
    assertThat(run.code()).isZero();
    assertThat(run.err()).isEmpty();
    JsonNode layers = run.json().get("layers");
    assertThat(layers).hasSize(16);
    assertThat(layers.get(0).get("layer").asInt()).isEqualTo(1);
    assertThat(layers.get(0).get("cosine").asDouble()).isEqualTo(0.2);
    assertThat(layers.get(15).get("cosine").asDouble()).isCloseTo(last, within(digits));
    assertThat(layers.get(0).get("gradientCorrelation").asDouble())
        .isCloseTo(gradient, within(digits));
    assertThat(layers.get(15).get("gradientCorrelation").asDouble()).isEqualTo(1);
    if (!Double.isNaN(second)) {
      assertThat(layers.get(1).get("cosine").asDouble()).isCloseTo(second, within(digits));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "--activation relu --depth 20 --cosine 0.5, 7.3058446702, 0.6",
    "--activation relu --residual 0.5 --depth 50 --cosine 0.2, 21.1076169054, 0.6",
    "--activation tanh --depth 50 --cosine 0.2, 21.91589983, 0.6666666666666666",
  })
  void equilibriumLayer(String options, double expected, double exponent) {
    RunResult run = run((options + " --json").split(" "));
    assertThat(run.json().get("equilibriumLayer").asDouble()).isCloseTo(expected, within(6e-9));
    assertThat(run.json().get("powerLaw").get("exponent").asDouble())
        .isCloseTo(exponent, within(1e-15));
  }

  @Test
  void whatIsAbsentIsNull() {
    RunResult run = run("--activation", "identity", "--depth", "3", "--cosine", "-0.5", "--json");
    assertThat(run.json().get("equilibriumLayer").isNull()).isTrue();
    assertThat(run.json().get("powerLaw").isNull()).isTrue();
    RunResult text = run("--activation", "identity", "--depth", "3", "--cosine", "-0.5");
    assertThat(text.out()).contains("Equilibrium layer: none");
  }

  @Test
  void printsATableByDefault() {
    RunResult run = run("--activation", "relu", "--depth", "10", "--cosine", "0.2");
    assertThat(run.code()).isZero();
    assertThat(run.out().lines().toList()).hasSize(15);
    assertThat(run.out())
        .contains(
            "weight variance 2, bias variance 0,",
            "× 1 (edge of chaos)",
            "Equilibrium layer: 4.872896",
            "L^0.6");
    RunResult chaotic =
        run("--activation", "tanh", "--weight-variance", "4", "--depth", "3", "--cosine", "0.2");
    assertThat(chaotic.out()).contains("gradients grow").doesNotContain("Power law");
    RunResult elsewhere =
        run("--activation", "tanh", "--variance", "1", "--depth", "3", "--cosine", "0.2");
    assertThat(elsewhere.out()).contains("variance of the first layer 1\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--activation relu --depth 0 --cosine 0.2; --depth must be 1 to 1000000 but is 0",
        "--activation relu --depth 2000000 --cosine 0.2; --depth must be 1 to",
        "--activation relu --depth 5 --cosine 1.2; --cosine must be in [-1, 1] but is 1.2",
        "--activation relu --depth 5 --cosine -2; --cosine must be in [-1, 1] but is -2.0",
        "--activation relu --depth 5 --cosine NaN; NaN",
        "--activation rleu --depth 5 --cosine 0.2; relu",
        "--activation sign --depth 5 --cosine 0.2; square-integrable",
        "--activation relu --cosine 0.2; --depth",
        "--activation relu --bias-variance 0.1 --depth 5 --cosine 0; give a weight variance",
        "--activation relu --weight-variance -1 --depth 5 --cosine 0; weightVariance must be",
        "--activation tanh --residual 0.5 --depth 5 --cosine 0; give the weight variance",
        "--activation relu --residual 1 --weight-variance 1 --depth 5 --cosine 0; one of them",
        "--activation relu --residual -1 --depth 5 --cosine 0; alpha must be positive",
      })
  void badInputEndsWithCodeTwoAndSaysWhatIsWrong(String line, String message) {
    RunResult run = run(line.split(" "));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains(message);
    assertThat(run.out()).isEmpty();
  }
}
