package dev.lamina.matrix;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.abort;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.lamina.io.FileException;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class NpyFileTest {
  @TempDir Path folder;

  private Path file(byte[] bytes) {
    return NpyBytes.write(folder, bytes);
  }

  private Path file(String descr, boolean fortran, String shape, double... values) {
    return file(NpyBytes.file(descr, fortran, shape, NpyBytes.data(descr, values)));
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "<f4", ">f4", "<f8", ">f8", "|i1", "|u1", "<i2", ">i2", "<u2", "<i4", ">i4", "<u4", "<i8",
        ">i8", "<u8", "=f4", "=f8"
      })
  void readsEveryTypeInBothMemoryOrders(String descr) {
    double[][] expected = {{1, 2, 3}, {40, 50, 60}};
    try (HostMatrix c = NpyFile.read(file(descr, false, "(2, 3)", 1, 2, 3, 40, 50, 60))) {
      assertThat(c.toArray()).isDeepEqualTo(expected);
    }
    try (HostMatrix f = NpyFile.read(file(descr, true, "(2, 3)", 1, 40, 2, 50, 3, 60))) {
      assertThat(f.toArray()).isDeepEqualTo(expected);
    }
    double[] values = {0, 1, 7, 100};
    assertThat(NpyFile.readIntegers(file(descr, false, "(4,)", values)))
        .containsExactly(0, 1, 7, 100);
    assertThat(NpyFile.readLabels(file(descr, false, "(4,)", values), 101))
        .containsExactly(0, 1, 7, 100);
  }

  @Test
  void readsTheEdgesOfTheIntegerTypes() {
    try (HostMatrix m = NpyFile.read(file("|u1", false, "(2,)", 255, 128))) {
      assertThat(m.toArray()).isDeepEqualTo(new double[][] {{255}, {128}});
      assertThat(m.dtype()).isEqualTo(DType.FLOAT32);
    }
    try (HostMatrix m = NpyFile.read(file("|i1", false, "(2,)", -128, -1))) {
      assertThat(m.toArray()).isDeepEqualTo(new double[][] {{-128}, {-1}});
    }
    try (HostMatrix m = NpyFile.read(file("<u4", false, "(1,)", 4294967295.0))) {
      assertThat(m.toArray()).isDeepEqualTo(new double[][] {{4294967295.0}});
      assertThat(m.dtype()).isEqualTo(DType.FLOAT64);
    }
    try (HostMatrix m = NpyFile.read(file("|b1", false, "(3,)", 0, 1, 2))) {
      assertThat(m.toArray()).isDeepEqualTo(new double[][] {{0}, {1}, {1}});
    }
    assertThat(NpyFile.readIntegers(file("<i8", false, "(2,)", Long.MIN_VALUE, -1)))
        .containsExactly(Long.MIN_VALUE, -1);
  }

  @Test
  void refusesIntegersThatNoDoubleHolds() {
    byte[] data =
        ByteBuffer.allocate(16)
            .order(ByteOrder.LITTLE_ENDIAN)
            .putLong(1L << 53)
            .putLong((1L << 53) + 1)
            .array();
    Path signed = file(NpyBytes.file("<i8", false, "(2,)", data));
    long second = NpyFile.header(signed).dataOffset() + 8;
    assertThatThrownBy(() -> NpyFile.read(signed))
        .isInstanceOf(DataFormatException.class)
        .hasMessage(
            signed
                + ": at byte "
                + second
                + ": expected an integer that is exact in float64, at most 2^53 in magnitude but found 9007199254740993");
    byte[] high = ByteBuffer.allocate(8).putLong(-1).array();
    Path unsigned = file(NpyBytes.file("<u8", false, "(1,)", high));
    assertThatThrownBy(() -> NpyFile.read(unsigned))
        .isInstanceOf(DataFormatException.class)
        .hasMessageEndingWith("but found 18446744073709551615");
    assertThatThrownBy(() -> NpyFile.readIntegers(unsigned))
        .isInstanceOf(DataFormatException.class)
        .hasMessageEndingWith("expected a whole number but found 18446744073709551615 in row 0");
  }

  @ParameterizedTest
  @ValueSource(ints = {1, 2, 3})
  void readsEveryVersion(int version) {
    byte[] start = NpyBytes.start(version, NpyBytes.dict("<f8", false, "(1, 2)"));
    Path file = file(NpyBytes.join(start, NpyBytes.data("<f8", 3, 4)));
    assertThat(NpyFile.header(file).version()).isEqualTo(version);
    try (HostMatrix m = HostMatrix.map(file)) {
      assertThat(m.toArray()).isDeepEqualTo(new double[][] {{3, 4}});
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1), }",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (2, 1)}   \n",
        "{\"shape\":(2,1,),\"fortran_order\":False,\"descr\":\"<f4\"}",
        " { 'shape' : ( 2L , 1L ) ,'descr':'<f4','fortran_order':True } "
      })
  void readsEveryWayToWriteAHeader(String header) {
    Path file = file(NpyBytes.join(NpyBytes.start(1, header), NpyBytes.data("<f4", 5, 6)));
    try (HostMatrix m = NpyFile.read(file)) {
      assertThat(m.toArray()).isDeepEqualTo(new double[][] {{5}, {6}});
    }
  }

  @Test
  void mapsRowMajorNativeFloatsWithoutReadingThem() {
    double[] values = {1, 2, 3, 4, 5, 6};
    String blanks = " ".repeat(128 - 10 - NpyBytes.dict("<f4", false, "(3, 2)").length());
    byte[] aligned = NpyBytes.start(1, NpyBytes.dict("<f4", false, "(3, 2)") + blanks);
    Path file = file(NpyBytes.join(aligned, NpyBytes.data("<f4", values)));
    try (HostMatrix mapped = HostMatrix.map(file)) {
      assertThat(mapped.segment().isMapped()).isTrue();
      assertThat(mapped.segment().isReadOnly()).isTrue();
      assertThat(mapped.toArray()).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}, {5, 6}});
      assertThatThrownBy(() -> mapped.set(0, 0, 9)).isInstanceOf(IllegalArgumentException.class);
    }
    // The same data one byte further on cannot be mapped: floats would lie on odd addresses.
    byte[] shifted = NpyBytes.start(1, NpyBytes.dict("<f4", false, "(3, 2)") + blanks + " ");
    Path odd = file(NpyBytes.join(shifted, NpyBytes.data("<f4", values)));
    try (HostMatrix copied = HostMatrix.map(odd)) {
      assertThat(copied.segment().isMapped()).isFalse();
      assertThat(copied.toArray()).isDeepEqualTo(new double[][] {{1, 2}, {3, 4}, {5, 6}});
    }
  }

  @ParameterizedTest
  @EnumSource(NpyFile.Order.class)
  void writesTheBytesThatNumpyWrites(NpyFile.Order order) throws IOException {
    Path file = folder.resolve("out.npy");
    try (HostMatrix m = HostMatrix.of(new float[][] {{1, 2, 3}, {4, 5, 6}})) {
      NpyFile.write(file, m, order);
    }
    boolean fortran = order == NpyFile.Order.FORTRAN;
    String dict = NpyBytes.dict("<f4", fortran, "(2, 3)").stripTrailing();
    byte[] start = NpyBytes.start(1, dict + " ".repeat(128 - 10 - 1 - dict.length()) + "\n");
    double[] values = fortran ? new double[] {1, 4, 2, 5, 3, 6} : new double[] {1, 2, 3, 4, 5, 6};
    assertThat(start).hasSize(128);
    assertThat(Files.readAllBytes(file))
        .isEqualTo(NpyBytes.join(start, NpyBytes.data("<f4", values)));
  }

  @ParameterizedTest
  @CsvSource({
    "1,1", "1,7", "7,1", "31,33", "64,65", "129,2", "3,1023", "0,4", "4,0", "0,0", "700,300"
  })
  void readsBackWhatItWrites(int rows, int cols) {
    for (DType type : DType.values()) {
      for (NpyFile.Order order : NpyFile.Order.values()) {
        Path file = folder.resolve("out.npy");
        try (HostMatrix m = random(type, rows, cols)) {
          NpyFile.write(file, m, order);
          assertThat(NpyFile.header(file).dataOffset() % 64).isZero();
          try (HostMatrix back = NpyFile.read(file)) {
            assertSame(m, back);
          }
        }
      }
    }
  }

  @Test
  void writesAMatrixWhoseRowsLieApart() {
    try (HostMatrix whole = random(DType.FLOAT64, 40, 7)) {
      HostMatrix part = HostMatrix.borrow(whole.segment(), DType.FLOAT64, 40, 3, 7);
      for (NpyFile.Order order : NpyFile.Order.values()) {
        Path file = folder.resolve("out.npy");
        NpyFile.write(file, part, order);
        try (HostMatrix back = NpyFile.read(file)) {
          assertSame(part, back);
        }
      }
    }
  }

  @Test
  void replacesTheFileThatTheMatrixIsMappedFrom() {
    Path file = folder.resolve("out.npy");
    try (HostMatrix m = random(DType.FLOAT32, 50, 20)) {
      NpyFile.write(file, m);
      try (HostMatrix mapped = NpyFile.read(file)) {
        NpyFile.write(file, mapped, NpyFile.Order.FORTRAN);
        assertSame(m, mapped);
      }
      try (HostMatrix back = NpyFile.read(file)) {
        assertSame(m, back);
      }
    }
  }

  @Test
  void readsBackIntegers() {
    Path file = folder.resolve("labels.npy");
    long[] values = {0, -1, Long.MAX_VALUE, Long.MIN_VALUE};
    NpyFile.writeIntegers(file, values);
    assertThat(NpyFile.readIntegers(file)).isEqualTo(values);
    NpyFile.writeIntegers(file, new long[0]);
    assertThat(NpyFile.readIntegers(file)).isEmpty();
  }

  @Test
  void takesImagesAsRows() {
    Path file = file("|u1", false, "(2, 2, 2)", 1, 2, 3, 4, 5, 6, 7, 8);
    try (HostMatrix m = NpyFile.readRows(file)) {
      assertThat(m.toArray()).isDeepEqualTo(new double[][] {{1, 2, 3, 4}, {5, 6, 7, 8}});
    }
    assertThatThrownBy(() -> NpyFile.read(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("expected an array of one or two axes but found the shape (2, 2, 2)");
    Path fortran = file("|u1", true, "(2, 2, 2)", 1, 2, 3, 4, 5, 6, 7, 8);
    assertThatThrownBy(() -> NpyFile.readRows(fortran))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("found the shape (2, 2, 2) in Fortran order");
  }

  @Test
  void readsMoreElementsThanAnIntCounts() throws IOException {
    long rows = 46_341;
    String dict = NpyBytes.dict("<f4", false, "(46341, 46341)");
    byte[] start = NpyBytes.start(1, " ".repeat(128 - 10 - dict.length()) + dict);
    Path file = file(start);
    long bytes = rows * rows * 4;
    try (RandomAccessFile sparse = new RandomAccessFile(file.toFile(), "rw")) {
      sparse.setLength(start.length + bytes);
      sparse.seek(start.length + bytes - 4);
      sparse.write(NpyBytes.data("<f4", 42));
    } catch (IOException e) {
      abort("no sparse file of 8.6 GB here: " + e.getMessage());
    }
    try (HostMatrix m = HostMatrix.map(file)) {
      assertThat(m.get(rows - 1, rows - 1)).isEqualTo(42);
      assertThat(m.get(rows - 1, rows - 2)).isZero();
      assertThat(m.segment().get(ValueLayout.JAVA_FLOAT, bytes - 4)).isEqualTo(42);
    } finally {
      Files.delete(file);
    }
  }

  // What is refused, and how.

  @Test
  void refusesAShortFile() {
    assertRefused(
        new byte[0], 0, "the magic number of a .npy file", "the end of the file after 0 bytes");
    assertRefused(
        new byte[] {(byte) 0x93, 'N'},
        0,
        "the magic number of a .npy file",
        "the end of the file after 2 bytes");
    byte[] start = NpyBytes.start(1, NpyBytes.dict("<f4", false, "(3, 2)"));
    byte[] cut = Arrays.copyOf(start, 40);
    assertRefused(
        cut,
        10,
        "a header of " + (start.length - 10) + " bytes",
        "the end of the file after 40 bytes");
    assertRefused(
        Arrays.copyOf(start, 9), 8, "the header's length", "the end of the file after 9 bytes");
  }

  @Test
  void refusesOtherFiles() {
    assertRefused(
        "PK\3\4 a zip file".getBytes(StandardCharsets.ISO_8859_1),
        0,
        "the magic number 93 4e 55 4d 50 59 of a .npy file",
        "50 4b 03 04 20 61");
    byte[] version9 = NpyBytes.start(1, NpyBytes.dict("<f4", false, "(3, 2)"));
    version9[6] = 9;
    assertRefused(version9, 6, "format version 1.0, 2.0 or 3.0", "version 9.0");
    byte[] long4 = NpyBytes.start(2, NpyBytes.dict("<f4", false, "(3, 2)"));
    long4[11] = (byte) 0xff;
    assertThatThrownBy(() -> NpyFile.header(file(long4)))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining(
            "at byte 8: expected a header of at most 65535 bytes but found 42781");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '@',
      quoteCharacter = '`',
      value = {
        "{'descr': '<f2', 'fortran_order': False, 'shape': (1,)} @ 20 @ an element type that is one of f4, f8, b1, i1, i2, i4, i8, u1, u2, u4, u8",
        "{'descr': '<c8', 'fortran_order': False, 'shape': (1,)} @ 20 @ an element type that is one of",
        "{'descr': '|f4', 'fortran_order': False, 'shape': (1,)} @ 20 @ an element type that is one of",
        "{'descr': '|O', 'fortran_order': False, 'shape': (1,)} @ 20 @ an element type that is one of",
        "{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,)} @ 20 @ an element type that is one of f4, f8, b1, i1, i2, i4, i8, u1, u2, u4, u8, not a record",
        "{'descr': '<f4', 'fortran_order': 0, 'shape': (1,)} @ 44 @ True or False",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (3)} @ 62 @ a comma after the only length of a shape",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (-3,)} @ 61 @ an axis length from 0 to 9223372036854775807",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999999999999,)} @ 61 @ an axis length from 0 to 9223372036854775807",
        "{'descr': '<f4', 'fortran_order': False, 'shape': 3} @ 60 @ '('",
        "{'descr': '<f4', 'fortran_order': False} @ 10 @ a header with the key 'shape'",
        "{'descr': '<f4', 'descr': '<f4'} @ 27 @ each key once",
        "{'descr': '<f4', 'colour': 1} @ 27 @ one of the keys 'descr', 'fortran_order', 'shape'",
        "{'descr': '<f4', 'fortran_order': False, 'shape': (1,)} x @ 66 @ blanks up to the end of the header",
        "{'descr' '<f4'} @ 19 @ ':'",
        "{'descr @ 11 @ a quoted text that ends",
        "{'descr': '<\\x664'} @ 20 @ a quoted text without backslashes",
        "[1] @ 10 @ '{'",
      })
  void refusesOtherHeaders(String header, long offset, String expected) {
    Path file = file(NpyBytes.start(1, header));
    assertThatThrownBy(() -> NpyFile.header(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageStartingWith(file + ": at byte " + offset + ": expected " + expected);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void refusesALengthThatIsNotTheHeaders(boolean fortran) {
    byte[] whole = NpyBytes.file("<f4", fortran, "(3, 2)", NpyBytes.data("<f4", 1, 2, 3, 4, 5, 6));
    int offset = whole.length - 24;
    assertRefused(
        Arrays.copyOf(whole, whole.length - 1),
        offset,
        "24 bytes for the shape (3, 2) of type <f4",
        "23 bytes up to the end of the file");
    assertRefused(
        Arrays.copyOf(whole, whole.length + 4),
        offset,
        "24 bytes for the shape (3, 2) of type <f4",
        "28 bytes up to the end of the file");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "(1000000000000, 4)",
        "(3037000500, 3037000500)",
        "(9223372036854775807,)",
        "(9223372036854775807, 9223372036854775807)",
        "(0, 9223372036854775807)",
        "(4611686018427387904, 0, 2)"
      })
  void refusesASizeThatIsALieWithoutAskingForMemory(String shape) {
    Path file = file(NpyBytes.file("<f8", true, shape, new byte[16]));
    long before = OpenMatrices.bytes();
    for (Read read : Read.all()) {
      assertThatThrownBy(() -> read.of(file))
          .isInstanceOf(DataFormatException.class)
          .hasMessageContaining("the shape " + shape);
    }
    assertThat(OpenMatrices.bytes()).isEqualTo(before);
  }

  private interface Read {
    Object of(Path file);

    static List<Read> all() {
      return List.of(NpyFile::read, NpyFile::readRows, NpyFile::readIntegers);
    }
  }

  @Test
  void refusesLabelsOutsideTheirRange() {
    assertLabelRefused(
        file("<i4", false, "(3,)", 0, 1, 10),
        "expected a class label from 0 to 9 but found 10 in row 2");
    assertLabelRefused(
        file("<i8", false, "(3, 1)", 0, -1, 1),
        "expected a class label from 0 to 9 but found -1 in row 1");
    assertLabelRefused(
        file("<f4", false, "(2,)", 0, 1.5),
        "expected a class label from 0 to 9 but found 1.5 in row 1");
    assertLabelRefused(
        file("<f8", false, "(1,)", Double.NaN),
        "expected a class label from 0 to 9 but found NaN in row 0");
    assertLabelRefused(
        file("<f8", false, "(1,)", 1e300),
        "expected a class label from 0 to 9 but found 1.0E300 in row 0");
    assertLabelRefused(
        file("|u1", false, "(2, 2)", 0, 0, 0, 0),
        "expected a row or column of at most 2^31 − 9 whole numbers but found the shape (2, 2)");
    assertLabelRefused(
        file("|u1", false, "()", 0),
        "expected a row or column of at most 2^31 − 9 whole numbers but found the shape ()");
  }

  private static void assertLabelRefused(Path file, String end) {
    assertThatThrownBy(() -> NpyFile.readLabels(file, 10))
        .isInstanceOf(DataFormatException.class)
        .hasMessageStartingWith(file + ": at byte ")
        .hasMessageEndingWith(end);
  }

  @Test
  void refusesScalars() {
    Path file = file("<f4", false, "()", 1);
    assertThatThrownBy(() -> NpyFile.read(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("expected an array of one or two axes but found the shape ()");
    assertThatThrownBy(() -> NpyFile.readRows(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("expected an array of at least one axis");
  }

  @Test
  void namesAFileThatIsNotThere() {
    Path missing = folder.resolve("X.npy");
    assertThatThrownBy(() -> HostMatrix.map(missing))
        .isInstanceOf(FileException.class)
        .hasMessage("cannot read " + missing + ": there is no such file");
    assertThatThrownBy(() -> NpyFile.read(folder))
        .isInstanceOf(FileException.class)
        .hasMessage("cannot read " + folder + ": it is a folder");
  }

  @Test
  void leavesNothingBehindWhenWritingFails() throws IOException {
    Path missing = folder.resolve("no/K.npy");
    try (HostMatrix m = random(DType.FLOAT32, 3, 3)) {
      assertThatThrownBy(() -> NpyFile.write(missing, m)).isInstanceOf(FileException.class);
    }
    try (Stream<Path> files = Files.list(folder)) {
      assertThat(files).isEmpty();
    }
  }

  @Test
  void saysThatTheDiskIsFull() {
    Path full = Path.of("/dev/full");
    assumeTrue(Files.exists(full), "no /dev/full here");
    try (HostMatrix m = random(DType.FLOAT32, 3, 3)) {
      assertThatThrownBy(() -> NpyFile.write(full, m))
          .isInstanceOf(FileException.class)
          .hasMessageStartingWith("cannot write /dev/full: the disk is full");
    }
  }

  private void assertRefused(byte[] bytes, long offset, String expected, String found) {
    Path file = file(bytes);
    assertThatThrownBy(() -> NpyFile.read(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessage(
            file + ": at byte " + offset + ": expected " + expected + " but found " + found);
  }

  private static HostMatrix random(DType type, long rows, long cols) {
    RandomGenerator random = RandomGenerator.of("L64X128MixRandom");
    HostMatrix m = HostMatrix.allocate(type, rows, cols);
    for (long i = 0; i < rows; i++) {
      for (long j = 0; j < cols; j++) {
        m.set(i, j, random.nextGaussian());
      }
    }
    return m;
  }

  private static void assertSame(HostMatrix expected, HostMatrix found) {
    assertThat(found.shape()).isEqualTo(expected.shape());
    assertThat(found.toArray()).isDeepEqualTo(expected.toArray());
  }
}
