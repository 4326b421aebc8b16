package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.sun.management.ThreadMXBean;
import dev.lamina.io.FileException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class IdxFileTest {
  @TempDir Path folder;

  private Path file(byte[] bytes) {
    return IdxBytes.write(folder.resolve("a-idx"), bytes);
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void readsPlainAndCompressedFiles(boolean gzip) {
    byte[] images = IdxBytes.file(new int[] {2, 1, 3}, 0, 1, 127, 128, 254, 255);
    IdxFile read = IdxFile.read(file(gzip ? IdxBytes.gzip(images) : images));
    assertThat(read.sizes()).containsExactly(2, 1, 3);
    assertThat(read.imageShape()).contains(new ImageShape(1, 3));
    try (HostMatrix x = read.images(DType.FLOAT32)) {
      assertThat(x.toArray()).isDeepEqualTo(new double[][] {{0, 1, 127}, {128, 254, 255}});
    }
    byte[] labels = IdxBytes.file(new int[] {3}, 2, 0, 9);
    assertThat(IdxFile.read(file(gzip ? IdxBytes.gzip(labels) : labels)).labels(10))
        .containsExactly(2, 0, 9);
    byte[] table = IdxBytes.file(new int[] {2, 2}, 1, 2, 3, 4);
    assertThat(IdxFile.read(file(gzip ? IdxBytes.gzip(table) : table)).sizes())
        .containsExactly(2, 2);
  }

  @Test
  void readsAnEmptySet() {
    IdxFile empty = IdxFile.read(file(IdxBytes.file(new int[] {0, 28, 28})));
    assertThat(empty.count()).isZero();
    try (HostMatrix x = empty.images(DType.FLOAT64)) {
      assertThat(x.rows()).isZero();
      assertThat(x.cols()).isEqualTo(784);
    }
  }

  @Test
  void refusesOtherFiles() {
    assertRefused(
        new byte[0],
        "at byte 0: expected the magic number of an IDX file but found the end of the file after 0 bytes");
    assertRefused(
        new byte[] {1, 0, 8, 1, 0, 0, 0, 0},
        "at byte 0: expected the two zero bytes of an IDX file but found 01 00");
    assertRefused(
        new byte[] {0, 0, 0x0d, 1, 0, 0, 0, 0},
        "at byte 2: expected 08, the type of unsigned bytes but found 0d");
    assertRefused(
        new byte[] {0, 0, 8, 4, 0, 0, 0, 0}, "at byte 3: expected 1 to 3 axes but found 4 axes");
    assertRefused(
        new byte[] {0, 0, 8, 2, 0, 0, 0, 1, 0},
        "at byte 4: expected the sizes of 2 axes but found the end of the file after 9 bytes");
  }

  @Test
  void refusesALengthThatIsNotTheHeaders() {
    byte[] whole = IdxBytes.file(new int[] {2, 3}, 1, 2, 3, 4, 5, 6);
    byte[] cut = Arrays.copyOf(whole, whole.length - 1);
    assertRefused(
        cut,
        "at byte 12: expected 6 elements for the sizes 2×3 but found a file that holds at most 5");
    assertRefused(
        IdxBytes.gzip(cut),
        "at byte 12: expected 6 elements for the sizes 2×3 but found the end of the file after 17 bytes");
    byte[] longer = Arrays.copyOf(whole, whole.length + 1);
    assertRefused(
        longer,
        "at byte 18: expected the end of the file after 6 elements for the sizes 2×3 but found more bytes");
    assertRefused(
        IdxBytes.gzip(longer),
        "at byte 18: expected the end of the file after 6 elements for the sizes 2×3 but found more bytes");
  }

  @Test
  void refusesSizesThatAreALieWithoutAskingForMemory() {
    // 2 GB in a heap that could not hold them twice: read in bits, and refused after few.
    byte[] lie = IdxBytes.file(new int[] {60_000, 28, 1200}, 1, 2, 3);
    assertRefused(
        lie,
        "at byte 16: expected 2016000000 elements for the sizes 60000×28×1200 but found a file that holds at most 3");
    long before = allocated();
    assertRefused(
        IdxBytes.gzip(lie),
        "at byte 16: expected 2016000000 elements for the sizes 60000×28×1200 but found a file that holds at most ");
    byte[] large = Arrays.copyOf(lie, 4_000_000);
    assertRefused(
        IdxBytes.gzip(large),
        "at byte 16: expected 2016000000 elements for the sizes 60000×28×1200 but found a file that holds at most ");
    assertThat(allocated() - before).isLessThan(50_000_000);
    assertRefused(
        IdxBytes.file(new int[] {-1}, 1),
        "at byte 4: expected sizes from 0 whose product is at most 2^31 − 9 but found 4294967295");
    assertRefused(
        IdxBytes.file(new int[] {65_536, 65_536, 0}, 1),
        "at byte 8: expected sizes from 0 whose product is at most 2^31 − 9 but found 65536×65536");
  }

  private static long allocated() {
    return ((ThreadMXBean) ManagementFactory.getThreadMXBean()).getCurrentThreadAllocatedBytes();
  }

  @Test
  void refusesADamagedGzipStream() {
    byte[] gzip = IdxBytes.gzip(IdxBytes.file(new int[] {6}, 1, 2, 3, 4, 5, 6));
    assertThatThrownBy(() -> IdxFile.read(file(Arrays.copyOf(gzip, gzip.length - 6))))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("expected a whole gzip stream but found damage: ");
    byte[] flipped = gzip.clone();
    flipped[gzip.length - 5] ^= 1; // in the checksum
    assertThatThrownBy(() -> IdxFile.read(file(flipped)))
        .isInstanceOf(DataFormatException.class)
        .hasMessageContaining("expected a whole gzip stream but found damage: ");
  }

  @Test
  void refusesTheWrongKindOfArray() {
    Path labels = file(IdxBytes.file(new int[] {2}, 0, 12));
    assertThatThrownBy(() -> IdxFile.read(labels).images(DType.FLOAT32))
        .isInstanceOf(DataFormatException.class)
        .hasMessage(labels + ": at byte 3: expected 3 axes of images but found 1 axes of sizes 2");
    assertThatThrownBy(() -> IdxFile.read(labels).labels(10))
        .isInstanceOf(DataFormatException.class)
        .hasMessage(
            labels + ": at byte 9: expected a class label from 0 to 9 but found 12 in row 1");
  }

  @Test
  void namesAFileThatIsNotThere() {
    assertThatThrownBy(() -> IdxFile.read(folder.resolve("none")))
        .isInstanceOf(FileException.class)
        .hasMessage("cannot read " + folder.resolve("none") + ": there is no such file");
  }

  private void assertRefused(byte[] bytes, String message) {
    Path file = file(bytes);
    assertThatThrownBy(() -> IdxFile.read(file))
        .isInstanceOf(DataFormatException.class)
        .hasMessageStartingWith(file + ": " + message);
  }
}
