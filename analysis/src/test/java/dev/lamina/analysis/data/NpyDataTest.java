package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import dev.lamina.matrix.OpenMatrices;
import dev.lamina.matrix.ShapeException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class NpyDataTest {
  @TempDir Path folder;
  private Path x;
  private Path y;
  private long openBefore;

  @BeforeEach
  void writePair() {
    openBefore = OpenMatrices.bytes();
    x = matrix("X.npy", new double[][] {{1, 2}, {3, 4}, {5, 6}});
    y = folder.resolve("y.npy");
    NpyFile.writeIntegers(y, new long[] {0, 2, 1});
  }

  @AfterEach
  void nothingStaysOpen() {
    assertThat(OpenMatrices.bytes()).isEqualTo(openBefore);
  }

  private Path matrix(String name, double[][] values) {
    Path file = folder.resolve(name);
    try (HostMatrix m = HostMatrix.of(values)) {
      NpyFile.write(file, m);
    }
    return file;
  }

  private DataParts load(DataSource source) {
    return new DataSources(new CacheFolder(folder), 1).load(source, DType.FLOAT64);
  }

  private DataSource.NpyPair pair(ResponseKind kind, Optional<Integer> classes) {
    return new DataSource.NpyPair(
        x, y, Optional.empty(), Optional.empty(), kind, classes, Optional.empty());
  }

  @Test
  void readsIntegersAsClasses() {
    try (DataParts parts = load(pair(ResponseKind.AUTO, Optional.empty()))) {
      assertThat(parts.train().x().toArray())
          .isDeepEqualTo(new double[][] {{1, 2}, {3, 4}, {5, 6}});
      Response.Classes classes = (Response.Classes) parts.train().response();
      assertThat(classes.labels()).containsExactly(0, 2, 1);
      assertThat(classes.names()).containsExactly("0", "1", "2");
    }
    try (DataParts parts = load(pair(ResponseKind.AUTO, Optional.of(10)))) {
      assertThat(((Response.Classes) parts.train().response()).count()).isEqualTo(10);
    }
  }

  /** A number that stands in neither file makes no class; the others keep their names. */
  @Test
  void gapsBetweenLabelsMakeNoClasses() {
    NpyFile.writeIntegers(y, new long[] {5, 0, 1});
    Path testY = folder.resolve("test-y.npy");
    NpyFile.writeIntegers(testY, new long[] {7, 5, 0});
    DataSource both =
        new DataSource.NpyPair(
            x,
            y,
            Optional.of(x),
            Optional.of(testY),
            ResponseKind.AUTO,
            Optional.empty(),
            Optional.empty());
    try (DataParts parts = load(both)) {
      Response.Classes classes = (Response.Classes) parts.train().response();
      assertThat(classes.names()).containsExactly("0", "1", "5", "7");
      assertThat(classes.labels()).containsExactly(2, 0, 1);
    }
    try (DataParts parts = load(pair(ResponseKind.AUTO, Optional.of(6)))) {
      Response.Classes classes = (Response.Classes) parts.train().response();
      assertThat(classes.count()).isEqualTo(6);
      assertThat(classes.labels()).containsExactly(5, 0, 1);
    }
  }

  @Test
  void readsFloatsAsNumbers() {
    y = matrix("y.npy", new double[][] {{0.5, 1}, {1, 2}, {2, 3}});
    try (DataParts parts = load(pair(ResponseKind.AUTO, Optional.empty()))) {
      assertThat(((Response.Values) parts.train().response()).values().toArray())
          .isDeepEqualTo(new double[][] {{0.5, 1}, {1, 2}, {2, 3}});
    }
  }

  @Test
  void readsATestPartWithTheClassesOfBoth() {
    Path testX = matrix("tx.npy", new double[][] {{7, 8}});
    Path testY = folder.resolve("ty.npy");
    NpyFile.writeIntegers(testY, new long[] {4});
    DataSource.NpyPair both =
        new DataSource.NpyPair(
            x,
            y,
            Optional.of(testX),
            Optional.of(testY),
            ResponseKind.AUTO,
            Optional.empty(),
            Optional.empty());
    try (DataParts parts = load(both)) {
      assertThat(((Response.Classes) parts.train().response()).names())
          .containsExactly("0", "1", "2", "4");
    }
    assertThatThrownBy(() ->
            new DataSource.NpyPair(
                x,
                y,
                Optional.of(testX),
                Optional.empty(),
                ResponseKind.AUTO,
                Optional.empty(),
                Optional.empty()))
        .isInstanceOf(DataException.class)
        .hasMessage("test-x and test-y must be given together");
    matrix("tx.npy", new double[][] {{7, 8, 9}});
    assertThatThrownBy(() -> load(both))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "X.npy: training and test x must have equally many columns but are 3×2 float64 and 1×3 float64");
  }

  @Test
  void takesAStackOfImages() throws IOException {
    String header = "{'descr': '|u1', 'fortran_order': False, 'shape': (3, 2, 2), }";
    ByteBuffer bytes =
        ByteBuffer.allocate(10 + header.length() + 12).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY\1\0".getBytes(StandardCharsets.ISO_8859_1));
    bytes.putShort((short) header.length());
    bytes.put(header.getBytes(StandardCharsets.ISO_8859_1)).put(new byte[12]);
    x = Files.write(folder.resolve("images.npy"), bytes.array());
    try (DataParts parts = load(pair(ResponseKind.AUTO, Optional.empty()))) {
      assertThat(parts.train().image()).contains(new ImageShape(2, 2));
      assertThat(parts.train().features()).isEqualTo(4);
    }
  }

  @Test
  void namesRowAndColumnOfWhatIsNotFinite() {
    x = matrix("X.npy", new double[][] {{1, 2}, {3, Double.NaN}, {Double.POSITIVE_INFINITY, 6}});
    assertThatThrownBy(() -> load(pair(ResponseKind.AUTO, Optional.empty())))
        .isInstanceOf(DataException.class)
        .hasMessage("X.npy x: values must be finite but row 1, column 1 (counted from 0) is NaN");
    x = matrix("X.npy", new double[][] {{1, 2}, {3, 4}, {Double.NEGATIVE_INFINITY, 6}});
    assertThatThrownBy(() -> load(pair(ResponseKind.AUTO, Optional.empty())))
        .isInstanceOf(DataException.class)
        .hasMessage(
            "X.npy x: values must be finite but row 2, column 0 (counted from 0) is -Infinity");
    x = matrix("X.npy", new double[][] {{Double.MAX_VALUE, Double.MAX_VALUE}, {3, 4}, {5, 6}});
    load(pair(ResponseKind.AUTO, Optional.empty())).close(); // The sum overflows; the data do not.
    y = matrix("y.npy", new double[][] {{1}, {Double.NaN}, {3}});
    assertThatThrownBy(() -> load(pair(ResponseKind.AUTO, Optional.empty())))
        .isInstanceOf(DataException.class)
        .hasMessage("X.npy y: values must be finite but row 1, column 0 (counted from 0) is NaN");
  }

  @Test
  void namesALabelOutsideItsRange() {
    assertThatThrownBy(() -> load(pair(ResponseKind.AUTO, Optional.of(2))))
        .isInstanceOf(DataFormatException.class)
        .hasMessageEndingWith("expected a class label from 0 to 1 but found 2 in row 1");
    NpyFile.writeIntegers(y, new long[] {0, -1, 1});
    assertThatThrownBy(() -> load(pair(ResponseKind.AUTO, Optional.empty())))
        .isInstanceOf(DataFormatException.class)
        .hasMessageEndingWith("expected a class label from 0 to 65535 but found -1 in row 1");
    NpyFile.writeIntegers(y, new long[] {0, 2_000_000_000, 1});
    assertThatThrownBy(() -> load(pair(ResponseKind.AUTO, Optional.empty())))
        .isInstanceOf(DataFormatException.class)
        .hasMessageEndingWith("but found 2000000000 in row 1");
  }

  @Test
  void namesShapesThatDoNotFit() {
    NpyFile.writeIntegers(y, new long[] {0, 1});
    assertThatThrownBy(() -> load(pair(ResponseKind.AUTO, Optional.empty())))
        .isInstanceOf(ShapeException.class)
        .hasMessage(
            "X.npy: x and y must have equally many rows but x is 3×2 float64 and y has 2 rows");
    NpyFile.writeIntegers(y, new long[] {0, 1, 0});
    DataSource.NpyPair images =
        new DataSource.NpyPair(
            x,
            y,
            Optional.empty(),
            Optional.empty(),
            ResponseKind.AUTO,
            Optional.empty(),
            Optional.of(new ImageShape(2, 2)));
    assertThatThrownBy(() -> load(images))
        .isInstanceOf(ShapeException.class)
        .hasMessage("X.npy: images of 2×2 need 4 columns but x is 3×2 float64");
  }
}
