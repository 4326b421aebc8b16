package dev.lamina.analysis.study;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.Lamina;
import dev.lamina.analysis.data.CacheFolder;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.report.Json;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigException;
import dev.lamina.config.ConfigSources;
import dev.lamina.config.LoadedConfig;
import dev.lamina.io.FileException;
import dev.lamina.kernel.Activation;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StudyTest {
  private static final String DATA =
      "data { source = clusters, rows = 30, features = 4, classes = 3, separation = 2 }\n";

  @TempDir Path folder;
  private final ToySection one = ToySection.named("one");
  private final ToySection two = ToySection.named("two");
  private final List<String> heard = new ArrayList<>();

  private List<SectionOutcome> run(String sections) throws IOException {
    return run("seed = 3\n" + DATA + "sections {\n" + sections + "\n}", false);
  }

  private List<SectionOutcome> run(String study, boolean fresh) throws IOException {
    Path file = Files.writeString(folder.resolve("s.conf"), "study {\n" + study + "\n}\n");
    ConfigErrors errors = new ConfigErrors();
    LoadedConfig loaded = ConfigSources.defaults().withFiles(List.of(file)).load(errors);
    StudyConfig config = new StudyReader(List.of(one, two)).read(loaded, file, errors);
    StudyListener listener =
        new StudyListener() {
          @Override
          public void begins(String name) {
            heard.add("begins " + name);
          }

          @Override
          public void ended(SectionOutcome outcome) {
            heard.add("ended " + outcome.name());
          }
        };
    try (Lamina lamina = IdleBackend.open()) {
      return new Study(config, loaded, folder.resolve("out"))
          .run(
              lamina,
              new Study.Options(
                  new CacheFolder(folder), fresh, "lamina again", Progress.NONE, listener));
    }
  }

  private JsonNode results() throws IOException {
    return Json.read(Files.readString(folder.resolve("out/results.json")), JsonNode.class);
  }

  private static List<Boolean> kept(List<SectionOutcome> outcomes) {
    return outcomes.stream().map(o -> o instanceof SectionOutcome.Done d && d.kept()).toList();
  }

  @Test
  void sectionsRunInTheOrderOfTheFileAndEverythingIsWritten() throws IOException {
    run("two { factor = 5 }\none {}");
    assertThat(heard).containsExactly("begins two", "ended two", "begins one", "ended one");
    JsonNode results = results();
    assertThat(results.at("/sections/two/result/value").asDouble()).isEqualTo(15);
    assertThat(results.at("/sections/two/result/nothing").isNull()).isTrue();
    assertThat(results.at("/sections/two/config/factor").asDouble()).isEqualTo(5);
    assertThat(results.at("/sections/one/status").asText()).isEqualTo("done");
    assertThat(results.at("/sections/one/headlines/0/value").asText()).isEqualTo("6.0");
    assertThat(results.at("/provenance/seed").asInt()).isEqualTo(3);
    assertThat(results.at("/provenance/backend").asText()).isEqualTo("cpu");
    assertThat(results.at("/provenance/command").asText()).isEqualTo("lamina again");
    assertThat(results.at("/provenance/settings")).isNotEmpty();
    assertThat(Files.readString(folder.resolve("out/report.html")))
        .contains("All 2 sections finished", "24 training and 6 test samples", "in 3 classes");
    assertThat(folder.resolve("out/csv/one-p.csv")).hasContent("series,x,y\r\nl,1.0,6.0\r\n");
  }

  @Test
  void theEffectiveConfigGivesTheSameResultsAgain() throws IOException {
    run("one { factor = 7 }");
    String first = results().at("/sections").toString();
    String effective = Files.readString(folder.resolve("out/effective.conf"));
    assertThat(effective).contains("base=\"" + folder + "\"", "backend=cpu");
    Path file = Files.writeString(folder.resolve("again.conf"), effective);
    ConfigErrors errors = new ConfigErrors();
    LoadedConfig loaded = ConfigSources.defaults().withFiles(List.of(file)).load(errors);
    StudyConfig config = new StudyReader(List.of(one, two)).read(loaded, file, errors);
    assertThat(config.seed()).isEqualTo(3);
    assertThat(config.base()).isEqualTo(folder);
    run(effective.replaceFirst("(?s).*study \\{", "").replaceFirst("(?s)}\\s*$", ""), false);
    // Only the status differs: the second run keeps the first one's result.
    assertThat(results().at("/sections").toString())
        .isEqualTo(first.replace("\"done\"", "\"kept\""));
  }

  @Test
  void finishedSectionsAreKeptUntilSomethingTheyDependOnChanges() throws IOException {
    assertThat(kept(run("one {}\ntwo {}"))).containsExactly(false, false);
    assertThat(kept(run("one {}\ntwo {}"))).containsExactly(true, true);
    assertThat(results().at("/sections/one/status").asText()).isEqualTo("kept");
    assertThat(results().at("/sections/one/result/value").asDouble()).isEqualTo(6);
    assertThat(kept(run("one { factor = 4 }\ntwo {}"))).containsExactly(false, true);
    String study = "seed = 4\n" + DATA + "sections { one { factor = 4 } }";
    assertThat(kept(run(study, false))).containsExactly(false);
    assertThat(kept(run(study.replace("separation = 2", "separation = 3"), false)))
        .containsExactly(false);
    assertThat(kept(run(study + "\nnetwork.hidden = [8]", false))).containsExactly(false);
    assertThat(kept(run(study + "\nnetwork.hidden = [8]", false))).containsExactly(true);
    assertThat(kept(run(study + "\nnetwork.hidden = [8]", true))).containsExactly(false);
    assertThat(one.runs()).hasValue(6);
    assertThat(two.runs()).hasValue(1);
  }

  @Test
  void whatWasKeptAndDamagedIsDoneAgain() throws IOException {
    run("one {}");
    Files.writeString(folder.resolve("out/sections/one/view.json"), "{ no");
    assertThat(kept(run("one {}"))).containsExactly(false);
    Files.delete(folder.resolve("out/sections/one/done.json"));
    assertThat(kept(run("one {}"))).containsExactly(false);
    assertThat(kept(run("one {}"))).containsExactly(true);
  }

  @Test
  void aFailingSectionDoesNotLoseTheOthers() throws IOException {
    List<SectionOutcome> outcomes = run("one { fail = true }\ntwo {}");
    assertThat(outcomes.getFirst()).isInstanceOf(SectionOutcome.Failed.class);
    assertThat(outcomes.getLast()).isInstanceOf(SectionOutcome.Done.class);
    assertThat(results().at("/sections/one/failure").asText())
        .isEqualTo("IllegalStateException: told to fail");
    assertThat(results().at("/sections/two/status").asText()).isEqualTo("done");
    assertThat(Files.readString(folder.resolve("out/report.html")))
        .contains("1 of 2 sections failed", "Toy one: IllegalStateException: told to fail");
    assertThat(Files.readString(folder.resolve("out/sections/one/error.txt")))
        .contains("ToySection.run");
    assertThat(kept(run("one { fail = true }\ntwo {}"))).containsExactly(false, true);
    run("one {}");
    assertThat(folder.resolve("out/sections/one/error.txt")).doesNotExist();
  }

  @Test
  void allProblemsOfAStudyAreReportedAtOnce() {
    assertThatThrownBy(() ->
            run(
                """
                sed = 3
                data { source = digts }
                network { hidden = [], activation = rellu, init = hee, bias = 1 }
                sections { one { factor = -1, fctor = 3 }, too {}, two { factor = 13 } }
                """,
                false))
        .isInstanceOf(ConfigException.class)
        .satisfies(e ->
            assertThat(((ConfigException) e).problems())
                .extracting(p -> p.path())
                .containsExactlyInAnyOrder(
                    "study.data.source",
                    "study.network.activation",
                    "study.network.init",
                    "study.network.bias",
                    "study.sections.one.factor",
                    "study.sections.one.fctor",
                    "study.sections.two",
                    "study.sections.too",
                    "study.sections",
                    "study.sed"))
        .hasMessageContaining(
            "study.sed (%s/s.conf: 2): unknown key; did you mean 'seed'?".formatted(folder))
        .hasMessageContaining("unknown section; did you mean 'two'?")
        .hasMessageContaining(
            "study.sections.two (%s/s.conf: 5): 13 brings bad luck".formatted(folder))
        .hasMessageContaining(
            "study.sections.one.factor (%s/s.conf: 5): must be a number > 0 but is -1"
                .formatted(folder));
  }

  @Test
  void aFileWithoutStudySaysSo() throws IOException {
    Path file = Files.writeString(folder.resolve("l.conf"), "lamina.backend = cpu");
    ConfigErrors errors = new ConfigErrors();
    LoadedConfig loaded = ConfigSources.defaults().withFiles(List.of(file)).load(errors);
    assertThatThrownBy(() -> new StudyReader(List.of(one)).read(loaded, file, errors))
        .isInstanceOf(ConfigException.class)
        .hasMessage(
            "configuration: study (%s: 1): is missing: this is no study file".formatted(file));
  }

  @Test
  void aStudyNeedsSections() {
    assertThatThrownBy(() -> run(DATA, false))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("must list at least one section")
        .hasMessageContaining("known: one, two");
  }

  @Test
  void anUnwritableFolderIsNoticedBeforeTheWork() throws IOException {
    Files.createDirectories(folder.resolve("out/report.html"));
    assertThatThrownBy(() -> run("one {}"))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("report.html: it is a folder");
    assertThat(one.runs()).hasValue(0);
    Files.delete(folder.resolve("out/report.html"));
    Files.delete(folder.resolve("out"));
    Files.writeString(folder.resolve("out"), "a file");
    assertThatThrownBy(() -> run("one {}")).isInstanceOf(FileException.class);
  }

  @Test
  void networksAreReadWithDefaults() throws IOException {
    run("one {}");
    JsonNode network = results().get("network");
    assertThat(network.get("hidden").toString()).isEqualTo("[256,256,256]");
    assertThat(network.get("activation").asText()).isEqualTo("relu");
    assertThat(
            new NetworkConfig(List.of(5, 5), Activation.RELU, new WeightInit.LeCun(), false)
                .infinite(2)
                .weightVariances())
        .containsExactly(1.0, 1.0, 1.0);
    assertThatThrownBy(
            () -> new NetworkConfig(List.of(5, 0), Activation.RELU, new WeightInit.He(), true))
        .hasMessage("hidden must be one or more widths, each ≥ 1, but is [5, 0]");
  }
}
