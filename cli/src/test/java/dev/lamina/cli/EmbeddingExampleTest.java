package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.analysis.report.Json;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A shorter form of examples/embedding-iris.conf, and the plateau of the stairs, merged. */
class EmbeddingExampleTest {
  @TempDir Path folder;

  private JsonNode study(String conf, String section, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("study.conf"), conf);
    Path out = folder.resolve(section);
    RunResult run =
        RunResult.of("study", file.toString(), "--out", out.toString(), "--backend", "cpu");
    assertThat(run.code()).as(run.err()).isZero();
    assertThat(out.resolve("report.html")).isNotEmptyFile();
    for (String name : more) {
      assertThat(out.resolve(name)).isNotEmptyFile();
    }
    return Json.read(
        Files.readString(out.resolve("sections/" + section + "/result.json")), JsonNode.class);
  }

  /** Networks of all depths come to the loss of the best constant and stay a while. */
  @Test
  void depthsShareThePlateauOfTheBestConstant() throws IOException {
    String example = Files.readString(Path.of("../examples/embedding-iris.conf"));
    String shorter =
        example
            .replace("depths = [3, 4, 5]", "depths = [3, 5]")
            .replace("epochs = 25000, record-every = 250", "epochs = 2500, record-every = 100")
            .replace("steps = 100000", "steps = 1000, lifts = 1, lengths = [1]");
    assertThat(shorter).contains("epochs = 2500", "depths = [3, 5]");
    JsonNode result =
        study(shorter, "linearity", "csv/linearity-runs.csv", "csv/lifting-inertia.csv");
    double constant = result.get("shelves").get(0).get("loss").asDouble();
    assertThat(constant).isCloseTo(2.0 / 9, within(0.002)); // 120 irises, nearly as many of each
    assertThat(result.get("runs")).hasSize(2);
    for (JsonNode run : result.get("runs")) {
      JsonNode moments = run.get("moments");
      assertThat(moments.get(0).get("loss").asDouble()).isBetween(0.3, 0.4);
      int near = 0;
      for (JsonNode moment : moments) {
        double loss = moment.get("loss").asDouble();
        near += Math.abs(loss - constant) < 0.02 ? 1 : 0;
      }
      assertThat(near).isGreaterThan(5); // looks on the plateau
    }
  }

  /** Both counts take the same eigenvalues for zero: the prediction has two of −2·10⁻⁹. */
  @Test
  void theGradientThatIsLeftAddsTheSignsThatItPredicts() throws IOException {
    String example = Files.readString(Path.of("../examples/lifting-iris.conf"));
    String shorter = example.replace("lengths    = [0.1, 0.3, 1, 3, 10, 30]", "lengths = [1]");
    assertThat(shorter).contains("lengths = [1]", "gradient   = 1e-4");
    JsonNode result = study(shorter, "lifting", "csv/lifting-pairs.csv");
    JsonNode early = result.get("early");
    assertThat(result.get("pairs")).hasSize(3);
    for (int k = 0; k < 3; k++) {
      JsonNode predicted = result.get("pairs").get(k);
      for (String sign : new String[] {"positive", "negative"}) {
        int added = early.get(k).get(sign).asInt() - early.get(0).get(sign).asInt();
        assertThat(predicted.get(sign).asInt()).as("%s, %d lifts", sign, k).isEqualTo(added);
      }
      assertThat(predicted.get("negative").asInt()).isEqualTo(k);
    }
  }

  /** Layers of tanh: eigenvalues of both signs, all below what the gradient allows to conclude. */
  @Test
  void layersThatBendLeaveAGradientAndSmallEigenvaluesOfBothSigns() throws IOException {
    String example = Files.readString(Path.of("../examples/lifting-tanh.conf"));
    String shorter = example.replace("gradient = 5e-3", "gradient = 0.1, lengths = [1]");
    assertThat(shorter).contains("lengths = [1]");
    JsonNode result = study(shorter, "lifting", "csv/lifting-spectra-approximate.csv");
    assertThat(result.get("ending").textValue()).isEqualTo("critical");
    assertThat(result.get("polished").get(2).get("negative").asInt()).isZero();
    JsonNode twice = result.get("approximate").get(1);
    assertThat(twice.get("negative").asInt()).isEqualTo(2);
    assertThat(twice.get("gradient").asDouble()).isCloseTo(0.038, within(0.001));
    double smallest = twice.get("eigenvalues").get(0).asDouble();
    assertThat(smallest).isCloseTo(-0.0218, within(0.001));
    assertThat(-smallest).isLessThan(twice.get("meaningful").asDouble());
  }

  /** Blocks grow from nearly nothing while networks of all depths come to the best line. */
  @Test
  void residualNetworksComeToTheLossOfALine() throws IOException {
    String example = Files.readString(Path.of("../examples/embedding-residual.conf"));
    String shorter = example.replace("epochs = 500000, record-every = 5000", "epochs = 500");
    assertThat(shorter).contains("epochs = 500 ", "depths = [1, 2, 3]");
    JsonNode result = study(shorter, "linearity", "csv/linearity-block-sizes.csv");
    double line = result.get("shelves").get(1).get("loss").asDouble();
    for (JsonNode run : result.get("runs")) {
      JsonNode first = run.get("moments").get(0);
      JsonNode last = run.get("moments").get(run.get("moments").size() - 1);
      assertThat(first.get("loss").asDouble()).isBetween(5.0, 5.2);
      assertThat(last.get("loss").asDouble()).isBetween(0.9 * line, line);
      int blocks = run.get("hidden").asInt() - 1;
      assertThat(last.get("blocks")).hasSize(blocks);
      for (int b = 0; b < blocks; b++) {
        assertThat(first.get("blocks").get(b).get("norm").asDouble()).isBetween(0.05, 0.09);
        assertThat(last.get("blocks").get(b).get("share").asDouble())
            .isGreaterThan(2 * first.get("blocks").get(b).get("share").asDouble());
      }
    }
  }

  @Test
  void thePlateauOfTheStairsIsThatOfAMergedNetwork() throws IOException {
    JsonNode result =
        study(
            """
            include "lamina-defaults"
            lamina { precision = float64 }
            study {
              title = "Merged on the plateau"
              data { source = curve, function = stairs, rows = 50 }
              network { hidden = [20, 20, 20], activation = tanh, init = "normal(sd=0.05)" }
              sections { merging {
                rate = 0.02, epochs = 2500, record-every = 500, hidden-layers = [1]
                further-epochs = 500
              } }
            }
            """,
            "merging",
            "sections/merging/kept/merged-to-1.safetensors",
            "csv/merging-networks.csv");
    double before = result.get("before").get("loss").asDouble();
    assertThat(before).isBetween(0.09, 0.13); // the best single neuron has 0.107
    JsonNode merged = result.get("merged").get(1);
    assertThat(merged.get("hidden").asInt()).isEqualTo(1);
    assertThat(merged.get("change").asDouble()).isLessThan(merged.get("bound").asDouble());
    assertThat(merged.get("rmsChange").asDouble()).isLessThan(0.2);
    JsonNode later = merged.get("further").get("moments");
    assertThat(later.get(later.size() - 1).get("loss").asDouble()).isCloseTo(before, within(0.02));
  }
}
