package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import dev.lamina.analysis.data.PreprocessingStep.Center;
import dev.lamina.analysis.data.PreprocessingStep.Extent;
import dev.lamina.analysis.data.PreprocessingStep.NormaliseRows;
import dev.lamina.analysis.data.PreprocessingStep.Scale;
import dev.lamina.analysis.data.PreprocessingStep.Standardise;
import dev.lamina.analysis.data.PreprocessingStep.Zca;
import dev.lamina.analysis.data.SplitPlan.Amount;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigProblem;
import dev.lamina.config.ConfigReader;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DataConfigTest {
  private static final Path BASE = Path.of("studies");

  private static Optional<DataConfig> read(String hocon, ConfigErrors errors) {
    ConfigReader root = ConfigReader.of(ConfigFactory.parseString(hocon), errors);
    return root.section("data").read(reader -> DataConfig.read(reader, BASE));
  }

  private static DataConfig valid(String hocon) {
    ConfigErrors errors = new ConfigErrors();
    Optional<DataConfig> config = read(hocon, errors);
    assertThat(errors.problems()).isEmpty();
    return config.orElseThrow();
  }

  private static void assertProblems(String hocon, String... expected) {
    ConfigErrors errors = new ConfigErrors();
    assertThat(read(hocon, errors)).isEmpty();
    assertThat(errors.problems().stream().map(DataConfigTest::text))
        .containsExactlyInAnyOrder(expected);
  }

  private static String text(ConfigProblem p) {
    return p.path() + ": " + p.message() + (p.suggestion().isEmpty() ? "" : "; " + p.suggestion());
  }

  @Test
  void readsTheExample() {
    DataConfig config =
        valid(
            "data { source = digits, split { train = 1400 }, preprocess = [ { scale = 0.0625 }, {"
                + " center = mean } ] }");
    assertThat(config.source()).isEqualTo(new DataSource.Digits());
    assertThat(config.split().train()).contains(new Amount.Count(1400));
    assertThat(config.preprocess()).containsExactly(new Scale(0.0625), new Center(Extent.FEATURES));
    SplitPlan plan = config.split().orElse(config.source().defaultSplit());
    assertThat(plan.shuffle()).contains(false);
    assertThat(plan.test()).isEmpty();
  }

  @Test
  void readsEveryStep() {
    DataConfig config =
        valid(
            """
            data {
              source = mnist
              preprocess = [
                { scale = 1/255 }, { scale = "2" }, { center = global-mean }, { center = none }
                { standardise = features }, { standardise = global }
                { normalise-rows = unit }, { normalise-rows = sqrt-d }, { zca = 1e-3 }
              ]
            }
            """);
    assertThat(config.preprocess())
        .containsExactly(
            new Scale(1.0 / 255),
            new Scale(2),
            new Center(Extent.GLOBAL),
            new Standardise(Extent.FEATURES),
            new Standardise(Extent.GLOBAL),
            new NormaliseRows(NormaliseRows.Length.UNIT),
            new NormaliseRows(NormaliseRows.Length.SQRT_D),
            new Zca(1e-3));
    assertThat(config.preprocess().stream().map(PreprocessingStep::text))
        .contains("center = global-mean", "normalise-rows = sqrt-d", "zca = 0.001");
    assertThat(config.source().defaultSplit()).isEqualTo(SplitPlan.ALL_IN_FILE_ORDER);
  }

  @Test
  void readsEverySource() {
    assertThat(valid("data { source = iris }").source()).isEqualTo(new DataSource.Iris());
    assertThat(valid("data { source = fashion-mnist }").source().name()).isEqualTo("fashion-mnist");
    assertThat(
            valid(
                    "data { source = npy, x = X.npy, y = /abs/y.npy, test-x = tx.npy, test-y ="
                        + " ty.npy, classes = 10, target = classes, image = [2, 3] }")
                .source())
        .isEqualTo(
            new DataSource.NpyPair(
                BASE.resolve("X.npy"),
                Path.of("/abs/y.npy"),
                Optional.of(BASE.resolve("tx.npy")),
                Optional.of(BASE.resolve("ty.npy")),
                ResponseKind.CLASSES,
                Optional.of(10),
                Optional.of(new ImageShape(2, 3))));
    assertThat(
            valid(
                    "data { source = csv, file = a.csv, header = yes, label = species, separator ="
                        + " \";\", target = values }")
                .source())
        .isEqualTo(
            new DataSource.Csv(
                BASE.resolve("a.csv"),
                Optional.empty(),
                new CsvOptions(
                    CsvOptions.Header.YES,
                    Optional.of(';'),
                    Optional.of("species"),
                    ResponseKind.VALUES)));
    assertThat(valid("data { source = csv, file = a.csv, label = -1, separator = tab }").source())
        .isEqualTo(
            new DataSource.Csv(
                BASE.resolve("a.csv"),
                Optional.empty(),
                new CsvOptions(
                    CsvOptions.Header.AUTO,
                    Optional.of('\t'),
                    Optional.of("-1"),
                    ResponseKind.AUTO)));
    assertThat(valid("data { source = idx, folder = mine }").source())
        .isEqualTo(new DataSource.IdxFolder(BASE.resolve("mine")));
    assertThat(valid("data { source = clusters, rows = 50, features = 3, seed = 4 }").source())
        .isEqualTo(new DataSource.Clusters(50, 3, 2, 3, Optional.of(4L)));
    assertThat(valid("data { source = sphere, rows = 50, features = 3 }").source())
        .isEqualTo(new DataSource.Sphere(50, 3, Optional.empty()));
    assertThat(valid("data { source = xor, rows = 50, seed = 7 }").source())
        .isEqualTo(new DataSource.Xor(50, 20, Optional.of(7L)));
    assertThat(valid("data { source = curve, function = hinges, rows = 50, to = 12 }").source())
        .isEqualTo(new DataSource.Curve(TargetFunction.HINGES, 50, -2.2, 12));
  }

  @Test
  void readsEverySplit() {
    SplitPlan split =
        valid("data { source = iris, split { train = 0.5, test = 10, shuffle = true, seed = 9 } }")
            .split();
    assertThat(split)
        .isEqualTo(
            new SplitPlan(
                Optional.of(new Amount.Fraction(0.5)),
                Optional.of(new Amount.Count(10)),
                Optional.of(true),
                Optional.of(9L)));
    assertThat(
            valid("data { source = iris, split { train-per-class = 5, test-per-class = 2 } }")
                .split()
                .train())
        .contains(new Amount.PerClass(5));
  }

  @Test
  void reportsAllProblemsAtOnce() {
    assertProblems(
        """
        data {
          source = digits
          sourc = x
          split { train = 1.5, test = -3, shufle = true }
          preprocess = [ { centre = mean }, { scale = 1/0 }, { center = median }, { zca = -1 }, 7, { scale = 1, zca = 1 }, { } ]
        }
        """,
        "data.sourc: unknown key; did you mean 'source'?",
        "data.split.train: must be a whole number of rows, or a part of them below 1, but is 1.5",
        "data.split.test: must be a number > 0 but is -3",
        "data.split.shufle: unknown key; did you mean 'shuffle'?",
        "data.preprocess[0].centre: unknown key; did you mean 'center'?",
        "data.preprocess[1].scale: must be a finite number or a fraction such as 1/255, not 0, but is \"1/0\"",
        "data.preprocess[2].center: must be one of global-mean, mean, none but is \"median\"; did you mean 'mean'?",
        "data.preprocess[3].zca: must be a number ≥ 0 but is -1",
        "data.preprocess[4]: must be a block { … } but is 7",
        "data.preprocess[5].zca: must be a step of its own: { scale = … }, { zca = … }",
        "data.preprocess[6].scale: is missing, or another step: scale, center, standardise, normalise-rows, zca");
  }

  @Test
  void reportsUnknownAndMissingSources() {
    assertProblems(
        "data { source = mnits, classes = 3 }",
        "data.source: must be one of digits, iris, mnist, fashion-mnist, npy, csv, idx, clusters,"
            + " sphere, xor, curve but is \"mnits\"; did you mean 'mnist'?");
    assertProblems("data { }", "data.source: is missing; it must be a text");
    assertProblems(
        "data { source = digits, file = x.csv }",
        "data.file: unknown key; known: preprocess, source, split");
    assertProblems(
        "data { source = npy, x = a.npy, test-x = b.npy }",
        "data.y: is missing; it must be a text");
    assertProblems(
        "data { source = npy, x = a.npy, y = b.npy, test-x = b.npy }",
        "data: test-x and test-y must be given together");
    assertProblems(
        "data { source = npy, x = a.npy, y = b.npy, image = [3] }",
        "data.image: must be a list [height, width] but has 1 numbers");
    assertProblems(
        "data { source = csv, file = a.csv, separator = abc, target = class }",
        "data.separator: must be auto, tab or one character such as \";\" but is \"abc\"",
        "data.target: must be one of auto, classes, values but is \"class\"; did you mean 'classes'?");
    assertProblems(
        "data { source = clusters, rows = 0, features = 2 }",
        "data.rows: must be a whole number ≥ 1 and ≤ 2147483639 but is 0");
    assertProblems(
        "data { source = iris, split { train = 5, train-per-class = 5 } }",
        "data.split.train-per-class: must not be given together with train");
  }
}
