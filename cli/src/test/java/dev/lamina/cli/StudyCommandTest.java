package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyCommandTest {
  private static final String NETWORK =
      "network { hidden = [8], activation = relu, init = he, bias = true }\n";

  @TempDir Path folder;

  private Path study(String body) throws IOException {
    return Files.writeString(folder.resolve("a.conf"), "study {\n" + body + "\n}\n");
  }

  private RunResult run(Path file) {
    return run(file, folder.resolve("out"));
  }

  private static RunResult run(Path file, Path out) {
    return RunResult.of(
        "study", file.toString(), "--out", out.toString(), "--backend", "cpu", "--json");
  }

  private void refused(RunResult run, int code, String... message) {
    assertThat(run.err()).contains(message);
    assertThat(run.code()).isEqualTo(code);
    JsonNode error = run.json().get("error");
    assertThat(error.get("exitCode").asInt()).isEqualTo(code);
    assertThat(folder.resolve("out/report.html")).doesNotExist();
  }

  @Test
  void everyWrongKeyIsNamedWithASuggestion() throws IOException {
    Path file =
        study(
            """
            titel = "wrong"
            data { source = iris, splitt { train = 100 } }
            network { hidden = [8, 0], activation = rellu }
            sections { degenercy {} }
            """);
    refused(
        run(file),
        2,
        "configuration: 6 problems",
        "study.titel",
        "did you mean 'title'?",
        "study.data.splitt",
        "did you mean 'split'?",
        "study.network.hidden[1] (" + file + ": 4): must be a whole number ≥ 1 but is 0",
        "unknown activation 'rellu'; did you mean 'relu'",
        "study.sections.degenercy",
        "did you mean 'degeneracy'?");
  }

  @Test
  void filesThatAreNoStudyAreNamed() throws IOException {
    Path none = folder.resolve("none.conf");
    RunResult missing = run(none);
    assertThat(missing.err()).isEqualTo("lamina: configuration: " + none + ": no such file\n");
    refused(missing, 2, "no such file");
    refused(run(folder), 2, "is a folder, not a file");
    refused(run(Files.createFile(folder.resolve("empty.conf"))), 2, "this is no study file");
    refused(run(Files.writeString(folder.resolve("b.conf"), "study { data { ")), 2, "b.conf: 1");
  }

  @Test
  void badDataAreNamed() throws IOException {
    Files.writeString(folder.resolve("nan.csv"), "1,2,u\n3,nan,v\n");
    String sections = NETWORK + "sections { data {} }";
    refused(
        run(study("data { source = csv, file = nan.csv }\n" + sections)),
        2,
        "nan.csv: in line 2, column 2: expected a finite number but found 'nan'");
    refused(
        run(study("data { source = csv, file = no.csv }\n" + sections)),
        2,
        "no.csv: there is no such file");
    Files.writeString(folder.resolve("one.csv"), "1,2,u\n");
    refused(
        run(study("data { source = csv, file = one.csv }\n" + sections)),
        2,
        "none is left for testing");
  }

  @Test
  void aFolderThatCannotBeMadeIsNamedBeforeTheWork() throws IOException {
    Path file = study("data { source = iris }\n" + NETWORK + "sections { data {} }");
    refused(
        run(file, file), 2, "cannot write " + file + ": it must be a folder but something else");
  }

  @Test
  void aSectionThatFailsIsPartOfTheReportAndOfTheExitCode() throws IOException {
    Files.writeString(folder.resolve("same.csv"), "1,1,u\n1,1,v\n".repeat(10));
    RunResult run =
        run(
            study(
                "data { source = csv, file = same.csv }\n"
                    + NETWORK
                    + "sections {\n data {}\n degeneracy { samples = 50 }\n}"));
    assertThat(run.code()).isEqualTo(1);
    JsonNode sections = run.json().get("sections");
    assertThat(sections.findValuesAsText("status")).containsExactly("done", "failed");
    assertThat(sections.get(1).get("failure").asText())
        .contains("all random pairs of training samples are parallel");
    assertThat(run.err()).contains("FAILED: ");
    assertThat(folder.resolve("out/report.html")).content().contains("are parallel");
  }
}
