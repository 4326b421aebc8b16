package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.LaminaVersion;
import dev.lamina.config.ConfigSources;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import picocli.CommandLine;

class LaminaCommandTest {
  @TempDir Path folder;

  @Test
  void versionSaysWhatRuns() {
    RunResult run = RunResult.of("--version");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .startsWith("lamina " + LaminaVersion.text() + "\nJDK " + Runtime.version())
        .contains(System.getProperty("os.name"));
    assertThat(LaminaVersion.text()).matches("\\d+\\.\\d+\\.\\d+.*");
  }

  @Test
  void helpListsTheSubcommandsAndTheExitCodes() {
    RunResult run = RunResult.of("--help");
    assertThat(run.code()).isZero();
    assertThat(run.out())
        .contains("doctor", "kernel", "degeneracy", "--backend", "--json", "Exit codes:");
    assertThat(run.err()).isEmpty();
  }

  /** Picocli complains about texts that are no formats on the JVM's own standard error. */
  @Test
  void helpOfEveryCommandIsWrittenWithoutComplaints() {
    CommandLine all =
        Subcommands.addTo(
            new CommandLine(CommandLine.Model.CommandSpec.create()),
            new Session(
                new Console(
                    new PrintWriter(new StringWriter()),
                    new PrintWriter(new StringWriter()),
                    false),
                ConfigSources.defaults(),
                new GlobalOptions()));
    ByteArrayOutputStream complaints = new ByteArrayOutputStream();
    PrintStream before = System.err;
    System.setErr(new PrintStream(complaints, true, StandardCharsets.UTF_8));
    try {
      assertThat(helpTexts(all)).hasSizeGreaterThan(20).noneMatch(String::isBlank);
    } finally {
      System.setErr(before);
    }
    assertThat(complaints.toString(StandardCharsets.UTF_8)).isEmpty();
  }

  private static List<String> helpTexts(CommandLine command) {
    List<String> texts = new ArrayList<>(List.of(command.getUsageMessage()));
    command.getSubcommands().values().forEach(c -> texts.addAll(helpTexts(c)));
    return texts;
  }

  @Test
  void withoutSubcommandThereIsNothingToDo() {
    RunResult run = RunResult.of();
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).isEqualTo("lamina: a subcommand is missing\nTry 'lamina --help'.\n");
  }

  @Test
  void misspeltOptionIsNamedWithASuggestion() {
    RunResult run = RunResult.of("doctor", "--bakend", "cpu");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.out()).isEmpty();
    assertThat(run.err()).contains("lamina doctor: Unknown options: '--bakend'", "--backend");
  }

  @Test
  void missingRequiredOptionIsNamed() {
    RunResult run = RunResult.of("kernel", "--kernel", "linear()", "--json");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("--x=X.npy", "--out=K.npy");
    assertThat(run.json().at("/error/exitCode").asInt()).isEqualTo(2);
  }

  @Test
  void doctorShowsValuesOriginsAndBackends() throws IOException {
    Path file = Files.writeString(folder.resolve("a.conf"), "lamina.precision = float64\n");
    ConfigSources sources =
        new ConfigSources(List.of(), Map.of("LAMINA_MEMORY_BUDGET", "3 GiB"), Map.of(), List.of());
    RunResult run =
        RunResult.of(sources, "--threads", "2", "doctor", "--config", file.toString(), "--json");
    JsonNode json = run.json();
    assertThat(json.get("lamina").asText()).isEqualTo(LaminaVersion.text());
    assertThat(setting(json, "lamina.precision")).containsExactly("float64", file + ": 1");
    assertThat(setting(json, "lamina.memory-budget"))
        .containsExactly("3 GiB", "environment variable LAMINA_MEMORY_BUDGET");
    assertThat(setting(json, "lamina.cpu.threads")).containsExactly("2", "command line --threads");
    assertThat(setting(json, "lamina.deterministic")).containsExactly("true", "default");
    assertThat(json.at("/backend/choice").asText()).isEqualTo("auto");
    assertThat(json.at("/backend/states/0/backend").asText()).isEqualTo("cuda");
    assertThat(json.at("/backend/states/0/available").asBoolean()).isFalse();
    assertThat(json.at("/backend/states/0/remedy").asText()).isNotBlank();
    assertThat(json.at("/findings/cuda/0/name").asText()).isEqualTo("NVIDIA driver");
    assertThat(json.at("/findings/cuda").findValuesAsText("name")).contains("matrix products");
    assertThat(json.get("checks")).hasSize(3).allMatch(check -> check.get("passed").asBoolean());

    RunResult text = RunResult.of(sources, "doctor", "--threads", "2");
    assertThat(text.out())
        .contains(
            "lamina.cpu.threads", "command line --threads", "cuda  unavailable", "Vector API");
  }

  private static List<String> setting(JsonNode json, String path) {
    for (JsonNode s : json.get("settings")) {
      if (s.get("path").asText().equals(path)) {
        return List.of(s.get("value").asText(), s.get("origin").asText());
      }
    }
    return List.of();
  }

  @Test
  void doctorFailsIfTheForcedBackendIsMissing() {
    RunResult run = RunResult.of("doctor", "--backend", "cuda");
    assertThat(run.code()).isEqualTo(1);
    assertThat(run.out()).contains("backend = cuda (command line --backend): not available");
  }

  @Test
  void wrongSettingsAreAllNamed() {
    RunResult run = RunResult.of("doctor", "--backend", "gpu", "--threads", "none", "--json");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err())
        .isEqualTo(
            """
            lamina: configuration: 2 problems
              lamina.backend (command line --backend): must be one of auto, cpu, cuda but is "gpu"; did you mean 'cpu'?
              lamina.cpu.threads (command line --threads): must be a whole number ≥ 1 and ≤ 1024 but is "none"
            """);
    assertThat(run.json().at("/error/type").asText()).isEqualTo("ConfigException");
  }

  @Test
  void aResultThatCannotBeWrittenIsAFailure() {
    OutputStream full =
        new OutputStream() {
          @Override
          public void write(int b) throws IOException {
            throw new IOException("No space left on device");
          }
        };
    StringWriter err = new StringWriter();
    Console console =
        new Console(
            new PrintWriter(full, true, StandardCharsets.UTF_8), new PrintWriter(err, true), false);
    assertThat(LaminaCommand.run(console, ConfigSources.defaults(), "data", "list")).isEqualTo(1);
    assertThat(err.toString()).contains("cannot be written to standard output");
    assertThat(LaminaCommand.run(console, ConfigSources.defaults(), "--json")).isEqualTo(2);
  }

  @Test
  void missingConfigFileIsNamed() {
    RunResult run = RunResult.of("doctor", "--config", "nowhere.conf");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).isEqualTo("lamina: configuration: nowhere.conf: no such file\n");
  }

  @ParameterizedTest
  @ValueSource(strings = {"--debug", "--stacktrace"})
  void debugShowsWhereAnErrorComesFrom(String option) {
    RunResult run = RunResult.of(option, "doctor", "--backend", "gpu");
    assertThat(run.code()).isEqualTo(2);
    assertThat(run.err()).contains("ConfigException", "\tat dev.lamina.");
  }
}
