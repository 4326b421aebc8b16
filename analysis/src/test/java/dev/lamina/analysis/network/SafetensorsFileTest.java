package dev.lamina.analysis.network;

import static dev.lamina.analysis.network.SafetensorsBytes.doubles;
import static dev.lamina.analysis.network.SafetensorsBytes.entry;
import static dev.lamina.analysis.network.SafetensorsBytes.file;
import static dev.lamina.analysis.network.SafetensorsBytes.floats;
import static dev.lamina.analysis.network.SafetensorsBytes.shorts;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.io.FileException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.OpenMatrices;
import dev.lamina.matrix.ShapeException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class SafetensorsFileTest {
  @TempDir Path folder;

  private Path write(String header, byte[] data) {
    return SafetensorsBytes.write(folder, file(header, data));
  }

  @Test
  void alignedFloatsAreViewsOfTheFile() {
    // 8 bytes of length and a header of 144 put the data at a multiple of 8
    String header =
        "{" + entry("w", "F64", "2,3", 0, 48) + "," + entry("b", "F32", "2", 48, 56) + "}";
    String padded = header + " ".repeat(Math.floorMod(-header.length(), 8));
    byte[] data = new byte[56];
    System.arraycopy(doubles(1, 2, 3, 4, 5, 6), 0, data, 0, 48);
    System.arraycopy(floats(-1.5, 0.25), 0, data, 48, 8);
    long before = OpenMatrices.bytes();
    try (SafetensorsFile open = SafetensorsFile.open(write(padded, data))) {
      assertThat(open.tensors().keySet()).containsExactly("w", "b");
      assertThat(open.tensors().get("w").text()).isEqualTo("F64 [2, 3]");
      assertThat(open.matrix("w").toArray()).isDeepEqualTo(new double[][] {{1, 2, 3}, {4, 5, 6}});
      assertThat(open.matrix("b").toArray()).isDeepEqualTo(new double[][] {{-1.5, 0.25}});
      assertThat(open.matrix("b").dtype()).isEqualTo(DType.FLOAT32);
      assertThat(OpenMatrices.bytes()).isEqualTo(before);
      assertThatThrownBy(() -> open.matrix("c"))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("has no tensor c; it has [w, b]");
    }
  }

  @Test
  void whatIsNotAlignedIsCopied() {
    String header = "{" + entry("w", "F64", "1,2", 0, 16) + "}";
    String odd = header + " ".repeat(Math.floorMod(-header.length(), 8) + 3);
    long before = OpenMatrices.bytes();
    try (SafetensorsFile open = SafetensorsFile.open(write(odd, doubles(Math.PI, -0.0)))) {
      try (HostMatrix m = open.matrix("w")) {
        assertThat(OpenMatrices.bytes()).isEqualTo(before + 16);
        assertThat(m.toArray()).isDeepEqualTo(new double[][] {{Math.PI, -0.0}});
      }
      assertThat(OpenMatrices.bytes()).isEqualTo(before);
    }
  }

  @Test
  void halfPrecisionIsConverted() {
    String header =
        "{"
            + entry("half", "F16", "2,2", 0, 8)
            + ","
            + entry("brain", "BF16", "3", 8, 14)
            + ","
            + entry("steps", "I64", "", 14, 22)
            + "}";
    byte[] data = new byte[22];
    // 1, −2, the smallest subnormal 2⁻²⁴, 65504; 1, −∞, 3.140625
    System.arraycopy(shorts(0x3c00, 0xc000, 0x0001, 0x7bff), 0, data, 0, 8);
    System.arraycopy(shorts(0x3f80, 0xff80, 0x4049), 0, data, 8, 6);
    try (SafetensorsFile open = SafetensorsFile.open(write(header, data));
        HostMatrix half = open.matrix("half");
        HostMatrix brain = open.matrix("brain")) {
      assertThat(half.dtype()).isEqualTo(DType.FLOAT32);
      assertThat(half.toArray()).isDeepEqualTo(new double[][] {{1, -2}, {0x1p-24, 65504}});
      assertThat(brain.toArray())
          .isDeepEqualTo(new double[][] {{1, Double.NEGATIVE_INFINITY, 3.140625}});
      assertThatThrownBy(() -> open.matrix("steps"))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("steps of type F64")
          .hasMessageContaining("found I64 []");
    }
  }

  @Test
  void metadataAndUnknownKeysAreTaken() {
    String header =
        "{\"__metadata__\":{\"format\":\"pt\",\"é\":\"\\u00e9\"},"
            + "\"x\":{\"shape\":[1],\"extra\":{\"a\":[1,2]},\"data_offsets\":[0,4],\"dtype\":\"F32\"}}\n  ";
    try (SafetensorsFile open = SafetensorsFile.open(write(header, floats(7)))) {
      assertThat(open.metadata()).containsExactly(Map.entry("format", "pt"), Map.entry("é", "é"));
      assertThat(open.matrix("x").get(0, 0)).isEqualTo(7);
    }
    try (SafetensorsFile empty = SafetensorsFile.open(write("{}", new byte[0]))) {
      assertThat(empty.tensors()).isEmpty();
    }
    try (SafetensorsFile none =
        SafetensorsFile.open(write("{" + entry("z", "F32", "0,5", 0, 0) + "}", new byte[0]))) {
      assertThat(none.matrix("z").cols()).isEqualTo(5);
    }
  }

  static List<Arguments> malformed() {
    String one = entry("a", "F32", "2", 0, 8);
    byte[] eight = new byte[8];
    return List.of(
        Arguments.of("no bytes", new byte[0], "8 bytes but found a file of 0"),
        Arguments.of("half a length", new byte[5], "8 bytes but found a file of 5"),
        Arguments.of(
            "length beyond the file",
            SafetensorsBytes.withLength(1000, "{}".getBytes(StandardCharsets.UTF_8), eight),
            "at byte 0: expected the header's length, at most 10 here but found 1000"),
        Arguments.of(
            "negative length",
            SafetensorsBytes.withLength(-1, "{}".getBytes(StandardCharsets.UTF_8), eight),
            "found 18446744073709551615"),
        Arguments.of("empty header", file("", new byte[0]), "begins with { but found 0 bytes"),
        Arguments.of("no object", file("[1]", eight), "begins with {"),
        Arguments.of(
            "UTF-16", file("{}".getBytes(StandardCharsets.UTF_16LE), eight), "begins with {"),
        Arguments.of(
            "not UTF-8",
            file(("{\"" + one.substring(1)).getBytes(StandardCharsets.UTF_16BE), eight),
            "begins with {"),
        Arguments.of("cut", file("{" + one, eight), "a JSON header"),
        Arguments.of("rest", file("{" + one + "} x", eight), "a JSON header"),
        Arguments.of("second", file("{" + one + "}{}", eight), "nothing but spaces"),
        Arguments.of("duplicate", file("{" + one + "," + one + "}", eight), "Duplicate field 'a'"),
        Arguments.of(
            "duplicate key",
            file("{\"a\":{\"dtype\":\"F32\",\"dtype\":\"F32\"}}", eight),
            "Duplicate field 'dtype'"),
        Arguments.of("number", file("{\"a\":1}", eight), "tensor a as an object"),
        Arguments.of(
            "metadata", file("{\"__metadata__\":{\"a\":1}}", eight), "a text for the key a"),
        Arguments.of("metadata list", file("{\"__metadata__\":[]}", eight), "to be an object"),
        Arguments.of(
            "no shape",
            file("{\"a\":{\"dtype\":\"F32\",\"data_offsets\":[0,8]}}", eight),
            "of a but found only dtype and data_offsets"),
        Arguments.of("type", file("{" + entry("a", "F33", "2", 0, 8) + "}", eight), "found F33"),
        Arguments.of(
            "negative", file("{" + entry("a", "F32", "-2", 0, 8) + "}", eight), "found -2"),
        Arguments.of(
            "fraction", file("{" + entry("a", "F32", "2.0", 0, 8) + "}", eight), "found 2.0"),
        Arguments.of(
            "huge",
            file("{" + entry("a", "F32", "99999999999999999999", 0, 8) + "}", eight),
            "JSON header"),
        Arguments.of(
            "overflow",
            file("{" + entry("a", "F32", "4294967296,4294967296,2", 0, 8) + "}", eight),
            "as many bytes for a as F32 [4294967296, 4294967296, 2] has"),
        Arguments.of(
            "shape", file("{" + entry("a", "F32", "3", 0, 8) + "}", eight), "[0, 8], 8 bytes"),
        Arguments.of(
            "outside", file("{" + entry("a", "F32", "4", 0, 16) + "}", eight), "the 8 bytes after"),
        Arguments.of(
            "backwards", file("{" + entry("a", "F32", "2", 8, 0) + "}", eight), "found [8, 0]"),
        Arguments.of(
            "three offsets",
            file("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4,8]}}", eight),
            "found [0, 4, 8]"),
        Arguments.of(
            "overlap",
            file("{" + one + "," + entry("b", "F32", "1", 4, 8) + "}", eight),
            "b to begin where a ends, at byte 123 but found an overlap at byte 119"),
        Arguments.of("gap", file("{" + entry("a", "F32", "1", 4, 8) + "}", eight), "found a gap"),
        Arguments.of(
            "rest of data",
            file("{" + entry("a", "F32", "1", 0, 4) + "}", eight),
            "the end of the file after a but found 4 more bytes"),
        Arguments.of("deep", file("{\"a\":" + "[".repeat(100_000), eight), "tensor a as an object"),
        Arguments.of(
            "deep and ignored",
            file("{\"a\":{\"extra\":" + "[".repeat(100_000), eight),
            "a JSON header"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("malformed")
  void malformedFilesAreRefused(String name, byte[] bytes, String message) {
    Path file = SafetensorsBytes.write(folder, bytes);
    assertThatThrownBy(() -> SafetensorsFile.open(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageStartingWith(file + ": at byte ")
        .hasMessageContaining(message);
  }

  @Test
  void missingFilesAreNamed() {
    assertThatThrownBy(() -> SafetensorsFile.open(folder.resolve("none")))
        .isInstanceOf(FileException.class)
        .hasMessageContaining("no such file");
    assertThatThrownBy(() -> SafetensorsFile.open(folder)).isInstanceOf(FileException.class);
  }

  @Test
  void whatIsWrittenIsReadByAnIndependentParser() throws IOException {
    Path file = folder.resolve("w.safetensors");
    try (HostMatrix wide = HostMatrix.of(new double[][] {{1, -2.5}, {Math.PI, 1e-300}, {0, 7}});
        HostMatrix narrow = HostMatrix.of(new float[][] {{0.1f, 3e38f, -0f}});
        HostMatrix part = wide.rows(1, 3)) {
      SafetensorsFile.write(
          file,
          List.of(
              NamedTensor.vector("b \"é\"", narrow),
              NamedTensor.matrix("w", wide),
              NamedTensor.matrix("part", part)),
          Map.of("key", "value"));
      Map<String, SafetensorsBytes.Read> read = SafetensorsBytes.parse(file);
      assertThat(read.get("w").shape()).isEqualTo("3,2");
      assertThat(read.get("w").values()).containsExactly(1.0, -2.5, Math.PI, 1e-300, 0.0, 7.0);
      assertThat(read.get("part").values()).containsExactly(Math.PI, 1e-300, 0.0, 7.0);
      try (SafetensorsFile open = SafetensorsFile.open(file)) {
        assertThat(open.metadata()).isEqualTo(Map.of("key", "value"));
        assertThat(open.tensors().keySet()).containsExactly("w", "part", "b \"é\"");
        assertThat(open.tensors().get("w").offset() % 64).isZero();
        assertThat(open.matrix("b \"é\"").toArray())
            .isDeepEqualTo(new double[][] {{0.1f, 3e38f, -0.0}});
      }
      assertThatThrownBy(() ->
              SafetensorsFile.write(
                  file,
                  List.of(NamedTensor.matrix("a", wide), NamedTensor.matrix("a", part)),
                  Map.of()))
          .hasMessageContaining("the name a is taken");
      assertThatThrownBy(() -> new NamedTensor("a", List.of(5L), wide))
          .isInstanceOf(ShapeException.class);
    }
    assertThat(folder.toFile().list()).containsExactly("w.safetensors");
  }

  @Test
  void largeMatricesCrossManyBuffers() {
    Path file = folder.resolve("large.safetensors");
    try (HostMatrix m = HostMatrix.allocate(DType.FLOAT32, 700, 911);
        HostMatrix d = HostMatrix.allocate(DType.FLOAT64, 401, 501)) {
      for (int i = 0; i < 700; i++) {
        for (int j = 0; j < 911; j++) {
          m.set(i, j, i * 1000 + j);
        }
      }
      d.fill(0.1);
      SafetensorsFile.write(
          file, List.of(NamedTensor.matrix("m", m), NamedTensor.matrix("d", d)), Map.of());
      try (SafetensorsFile open = SafetensorsFile.open(file)) {
        HostMatrix back = open.matrix("m");
        for (int i = 0; i < 700; i++) {
          for (int j = 0; j < 911; j++) {
            assertThat(back.get(i, j)).isEqualTo(i * 1000 + j);
          }
        }
        assertThat(open.matrix("d").get(400, 500)).isEqualTo(0.1);
      }
    }
  }
}
