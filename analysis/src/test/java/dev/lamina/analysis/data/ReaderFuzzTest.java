package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.OpenMatrices;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/** Any bytes give data, or an exception that says what is wrong with them. */
class ReaderFuzzTest {
  private static Path folder;

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("reader-fuzz");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    Files.deleteIfExists(folder.resolve("a"));
    Files.delete(folder);
  }

  @Property
  void anyBytesAsIdx(@ForAll byte[] bytes) {
    idx(bytes);
    idx(IdxBytes.gzip(bytes));
  }

  @Property
  void anyIdxHeader(
      @ForAll("sizes") int[] sizes, @ForAll byte[] data, @ForAll boolean gzip, @ForAll byte flip) {
    byte[] elements = IdxBytes.file(sizes);
    byte[] whole = Arrays.copyOf(elements, elements.length + data.length);
    System.arraycopy(data, 0, whole, elements.length, data.length);
    idx(gzip ? IdxBytes.gzip(whole) : whole);
    byte[] damaged = gzip ? IdxBytes.gzip(whole) : whole.clone();
    damaged[Byte.toUnsignedInt(flip) % damaged.length] ^= flip;
    idx(damaged);
  }

  @Provide
  Arbitrary<int[]> sizes() {
    return Arbitraries.of(0, 1, 2, 3, 28, 65_536, 60_000, Integer.MAX_VALUE, -1)
        .array(int[].class)
        .ofMaxSize(5);
  }

  @Property
  void anyBytesAsCsv(@ForAll byte[] bytes) {
    csv(bytes, CsvOptions.auto());
  }

  @Property
  void anyTableAsCsv(
      @ForAll("tables") String text,
      @ForAll("labels") Optional<String> label,
      @ForAll CsvOptions.Header header,
      @ForAll ResponseKind kind) {
    csv(
        text.getBytes(StandardCharsets.UTF_8),
        new CsvOptions(header, Optional.empty(), label, kind));
  }

  @Provide
  Arbitrary<Optional<String>> labels() {
    return Arbitraries.of("0", "1", "-1", "-9", "x", "").optional();
  }

  @Provide
  Arbitrary<String> tables() {
    return Arbitraries.of(
            "1", "2.5", "-3e4", "1e999", "NaN", "0x10", "x", "Ä", "\"a,b\"", "\"", "\"a\"b", "",
            " ", ",", ",", ";", "\t", "\n", "\n", "\r\n", "\uFEFF", "\0", "\\")
        .list()
        .ofMaxSize(40)
        .map(parts -> String.join("", parts));
  }

  private static void idx(byte[] bytes) {
    Path file = IdxBytes.write(folder.resolve("a"), bytes);
    try {
      IdxFile read = IdxFile.read(file);
      assertThat(read.sizes().stream().mapToInt(Integer::intValue).reduce(1, (a, b) -> a * b))
          .isEqualTo(read.count());
    } catch (DataFormatException e) {
      assertThat(e).hasMessageStartingWith(file + ": at byte ").hasMessageContaining(" but found ");
    }
  }

  private static void csv(byte[] bytes, CsvOptions options) {
    Path file = IdxBytes.write(folder.resolve("a"), bytes);
    long before = OpenMatrices.bytes();
    try (DataParts parts =
        CsvData.load(new DataSource.Csv(file, Optional.empty(), options), DType.FLOAT64)) {
      assertThat(parts.train().samples()).isPositive();
      assertThat(parts.train().features()).isPositive();
      parts.train().requireFinite();
    } catch (DataFormatException e) {
      assertThat(e).hasMessageStartingWith(file + ": in line ").hasMessageContaining(" but found ");
    } catch (DataException e) {
      assertThat(e).hasMessageContaining("say target = classes or target = values");
    }
    assertThat(OpenMatrices.bytes()).isEqualTo(before);
  }
}
