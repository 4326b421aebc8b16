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

/** The section learningCurve on a short form of examples/learning-curve.conf, and alone. */
class LearningCurveExampleTest {
  @TempDir Path folder;

  private RunResult study(String conf) throws IOException {
    Path file = Files.writeString(folder.resolve("study.conf"), conf);
    return RunResult.of(
        "study", file.toString(), "--out", folder.resolve("out").toString(), "--backend", "cpu");
  }

  private JsonNode result() throws IOException {
    return Json.read(
        Files.readString(folder.resolve("out/sections/learningCurve/result.json")), JsonNode.class);
  }

  private static String shortExample() throws IOException {
    return Files.readString(Path.of("..", "examples", "learning-curve.conf"))
        .replaceFirst("samples *= \\[100.*?\\]", "samples = [20, 60]")
        .replaceFirst("draws *= 8", "draws       = 2")
        .replaceFirst("samples *= \\[400.*?\\]", "samples = [40], values = [0, 1e-2]")
        .replaceFirst("widths *= \\[.*?\\]", "widths = [16, 64]")
        .replaceFirst("steps *= \\d+", "steps = 400")
        .replaceFirst("prior-draws *= \\d+", "prior-draws = 400");
  }

  @Test
  void exampleAgreesWithTheCommandAndIsKept() throws IOException {
    RunResult run = study(shortExample());
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode result = result();
    RunResult command =
        RunResult.of(
            "learning-curve",
            "--kernel=ntk(depth=3, weightVariance=1, biasVariance=1)",
            "--dimension=50",
            "--target=1:0.5,2:0.5",
            "--samples=20,60",
            "--renormalise=3",
            "--simulate=2",
            "--seed=1",
            "--backend=cpu",
            "--json");
    assertThat(command.code()).as(command.err()).isZero();
    for (int i = 0; i < 2; i++) {
      JsonNode section = result.get("points").get(i);
      JsonNode expected = command.json().get("points").get(i);
      assertThat(section.get("theory").get("ek")).isEqualTo(expected.get("ek"));
      assertThat(section.get("theory").get("subLeading")).isEqualTo(expected.get("subLeading"));
      assertThat(section.get("theory").get("selfConsistent"))
          .isEqualTo(expected.get("selfConsistent"));
      assertThat(section.get("simulated")).isEqualTo(expected.get("simulated"));
    }
    assertThat(result.get("tail").get("noise").asDouble()).isCloseTo(.0187308369, within(6e-11));
    assertThat(result.get("kept").get(1).get("eigenvalue").asDouble())
        .isCloseTo(7.2738895291e-4, within(1e-13)); // printed as 7.27e-3
    assertThat(result.get("ridges")).hasSize(4);
    JsonNode widths = result.get("noisyTraining").get("widths");
    assertThat(widths.get(1).get("width").asInt()).isEqualTo(64);
    assertThat(widths.get(0).get("prior").get("meanError").get("mean").asDouble())
        .isBetween(1e-4, 0.3);
    assertThat(folder.resolve("out/report.html")).isNotEmptyFile();
    for (String csv : new String[] {"curve", "validity", "ridges-40", "width-mean", "step"}) {
      assertThat(folder.resolve("out/csv/learning-curve-" + csv + ".csv")).isNotEmptyFile();
    }
    RunResult again = study(shortExample());
    assertThat(again.err() + again.out()).contains("kept from an earlier run");
    goesOnAfterTheLastFinishedPart();
  }

  /** As if the run had been interrupted in its last part; a kept part is marked to be told. */
  private void goesOnAfterTheLastFinishedPart() throws IOException {
    JsonNode whole = result();
    Path section = folder.resolve("out/sections/learningCurve");
    Files.delete(section.resolve("done.json"));
    Files.delete(section.resolve("kept/noisy-training.json"));
    Path part = section.resolve("kept/regression-60.json");
    String jitter = "\"jitter\" : 0.0";
    assertThat(Files.readString(part)).contains(jitter);
    Files.writeString(part, Files.readString(part).replace(jitter, "\"jitter\" : 0.125"));
    assertThat(study(shortExample()).code()).isZero();
    JsonNode resumed = result();
    assertThat(resumed.get("ridges")).isEqualTo(whole.get("ridges"));
    assertThat(resumed.get("noisyTraining")).isEqualTo(whole.get("noisyTraining"));
    assertThat(resumed.get("points").get(1).get("simulated").get("jitter").asDouble())
        .isEqualTo(0.125);
    // other draws are another part
    assertThat(study(shortExample().replace("draws       = 2", "draws       = 3")).code()).isZero();
    JsonNode other = result().get("points").get(1).get("simulated");
    assertThat(other.get("draws").asInt()).isEqualTo(3);
    assertThat(other.get("jitter").asDouble()).isZero();
  }

  /** Without noise, tail and simulation only the self-consistent form is left. */
  @Test
  void theoryAloneOfAWholeKernel() throws IOException {
    RunResult run =
        study(
            """
            include "lamina-defaults"
            study {
              data { source = sphere, rows = 10, features = 3 }
              sections { learningCurve {
                kernel = "gaussian(lengthScale=2)", dimension = 3, radius = sqrt-d, target = "2:1"
                samples = [30, 10, 1000000], renormalise = none, draws = 0
              } }
            }
            """);
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode result = result();
    assertThat(result.get("tail").isNull()).isTrue();
    assertThat(result.get("noisyTraining").isNull()).isTrue();
    assertThat(result.get("points")).hasSize(3);
    assertThat(result.get("points").get(0).get("theory").get("ek").isNull()).isTrue();
    double before = 1;
    for (JsonNode point : result.get("theory")) {
      double mse = point.get("selfConsistent").get("mse").asDouble();
      assertThat(mse).isLessThanOrEqualTo(before);
      before = mse;
    }
    assertThat(before).isLessThan(1e-6);
    assertThat(folder.resolve("out/csv/learning-curve-curve.csv")).isNotEmptyFile();
    assertThat(folder.resolve("out/csv/learning-curve-validity.csv")).doesNotExist();
  }

  @Test
  void problemsAreReportedAtOnce() throws IOException {
    RunResult run =
        study(
            """
            include "lamina-defaults"
            study {
              data { source = sphere, rows = 10, features = 3 }
              sections { learningCurve {
                kernel = "ntk(depth=2, activation=rellu)", dimension = 1, radius = big
                target = "1;1", samples = [0], noise = -1, renormalise = 99
                ridges { values = [-1], draws = 0 }
                noisy-training { widths = [], chains = 1, stepps = 3 }
              } }
            }
            """);
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("rellu", "relu", "learningCurve.dimension", "sqrt-d", "degree:weight")
        .contains("learningCurve.samples", "learningCurve.noise", "0 to 63 but is 99")
        .contains("ridges.values", "ridges.draws", "noisy-training.chains", "stepps");
  }
}
