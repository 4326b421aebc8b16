package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.analysis.report.Json;
import dev.lamina.kernel.Activation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LegoCommandTest {
  private static final String DATA =
      "data { source = digits, split { train = 500, test = 400, shuffle = true }, preprocess = [ { scale = 0.0625 } ] }";

  @TempDir private Path folder;

  private RunResult run(String block, String... more) throws IOException {
    Path file =
        Files.writeString(
            folder.resolve("lego.conf"), "include \"lamina-defaults\"\nlego {\n" + block + "\n}");
    List<String> line = new ArrayList<>(List.of("lego", file.toString(), "--backend", "cpu"));
    if (!List.of(more).contains("--out")) {
      line.addAll(List.of("--out", folder.resolve("out").toString()));
    }
    line.addAll(List.of(more));
    return RunResult.of(line.toArray(String[]::new));
  }

  private static String block(String seeds, String more) {
    return """
    seeds = %s
    %s
    network { hidden = [40, 30] }
    noise = 0.05, rate = 0.02, epochs = 20, evaluate-every = 5
    %s
    """
        .formatted(seeds, DATA, more);
  }

  @Test
  void trainsSeveralSeedsAndLeavesNetworksThatPredict() throws IOException {
    RunResult run = run(block("[1, 2]", "held-out = 0.2, patience = 2"), "--json");
    assertThat(run.code()).as(run.err()).isZero();
    JsonNode document = Json.read(run.out(), JsonNode.class);
    assertThat(document.get("objective").asText()).isEqualTo("evidence");
    assertThat(document.get("runs")).hasSize(2);
    for (JsonNode one : document.get("runs")) {
      assertThat(one.get("turns")).hasSize(2);
      JsonNode turn = one.get("turns").get(0);
      assertThat(turn.get("layersAbove").asInt()).isEqualTo(1);
      JsonNode epochs = turn.get("epochs");
      assertThat(epochs.get(epochs.size() - 1).get("loss").asDouble())
          .isLessThan(epochs.get(0).get("loss").asDouble());
      assertThat(epochs.get(0).get("heldOut").isNumber()).isTrue();
      assertThat(one.get("readOuts").get(1).get("test").asDouble()).isBetween(0.88, 1.0);
      try (Network network = NetworkFile.read(Path.of(one.get("network").asText()))) {
        assertThat(network.widths()).containsExactly(64L, 40L, 30L, 10L);
        DenseLayer last = (DenseLayer) network.layers().getLast();
        assertThat(last.activation()).isEqualTo(Activation.IDENTITY);
        assertThat(last.bias()).isPresent();
      }
    }
    assertThat(folder.resolve("out/seed-2.csv"))
        .content()
        .startsWith("firstLayer,lastLayer,layersAbove,epoch,step,loss,heldOutLoss\n1,1,1,0,0,");
    // The network file is one that other commands take.
    RunResult show =
        RunResult.of("network", "show", folder.resolve("out/seed-1.safetensors").toString());
    assertThat(show.code()).as(show.err()).isZero();
  }

  @Test
  void continuesAndRefusesOtherRuns() throws IOException {
    assertThat(run(block("[3]", "batch = 200")).code()).isZero();
    byte[] first = Files.readAllBytes(folder.resolve("out/seed-3.safetensors"));
    RunResult again = run(block("[3]", "batch = 200"), "--json");
    assertThat(Json.read(again.out(), JsonNode.class).get("runs").get(0).get("resumed").asBoolean())
        .isTrue();
    assertThat(Files.readAllBytes(folder.resolve("out/seed-3.safetensors"))).isEqualTo(first);
    RunResult other = run(block("[3]", "batch = 100"));
    assertThat(other.code()).isEqualTo(2);
    assertThat(other.err()).contains("is a checkpoint of another run: it differs in batch");
    RunResult fresh = run(block("[3]", "batch = 100"), "--fresh");
    assertThat(fresh.code()).as(fresh.err()).isZero();
    assertThat(fresh.out()).contains("layer 1", "p = 1", "read-out from layer 2");
  }

  @Test
  void aLayerThatDivergesIsNamed() throws IOException {
    RunResult run = run(block("[1]", "rate = 1e30, optimiser { kind = descent }"), "--json");
    assertThat(run.code()).isEqualTo(1);
    JsonNode one = Json.read(run.out(), JsonNode.class).get("runs").get(0);
    assertThat(one.get("diverged").asBoolean()).isTrue();
    assertThat(one.get("turns").get(0).get("ending").asText())
        .startsWith("layer 1 diverged at step");
    assertThat(one.get("turns")).hasSize(1);
  }

  @Test
  void moreSamplesThanTheBudgetHoldsAreRefusedWithWhatWouldFit() throws IOException {
    RunResult run = run(block("[1]", "\n}\nlamina { memory-budget = 2 MiB"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .contains("500 samples need", "memory budget of 2 MiB", "mini-batches of at most");
  }

  @Test
  void aRefusedRunLeavesNothingBehind() throws IOException {
    Path made = folder.resolve("made");
    String[] out = {"--out", made.resolve("deep/out").toString()};
    for (String refused :
        List.of(
            "\n}\nlamina { memory-budget = 2 MiB", "network.activation = tanh", "order = [3]")) {
      RunResult run = run(block("[1]", refused), out);
      assertThat(run.code()).as(run.err()).isEqualTo(2);
      assertThat(made).doesNotExist();
    }
    // What was there before stays.
    Files.createDirectory(made);
    assertThat(run(block("[1, 2]", "\n}\nlamina { memory-budget = 2 MiB"), out).code())
        .isEqualTo(2);
    assertThat(made).isEmptyDirectory();
  }

  @Test
  void numbersHaveNoSoftmax() throws IOException {
    Path table = folder.resolve("numbers.csv");
    StringBuilder rows = new StringBuilder("a,b,y\n");
    for (int i = 0; i < 30; i++) {
      rows.append(i % 5).append(',').append(i % 7).append(',').append(0.5 * i).append('\n');
    }
    Files.writeString(table, rows);
    String block =
        "data { source = csv, file = \"numbers.csv\", label = y, target = values }, network { hidden = [5] }, epochs = 2";
    RunResult refused = run(block + ", objective = softmax-readout");
    assertThat(refused.code()).isEqualTo(2);
    assertThat(refused.err())
        .contains("softmax-readout needs classes; ridge-readout takes numbers");
    RunResult ridge = run(block + ", objective = ridge-readout", "--json");
    assertThat(ridge.code()).as(ridge.err()).isZero();
  }

  @Test
  void problemsHaveTheirKeyAndLineAndNoFollowUps() throws IOException {
    requireOnly("order = [1, 1]", "lego.order", "must name each layer once but is [1, 1]");
    requireOnly("order = [3]", "lego.order", "must name hidden layers, 1 to 2, but is [3]");
    requireOnly("patience = 3", "lego.patience", "needs held-out samples");
    requireOnly("network.activation = tanh", "lego.network.activation", "must be relu");
    requireOnly("network.batch-norm = true", "lego.network.batch-norm", "batch normalisation");
    requireOnly(
        "network.hidden = [5, 5], network.residual = true",
        "lego.network.residual",
        "residual connections");
    assertThat(run(block("[1]", "order = [0, 1]")).err()).doesNotContain("each layer once");
  }

  /** Requires one problem of a line of the file. */
  private void requireOnly(String line, String key, String message) throws IOException {
    RunResult run = run(block("[1]", "checkpoint-every = 5\n" + line));
    assertThat(run.code()).isEqualTo(2);
    // The line after the include, the head of the block, four lines of it and checkpoint-every.
    assertThat(run.err()).contains(key, message, "lego.conf: 8").doesNotContain("unknown key");
  }

  @Test
  void problemsAreReportedAtOnce() throws IOException {
    RunResult run =
        run(block("[1, 1]", "objective = evidnce, noise = 0, order = [3], rat = 1, held-out = 1"));
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("seeds", "evidnce", "evidence", "noise", "rat", "held-out");
    assertThat(run(block("[1]", "order = [3]")).err()).contains("hidden layers, 1 to 2");
    assertThat(run(block("[1]", "patience = 3")).err())
        .contains("patience = 3 needs held-out samples");
    assertThat(run(block("[1]", "bias-variance = 0")).err()).contains("bias-variance");
    assertThat(run(block("[1]", "network.activation = tanh")).err())
        .contains("hidden layers must be relu");
    assertThat(run(block("[1]", "network.batch-norm = true")).err())
        .contains("without batch normalisation");
  }
}
