package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lamina.config.ConfigSources;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DegeneracyCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private int run(String... args) {
    Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true), false);
    List<String> line = new ArrayList<>(List.of("degeneracy"));
    line.addAll(List.of(args));
    return LaminaCommand.run(console, ConfigSources.defaults(), line.toArray(String[]::new));
  }

  @ParameterizedTest
  @CsvSource({
    "infinite, -.2794102312",
    "paper, -.3129649714",
    "first, -.3080192918",
    "digamma, -.3094585526"
  })
  void printsOneJsonDocument(String rule, double last) throws IOException {
    int code =
        run("--widths", "784,85,85", "--angle", "1.5707963267948966", "--rule", rule, "--json");
    assertThat(code).isZero();
    assertThat(err.toString()).isEmpty();
    JsonNode root = new ObjectMapper().readTree(out.toString());
    assertThat(root.get("rule").asText()).isEqualTo(rule);
    assertThat(root.get("layers")).hasSize(2);
    JsonNode layer = root.get("layers").get(1);
    assertThat(layer.get("width").asInt()).isEqualTo(85);
    assertThat(layer.get("meanLogSin2").asDouble()).isCloseTo(last, within(1e-10));
    assertThat(layer.get("angle").asDouble())
        .isCloseTo(Math.asin(Math.exp(last / 2)), within(1e-9));
    assertThat(layer.has("sdLogSin2")).isEqualTo("paper".equals(rule));
    assertThat(root.get("collapseProbability").asDouble()).isBetween(1e-24, 1e-23);
  }

  @Test
  void theAuthorsCountTheInputDimensionAsALayer() throws IOException {
    assertThat(run("--widths", "784,2x85", "--rule", "paper", "--convention", "authors", "--json"))
        .isZero();
    JsonNode layers = new ObjectMapper().readTree(out.toString()).get("layers");
    assertThat(layers).hasSize(3);
    assertThat(layers.get(0).get("width").asInt()).isEqualTo(784);
    assertThat(layers.get(2).get("meanLogSin2").asDouble()).isCloseTo(-.5003270068, within(1e-10));
  }

  @Test
  void samplingIsRepeatable() throws IOException {
    String[] args = {
      "--widths", "784,15,15", "--rule", "montecarlo", "--samples", "500", "--seed", "9", "--json"
    };
    assertThat(run(args)).isZero();
    String first = out.toString();
    out.getBuffer().setLength(0);
    assertThat(run(args)).isZero();
    assertThat(out).hasToString(first);
    JsonNode layer = new ObjectMapper().readTree(first).get("layers").get(1);
    assertThat(layer.get("sdLogSin2").asDouble()).isPositive();
    assertThat(layer.get("excludedFraction").asDouble()).isBetween(0.0, 0.1);
  }

  @Test
  void whereNoSampleIsLeftTheMeanIsNull() throws IOException {
    assertThat(run("--widths", "2,100x2", "--rule", "montecarlo", "--samples", "10", "--json"))
        .isZero();
    JsonNode layers = new ObjectMapper().readTree(out.toString()).get("layers");
    assertThat(layers.get(99).get("meanLogSin2").isNull()).isTrue();
    assertThat(layers.get(99).get("excludedFraction").asDouble()).isEqualTo(1);
  }

  @Test
  void printsATableByDefault() {
    assertThat(run("--widths", "784,100,100")).isZero();
    assertThat(out.toString().lines().toList())
        .hasSize(5)
        .first()
        .asString()
        .contains("density", "derived", "network", "1.570796");
    out.getBuffer().setLength(0);
    assertThat(run("--widths", "784,100", "--rule", "montecarlo", "--samples", "50")).isZero();
    assertThat(out.toString()).contains("excluded", "std. error", "0.0000%");
  }

  @Test
  void helpSaysWhatTheWidthsMean() {
    assertThat(run("--help")).isZero();
    assertThat(out.toString())
        .contains("The input dimension, then the widths of the hidden", "--convention");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "--widths 784; at least one hidden width",
        "--widths 784,100,1; layer 2 of 2 has 1",
        "--widths 784,abc; found 'abc'",
        "--widths 784,100 --angle 0; (0, pi]",
        "--widths 784,100 --angle 4; (0, pi] rad but is 4.0",
        "--widths 784,100 --angle NaN; NaN",
        "--widths 784,100 --rule papre; 'papre'",
        "--widths 784,100 --convention paper; network or authors",
        "--widths 784,100 --samples 1; samples must be at least 2",
        "--angle 1; --widths"
      })
  void badInputEndsWithCodeTwoAndSaysWhatIsWrong(String line, String message) {
    assertThat(run(line.split(" "))).isEqualTo(2);
    assertThat(err.toString()).contains(message);
    assertThat(out.toString()).isEmpty();
  }
}
