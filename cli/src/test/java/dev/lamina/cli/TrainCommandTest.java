package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.config.ConfigSources;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrainCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  @TempDir private Path folder;

  private int run(String conf, String... more) throws IOException {
    Path file = Files.writeString(folder.resolve("train.conf"), conf);
    Console console = new Console(new PrintWriter(out, true), new PrintWriter(err, true), false);
    List<String> line = new ArrayList<>(List.of("train", file.toString()));
    line.addAll(List.of("--out", folder.resolve("out").toString(), "--json"));
    line.addAll(List.of(more));
    return LaminaCommand.run(console, ConfigSources.defaults(), line.toArray(String[]::new));
  }

  private JsonNode document() throws IOException {
    JsonNode document = new ObjectMapper().readTree(out.toString());
    out.getBuffer().setLength(0);
    return document;
  }

  private static String conf(String seeds, int epochs, String rate) {
    return """
    include "lamina-defaults"
    train {
      seeds = %s
      data { source = digits, split { train = 1400, shuffle = true }, preprocess = [ { scale = 0.0625 } ] }
      network { hidden = [32] }
      rate = %s
      batch = 100
      epochs = %d
    }
    """
        .formatted(seeds, rate, epochs);
  }

  @Test
  void trainsSeveralSeedsAndLeavesTheirNetworks() throws IOException {
    assertThat(run(conf("[1, 2]", 4, "0.05"))).as(err.toString()).isZero();
    JsonNode runs = document().get("runs");
    assertThat(runs).hasSize(2);
    for (JsonNode run : runs) {
      assertThat(run.get("epochs")).hasSize(4);
      assertThat(run.get("epochs").get(3).get("testAccuracy").asDouble()).isBetween(0.85, 1.0);
      assertThat(run.get("diverged").asBoolean()).isFalse();
      try (Network network = NetworkFile.read(Path.of(run.get("network").asText()))) {
        assertThat(network.widths()).containsExactly(64L, 32L, 10L);
      }
    }
    assertThat(folder.resolve("out/seed-1.csv")).content().startsWith("epoch,step,rate");
  }

  @Test
  void continuesFromItsCheckpointsToTheSameNumbers() throws IOException {
    assertThat(run(conf("[1]", 4, "0.05"))).isZero();
    JsonNode straight = document().get("runs").get(0);
    assertThat(run(conf("[1]", 2, "0.05"), "--fresh")).isZero();
    document();
    assertThat(run(conf("[1]", 4, "0.05"))).isZero();
    JsonNode resumed = document().get("runs").get(0);
    assertThat(resumed.get("resumedFrom").asInt()).isEqualTo(2);
    assertThat(resumed.get("epochs")).isEqualTo(straight.get("epochs"));
  }

  @Test
  void aDivergingRunFailsAndSaysWhere() throws IOException {
    assertThat(run(conf("[1]", 3, "1e30"))).isEqualTo(1);
    JsonNode run = document().get("runs").get(0);
    assertThat(run.get("diverged").asBoolean()).isTrue();
    assertThat(run.get("ending").asText()).contains("diverged at step", "layer");
  }

  @Test
  void allProblemsOfAFileAreReportedAtOnce() throws IOException {
    String wrong =
        """
        train {
          seeds = []
          data { source = digitz }
          optimiser { kind = adamm, momentun = 1 }
          schedule { kind = steps }
          batch = -1
        }
        """;
    assertThat(run(wrong)).isEqualTo(2);
    assertThat(err.toString())
        .contains(
            "seeds", "digitz", "adamm", "momentun", "every", "factor", "batch", "rate", "epochs");
  }
}
