package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.io.FileException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CsvDataTest {
  @TempDir Path folder;

  private Path file(String text) {
    return file("a.csv", text);
  }

  private Path file(String name, String text) {
    return IdxBytes.write(folder.resolve(name), text.getBytes(StandardCharsets.UTF_8));
  }

  private static CsvOptions options(String label, ResponseKind kind) {
    return new CsvOptions(
        CsvOptions.Header.AUTO, Optional.empty(), Optional.ofNullable(label), kind);
  }

  private static DataParts load(Path file, CsvOptions options) {
    return CsvData.load(new DataSource.Csv(file, Optional.empty(), options), DType.FLOAT64);
  }

  @ParameterizedTest
  @ValueSource(strings = {",", ";", "\t"})
  void findsTheSeparatorAndTheHeader(String separator) {
    String text =
        "length,width,species\n5.1,3.5,setosa\n\n4.9,-3,virginica\r\n 6 , 1e1 , setosa"
            .replace(",", separator);
    try (DataParts parts = load(file(text), CsvOptions.auto())) {
      DataSet set = parts.train();
      assertThat(set.x().toArray()).isDeepEqualTo(new double[][] {{5.1, 3.5}, {4.9, -3}, {6, 10}});
      Response.Classes classes = (Response.Classes) set.response();
      assertThat(classes.names()).containsExactly("setosa", "virginica");
      assertThat(classes.labels()).containsExactly(0, 1, 0);
      assertThat(set.provenance()).contains("response in column 3 (\"species\")");
    }
  }

  @ParameterizedTest
  @CsvSource({"species", "0", "-3"})
  void takesTheLabelColumnByNameAndByIndex(String label) {
    String text = "species,a,b\nx,1,2\ny,3,4\n";
    try (DataParts parts = load(file(text), options(label, ResponseKind.AUTO))) {
      assertThat(parts.train().x().toArray()).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}});
      assertThat(((Response.Classes) parts.train().response()).names()).containsExactly("x", "y");
    }
  }

  @Test
  void readsATableWithoutHeader() {
    try (DataParts parts = load(file("1,2,10\n3,4,9\n5,6,9.0\n"), CsvOptions.auto())) {
      Response.Classes classes = (Response.Classes) parts.train().response();
      assertThat(classes.names()).as("by size, not by alphabet").containsExactly("9", "10");
      assertThat(classes.labels()).containsExactly(1, 0, 0);
    }
  }

  @Test
  void obeysADeclaredHeader() {
    CsvOptions yes =
        new CsvOptions(
            CsvOptions.Header.YES, Optional.empty(), Optional.empty(), ResponseKind.AUTO);
    try (DataParts parts = load(file("1,2\n3,4\n5,6\n"), yes)) {
      assertThat(parts.train().samples()).isEqualTo(2);
    }
    CsvOptions no =
        new CsvOptions(CsvOptions.Header.NO, Optional.empty(), Optional.empty(), ResponseKind.AUTO);
    assertRefused("a,b\n3,4\n", no, "in line 1, column 1: expected a finite number but found 'a'");
  }

  @Test
  void readsQuotedCellsAndAByteOrderMark() {
    String text = "\uFEFF\"a,1\",\"b\"\"q\",c\n\"1\",2,\"new\nyork\"\n3,4,oslo\n";
    try (DataParts parts = load(file(text), CsvOptions.auto())) {
      assertThat(parts.train().x().toArray()).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}});
      assertThat(((Response.Classes) parts.train().response()).names())
          .containsExactly("new\nyork", "oslo");
    }
  }

  @Test
  void takesNumbersAsValues() {
    try (DataParts parts = load(file("1,0.5\n2,7\n"), CsvOptions.auto())) {
      Response.Values y = (Response.Values) parts.train().response();
      assertThat(y.values().toArray()).isDeepEqualTo(new double[][] {{0.5}, {7}});
    }
    try (DataParts parts = load(file("1,5\n2,7\n"), options(null, ResponseKind.VALUES))) {
      assertThat(parts.train().response()).isInstanceOf(Response.Values.class);
    }
  }

  @Test
  void asksWhatManyDifferentWholeNumbersAre() {
    String text = IntStream.range(0, 30).mapToObj(i -> "1," + i).collect(Collectors.joining("\n"));
    Path file = file(text);
    assertThatThrownBy(() -> load(file, CsvOptions.auto()))
        .isInstanceOf(DataException.class)
        .hasMessage(
            file
                + ": column 2 holds 30 different whole numbers in 30 rows, which may be classes or"
                + " values; say target = classes or target = values");
    try (DataParts parts = load(file, options(null, ResponseKind.CLASSES))) {
      assertThat(((Response.Classes) parts.train().response()).count()).isEqualTo(30);
    }
  }

  @Test
  void readsATestTableWithTheClassesOfTheTrainingTable() {
    Path train = file("train.csv", "a,y\n1,v\n2,u\n");
    Path test = file("test.csv", "a,y\n3,v\n");
    DataSource.Csv source = new DataSource.Csv(train, Optional.of(test), CsvOptions.auto());
    try (DataParts parts = CsvData.load(source, DType.FLOAT32)) {
      assertThat(((Response.Classes) parts.test().orElseThrow().response()).labels())
          .containsExactly(1);
    }
    file("test.csv", "a,y\n3,v\n4,w\n");
    assertThatThrownBy(() -> CsvData.load(source, DType.FLOAT32))
        .isInstanceOf(DataFormatException.class)
        .hasMessage(
            test
                + ": in line 3, column 2 (\"y\"): expected one of the training file's classes [u, v] but found 'w'");
    file("test.csv", "b,y\n3,v\n");
    assertThatThrownBy(() -> CsvData.load(source, DType.FLOAT32))
        .isInstanceOf(DataFormatException.class)
        .hasMessageStartingWith(test + ": in line 1: expected the columns of " + train);
  }

  @Test
  void namesLineAndColumnOfWhatIsNoNumber() {
    CsvOptions auto = CsvOptions.auto();
    assertRefused(
        "a,b,y\n1,2,u\n\n3,x,u\n",
        auto,
        "in line 4, column 2 (\"b\"): expected a finite number but found 'x'");
    assertRefused(
        "1,2,u\n,2,u\n",
        auto,
        "in line 2, column 1: expected a finite number but found an empty cell");
    assertRefused(
        "1,2,u\n1,?,u", auto, "in line 2, column 2: expected a finite number but found '?'");
    assertRefused(
        "1,2,u\n1,NaN,u", auto, "in line 2, column 2: expected a finite number but found 'NaN'");
    assertRefused(
        "1,2,u\n1,1e400,u",
        auto,
        "in line 2, column 2: expected a finite number but found '1e400'");
    assertRefused(
        "1,2,u\n1,0x10,u", auto, "in line 2, column 2: expected a finite number but found '0x10'");
    assertRefused(
        "1,2,u\n1,3d,u", auto, "in line 2, column 2: expected a finite number but found '3d'");
    assertRefused(
        "1,2,u\n1,2,", auto, "in line 2, column 3: expected a label but found an empty cell");
    assertRefused(
        "1,2,u\n1,u", auto, "in line 2: expected 3 cells like in the first line but found 2");
    assertRefused(
        "1,2,u\n1,2,3,u", auto, "in line 2: expected 3 cells like in the first line but found 4");
    assertRefused(
        "1,2\n3,a\n",
        options(null, ResponseKind.VALUES),
        "in line 2, column 2: expected a finite number but found 'a'");
  }

  @Test
  void namesWhatIsMissing() {
    CsvOptions auto = CsvOptions.auto();
    assertRefused("", auto, "in line 1: expected at least one sample but found nothing");
    assertRefused("a,b\n", auto, "in line 1: expected at least one sample but found a header only");
    assertRefused(
        "1\n2\n", auto, "in line 1: expected at least one feature and a label but found 1 cell");
    assertRefused(
        "len,species\n1,u\n",
        options("specis", ResponseKind.AUTO),
        "in line 1: expected the label column \"specis\" but found none; did you mean 'species'?");
    assertRefused(
        "1,u\n",
        options("5", ResponseKind.AUTO),
        "in line 1: expected the label column \"5\" but found ");
  }

  @Test
  void refusesWhatIsNoText() {
    Path file = IdxBytes.write(folder.resolve("b.csv"), new byte[] {'1', ',', (byte) 0xff, '\n'});
    assertThatThrownBy(() -> load(file, CsvOptions.auto()))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("expected text in UTF-8 but found other bytes");
    assertRefused(
        "1,\"a\"b,2\n",
        CsvOptions.auto(),
        "in line 1, or later: expected a table of separated cells but found ");
    assertThatThrownBy(() -> load(folder.resolve("none.csv"), CsvOptions.auto()))
        .isInstanceOf(FileException.class)
        .hasMessageEndingWith("none.csv: there is no such file");
  }

  @Test
  void refusesNumbersBeyondFloat32() {
    DataSource source =
        new DataSource.Csv(file("1,1e300,u\n2,3,u\n"), Optional.empty(), CsvOptions.auto());
    DataSources sources = new DataSources(new CacheFolder(folder), 1);
    assertThatThrownBy(() -> sources.load(source, DType.FLOAT32))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "a.csv x: values must be finite but row 0, column 1 (counted from 0) is Infinity");
    sources.load(source, DType.FLOAT64).close();
  }

  private void assertRefused(String text, CsvOptions options, String message) {
    Path file = file(text);
    assertThatThrownBy(() -> load(file, options))
        .isInstanceOf(DataFormatException.class)
        .hasMessageStartingWith(file + ": " + message);
  }
}
