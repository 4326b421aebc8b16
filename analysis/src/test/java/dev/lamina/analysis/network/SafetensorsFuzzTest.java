package dev.lamina.analysis.network;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.OpenMatrices;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Any bytes give tensors or a {@link DataFormatException}, and memory in proportion to the file.
 */
class SafetensorsFuzzTest {
  private static Path folder;

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("safetensors-fuzz");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    Files.deleteIfExists(folder.resolve("a.safetensors"));
    Files.delete(folder);
  }

  @Property
  void anyBytes(@ForAll byte[] bytes) {
    check(bytes);
  }

  @Property
  void anyHeaderBytes(@ForAll byte[] header, @ForAll byte[] data) {
    byte[] braced = header.clone();
    if (braced.length > 0) {
      braced[0] = '{';
    }
    check(SafetensorsBytes.file(braced, data));
  }

  @Property(tries = 2000)
  void anyHeaderText(@ForAll("headers") String header, @ForAll @Size(max = 24) byte[] data) {
    check(SafetensorsBytes.file(header, data));
  }

  @Property(tries = 2000)
  void aValidFileWithBytesChanged(@ForAll("edits") int[] edits, @ForAll("cuts") int cut) {
    byte[] whole =
        SafetensorsBytes.file(
            "{\"__metadata__\":{\"a\":\"b\"},"
                + SafetensorsBytes.entry("w", "F32", "2,3", 0, 24)
                + ","
                + SafetensorsBytes.entry("h", "F16", "2", 24, 28)
                + "}  ",
            new byte[28]);
    byte[] bytes = Arrays.copyOf(whole, Math.max(0, whole.length + cut));
    for (int edit : edits) {
      if (bytes.length > 0) {
        bytes[(edit >>> 8) % bytes.length] = (byte) edit;
      }
    }
    check(bytes);
  }

  @Property
  void whatIsWrittenIsReadBack(
      @ForAll("names") String name,
      @ForAll @IntRange(max = 5) int rows,
      @ForAll @IntRange(max = 5) int cols,
      @ForAll boolean single,
      @ForAll double value,
      @ForAll Map<String, String> metadata) {
    Path file = folder.resolve("a.safetensors");
    double[][] values = new double[rows][cols];
    for (double[] row : values) {
      Arrays.setAll(row, j -> single ? (float) (value * j) : value - j);
    }
    try (HostMatrix wide = HostMatrix.of(values);
        HostMatrix m =
            wide.copy(single ? dev.lamina.matrix.DType.FLOAT32 : dev.lamina.matrix.DType.FLOAT64)) {
      SafetensorsFile.write(file, List.of(NamedTensor.matrix(name, m)), metadata);
      try (SafetensorsFile open = SafetensorsFile.open(file);
          HostMatrix back = open.matrix(name)) {
        assertThat(back.toArray()).isDeepEqualTo(m.toArray());
        assertThat(back.shape()).isEqualTo(m.shape());
        assertThat(open.metadata()).isEqualTo(metadata);
      }
    }
  }

  @Provide
  Arbitrary<String> names() {
    return Arbitraries.strings()
        .ofMaxLength(12)
        .filter(s -> s.codePoints().noneMatch(c -> c >= 0xd800 && c < 0xe000));
  }

  @Provide
  Arbitrary<String> headers() {
    Arbitrary<String> piece =
        Arbitraries.of(
            "{",
            "}",
            "[",
            "]",
            "\"",
            ":",
            ",",
            " ",
            "\"a\"",
            "\"dtype\"",
            "\"F32\"",
            "\"BF16\"",
            "\"shape\"",
            "\"data_offsets\"",
            "\"__metadata__\"",
            "0",
            "1",
            "4",
            "-1",
            "1e9",
            "null",
            "true",
            "9223372036854775807",
            "\\u0000",
            "\0",
            "é",
            "\n");
    Arbitrary<String> soup = piece.list().ofMaxSize(30).map(parts -> "{" + String.join("", parts));
    Arbitrary<String> number =
        Arbitraries.of("0", "1", "2", "4", "8", "65536", "4294967296", "9223372036854775807");
    Arbitrary<String> near =
        Combinators.combine(
                Arbitraries.of("F32", "F64", "F16", "BF16", "I64", "U8"),
                number.list().ofMaxSize(4),
                number,
                number)
            .as((type, shape, begin, end) ->
                "{\"a\":{\"dtype\":\"%s\",\"shape\":%s,\"data_offsets\":[%s,%s]}}"
                    .formatted(type, shape, begin, end));
    return Arbitraries.oneOf(soup, near);
  }

  @Provide
  Arbitrary<int[]> edits() {
    return Arbitraries.integers().between(0, Integer.MAX_VALUE).array(int[].class).ofMaxSize(3);
  }

  @Provide
  Arbitrary<Integer> cuts() {
    return Arbitraries.frequencyOf(
        Tuple.of(3, Arbitraries.just(0)), Tuple.of(1, Arbitraries.integers().between(-170, 20)));
  }

  private static void check(byte[] bytes) {
    Path file = SafetensorsBytes.write(folder, bytes);
    long before = OpenMatrices.bytes();
    try (SafetensorsFile open = SafetensorsFile.open(file)) {
      for (String name : open.tensors().keySet()) {
        read(open, name, bytes.length);
      }
    } catch (DataFormatException e) {
      assertThat(e).hasMessageStartingWith(file + ": at byte ").hasMessageContaining(" but found ");
    }
    assertThat(OpenMatrices.bytes()).isEqualTo(before);
    readAsNetwork(file);
    assertThat(OpenMatrices.bytes()).isEqualTo(before);
  }

  private static void read(SafetensorsFile open, String name, int most) {
    long before = OpenMatrices.bytes();
    try (HostMatrix m = open.matrix(name)) {
      // Two bytes become four.
      assertThat(OpenMatrices.bytes() - before).isLessThanOrEqualTo(2L * most);
      if (m.rows() > 0 && m.cols() > 0) {
        double _ = m.get(m.rows() - 1, m.cols() - 1); // the memory is really there
      }
    } catch (DataFormatException e) {
      assertThat(e).hasMessageContaining(" but found ");
    }
  }

  private static void readAsNetwork(Path file) {
    try (Network network = NetworkFile.read(file, dev.lamina.kernel.Activation.RELU)) {
      assertThat(network.layers()).isNotEmpty();
    } catch (DataFormatException e) {
      assertThat(e).hasMessageContaining(" but found ");
    }
  }
}
