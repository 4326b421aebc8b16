package dev.lamina.matrix;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.Tuple;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Any bytes give a matrix or a {@link DataFormatException}, and memory in proportion to the file.
 */
class NpyFuzzTest {
  private static Path folder;

  @BeforeContainer
  static void makeFolder() throws IOException {
    folder = Files.createTempDirectory("npy-fuzz");
  }

  @AfterContainer
  static void removeFolder() throws IOException {
    Files.deleteIfExists(folder.resolve("a.npy"));
    Files.delete(folder);
  }

  @Property
  void anyBytes(@ForAll byte[] bytes) {
    check(bytes);
  }

  @Property(tries = 1000)
  void anyHeaderText(@ForAll("headers") String header, @ForAll byte[] data) {
    check(NpyBytes.join(NpyBytes.start(1, header), data));
  }

  @Property(tries = 1000)
  void aValidFileWithBytesChanged(
      @ForAll("types") String type,
      @ForAll boolean fortran,
      @ForAll("edits") int[] edits,
      @ForAll("cuts") int cut) {
    byte[] whole = NpyBytes.file(type, fortran, "(2, 3)", NpyBytes.data(type, 1, 2, 3, 4, 5, 6));
    byte[] bytes = Arrays.copyOf(whole, Math.max(0, whole.length + cut));
    for (int edit : edits) {
      if (bytes.length > 0) {
        bytes[(edit >>> 8) % bytes.length] = (byte) edit;
      }
    }
    check(bytes);
  }

  @Provide
  Arbitrary<String> headers() {
    Arbitrary<String> piece =
        Arbitraries.of(
            "{",
            "}",
            "'",
            "\"",
            "'descr'",
            "'fortran_order'",
            "'shape'",
            ":",
            ",",
            " ",
            "(",
            ")",
            "'<f4'",
            "'>i8'",
            "'|u1'",
            "False",
            "True",
            "0",
            "1",
            "3",
            "2147483648",
            "9223372036854775807",
            "-",
            "L",
            "\n",
            "\0",
            "é",
            "[",
            "\\");
    Arbitrary<String> soup = piece.list().ofMaxSize(30).map(parts -> String.join("", parts));
    Arbitrary<String> shape =
        Arbitraries.of("0", "1", "2", "3", "255", "65536", "4294967296", "9223372036854775807")
            .list()
            .ofMaxSize(4)
            .map(l -> l.size() == 1 ? "(" + l.getFirst() + ",)" : "(" + String.join(", ", l) + ")");
    Arbitrary<String> near =
        Combinators.combine(types(), Arbitraries.of(true, false), shape).as(NpyBytes::dict);
    return Arbitraries.oneOf(soup, near);
  }

  @Provide
  Arbitrary<String> types() {
    return Arbitraries.of(
        "<f4", ">f4", "<f8", ">f8", "|b1", "|i1", "|u1", "<i2", ">u2", "<i4", ">u4", "<i8", ">u8");
  }

  @Provide
  Arbitrary<int[]> edits() {
    return Arbitraries.integers().between(0, Integer.MAX_VALUE).array(int[].class).ofMaxSize(3);
  }

  @Provide
  Arbitrary<Integer> cuts() {
    return Arbitraries.frequencyOf(
        Tuple.of(3, Arbitraries.just(0)), Tuple.of(1, Arbitraries.integers().between(-150, 20)));
  }

  private static void check(byte[] bytes) {
    Path file = NpyBytes.write(folder, bytes);
    long before = OpenMatrices.bytes();
    try (HostMatrix m = NpyFile.readRows(file)) {
      // One byte becomes at most eight (an integer as float64), or four (as float32).
      assertThat(OpenMatrices.bytes() - before).isLessThanOrEqualTo(8L * bytes.length);
      assertThat(m.rows() * m.cols()).isLessThanOrEqualTo(bytes.length);
      if (m.rows() > 0 && m.cols() > 0) {
        double _ = m.get(m.rows() - 1, m.cols() - 1); // the memory is really there
      }
    } catch (DataFormatException e) {
      assertThat(e).hasMessageStartingWith(file + ": at byte ").hasMessageContaining(" but found ");
    }
    assertThat(OpenMatrices.bytes()).isEqualTo(before);
    try {
      assertThat(NpyFile.readIntegers(file).length).isLessThanOrEqualTo(bytes.length);
    } catch (DataFormatException e) {
      assertThat(e).hasMessageStartingWith(file + ": at byte ");
    }
  }
}
