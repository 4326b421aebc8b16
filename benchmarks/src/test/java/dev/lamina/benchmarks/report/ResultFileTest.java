package dev.lamina.benchmarks.report;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.analysis.report.Json;
import dev.lamina.benchmarks.BenchResult;
import dev.lamina.benchmarks.Circumstances;
import dev.lamina.benchmarks.Ratio;
import dev.lamina.benchmarks.Spread;
import dev.lamina.benchmarks.Target;
import dev.lamina.io.FileException;
import dev.lamina.matrix.DataFormatException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.OptionalDouble;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class ResultFileTest {

  private static final String GOOD = Json.write(Samples.full());

  @TempDir private Path folder;

  private Path file(String text) throws IOException {
    return Files.writeString(folder.resolve("results.json"), text);
  }

  private static String json() {
    return GOOD;
  }

  private void refused(String text, String part) throws IOException {
    assertThatThrownBy(() -> ResultFile.read(file(text)))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("expected the result of lamina bench but found ")
        .hasMessageContaining(part);
  }

  @Test
  void whatIsWrittenComesBackFromFileAndFolder() {
    Path file = folder.resolve("results.json");
    ResultFile.write(Samples.full(), file);
    assertThat(ResultFile.read(file)).isEqualTo(Samples.full());
    assertThat(ResultFile.read(folder)).isEqualTo(Samples.full());
  }

  /** As versions before the first one with circumstances wrote them. */
  @Test
  void resultsWithoutCircumstancesAreRead() throws IOException {
    String old =
        Pattern.compile("\"circumstances\".*?\"loadAfter\"[^}]*\\},", Pattern.DOTALL)
            .matcher(GOOD)
            .replaceFirst("");
    assertThat(old).doesNotContain("circumstances", "loadBefore");
    BenchResult read = ResultFile.read(file(old));
    assertThat(read.circumstances()).isEqualTo(Circumstances.UNKNOWN);
    assertThat(read.backends()).isEqualTo(Samples.full().backends());
    assertThat(read.targets()).isEqualTo(Samples.full().targets());
    refused(old.replaceFirst("\"jvm\" *: *\"[^\"]*\"", "\"jvm\": null"), "machine.jvm");
  }

  @Test
  void otherFilesAreRefused() throws IOException {
    refused("", "found nothing");
    refused(json().substring(0, 300), "the end of the file");
    refused("no JSON", "token");
    refused("[1, 2]", "found JSON's array where another kind");
    refused("{}", "no field 'version'");
    refused("null", "found JSON's null where a value belongs");
    Pattern backends = Pattern.compile("\"backends\" : \\[.*\\],\\s*\"targets\"", Pattern.DOTALL);
    refused(
        backends.matcher(json()).replaceFirst("\"backends\": [null], \"targets\""),
        "found JSON's null where a value belongs");
    refused("{\"title\": \"a study\"}", "version");
    refused(json() + "x", "token");
    refused(json().replaceFirst("\"device\"", "\"gadget\""), "backends[0].device");
    refused(
        json().replaceFirst("\\{", "{\"gadget\": 1,"), "'gadget' that this version does not know");
    refused(json().replaceFirst(",\\s*\"rounds\" : 5", ""), "rounds");
    refused(
        json().replaceFirst("\"figures\" : \\[", "\"figures\" : null, \"figures\" : ["), "figures");
  }

  @Test
  void numbersThatAreNoMeasurementsAreRefused() throws IOException {
    refused(json().replaceFirst("\"median\" : [0-9.]+", "\"median\" : null"), "NaN");
    refused(json().replaceFirst("\"median\" : [0-9.]+", "\"median\" : -1"), "-1.0");
    refused(json().replaceFirst("\"median\" : [0-9.]+", "\"median\" : 1e9"), "min ≤ median ≤ max");
    refused(
        json().replaceFirst("\"seconds\" : [0-9.]+", "\"seconds\" : \"NaN\""),
        "NaN where a number belongs");
    assertThatThrownBy(() -> new Spread(Double.NaN, 1, 2, 3))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Spread(1, 1, 1, 0)).isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Ratio("x", 1, 0, Double.POSITIVE_INFINITY))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Target("cpu", "x", "ms", 1, true, OptionalDouble.of(Double.NaN)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("x: measured");
  }

  @Test
  void missingFilesAndFoldersAreNamed() {
    assertThatThrownBy(() -> ResultFile.read(folder))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("results.json: there is no such file");
    assertThatThrownBy(() -> ResultFile.read(folder.resolve("x.json")))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("x.json");
  }

  /** Any bytes: a result or a complaint about the format. */
  @Property(tries = 200)
  void noBytesLeadToAnotherException(@ForAll byte[] bytes, @ForAll int where) throws IOException {
    Path file = Files.createTempFile("result", ".json");
    try {
      byte[] good = json().getBytes(StandardCharsets.UTF_8);
      int at = Math.floorMod(where, good.length);
      System.arraycopy(bytes, 0, good, at, Math.min(bytes.length, good.length - at));
      Files.write(file, good);
      assertThat(ResultFile.read(file)).isNotNull();
    } catch (DataFormatException e) {
      assertThat(e).hasMessageContaining(file.toString());
    } finally {
      Files.delete(file);
    }
  }
}
