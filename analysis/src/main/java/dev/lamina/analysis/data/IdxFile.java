package dev.lamina.analysis.data;

import dev.lamina.io.FileException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.zip.GZIPInputStream;
import java.util.zip.ZipException;

/**
 * The array of an IDX file, the format of MNIST: unsigned bytes of rank 1 to 3, in row-major order,
 * plain or compressed by gzip.
 *
 * <p>Two zero bytes, the type 08, the rank, the sizes as big-endian 32-bit numbers, the elements.
 */
final class IdxFile {
  private static final int UNSIGNED_BYTE = 0x08;
  private static final int MOST_AXES = 3;
  private static final long LARGEST = Integer.MAX_VALUE - 8;

  /** Deflate turns at best 258 bytes into a quarter of a byte. */
  private static final long BEST_COMPRESSION = 1032;

  private final Path file;
  private final List<Integer> sizes;
  private final byte[] elements;

  private IdxFile(Path file, List<Integer> sizes, byte[] elements) {
    this.file = file;
    this.sizes = sizes;
    this.elements = elements;
  }

  /**
   * Reads a file. Memory is asked for only as bytes arrive, never because a header claims them.
   *
   * @param file the file; whether it is compressed is seen from its first bytes
   * @throws DataFormatException if it is anything else
   * @throws FileException if it cannot be read
   */
  static IdxFile read(Path file) {
    try {
      long length = Files.size(FileException.requireReadable(file));
      try (InputStream raw = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
        raw.mark(2);
        boolean gzip = raw.read() == 0x1f && raw.read() == 0x8b;
        raw.reset();
        long most = gzip ? Math.multiplyExact(Math.min(length, LARGEST), BEST_COMPRESSION) : length;
        try (InputStream in = gzip ? new GZIPInputStream(raw, 1 << 16) : raw) {
          return read(file, in, most);
        } catch (EOFException | ZipException e) {
          throw new DataFormatException(
              file, length, "a whole gzip stream", "damage: " + e.getMessage(), e);
        }
      }
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  /**
   * Reads the inflated bytes.
   *
   * @param most more bytes than this cannot come
   */
  private static IdxFile read(Path file, InputStream in, long most) throws IOException {
    byte[] start = require(file, in, 0, 4, "the magic number of an IDX file");
    int rank = Byte.toUnsignedInt(start[3]);
    if (start[0] != 0 || start[1] != 0) {
      throw new DataFormatException(file, 0, "the two zero bytes of an IDX file", hex(start, 0, 2));
    }
    if (start[2] != UNSIGNED_BYTE) {
      throw new DataFormatException(file, 2, "08, the type of unsigned bytes", hex(start, 2, 1));
    }
    if (rank < 1 || rank > MOST_AXES) {
      throw new DataFormatException(file, 3, "1 to 3 axes", rank + " axes");
    }
    byte[] header = require(file, in, 4, 4 * rank, "the sizes of " + rank + " axes");
    List<Integer> sizes = new ArrayList<>();
    long count = 1;
    for (int axis = 0; axis < rank; axis++) {
      int size = ByteBuffer.wrap(header).getInt(4 * axis);
      sizes.add(size);
      // At most 2^31 · 2^31, checked before the next factor.
      count = size < 0 ? -1 : count * size;
      if (count < 0 || count > LARGEST) {
        throw new DataFormatException(
            file,
            4 + 4L * axis,
            "sizes from 0 whose product is at most 2^31 − 9",
            text(sizes.stream().map(Integer::toUnsignedLong).toList()));
      }
    }
    return elements(file, in, most, sizes, (int) count);
  }

  private static IdxFile elements(
      Path file, InputStream in, long most, List<Integer> sizes, int count) throws IOException {
    int dataAt = 4 + 4 * sizes.size();
    String expected = count + " elements for the sizes " + text(sizes);
    if (count > most - dataAt) {
      throw new DataFormatException(
          file, dataAt, expected, "a file that holds at most " + (most - dataAt));
    }
    byte[] elements = require(file, in, dataAt, count, expected);
    if (in.read() >= 0) {
      throw new DataFormatException(
          file, (long) dataAt + count, "the end of the file after " + expected, "more bytes");
    }
    return new IdxFile(file, List.copyOf(sizes), elements);
  }

  private static byte[] require(Path file, InputStream in, long at, int count, String expected)
      throws IOException {
    byte[] bytes = in.readNBytes(count);
    if (bytes.length < count) {
      throw new DataFormatException(
          file, at, expected, "the end of the file after " + (at + bytes.length) + " bytes");
    }
    return bytes;
  }

  private static String hex(byte[] bytes, int from, int count) {
    return HexFormat.ofDelimiter(" ").formatHex(bytes, from, from + count);
  }

  private static String text(List<? extends Number> sizes) {
    return sizes.stream().map(String::valueOf).collect(Collectors.joining("×"));
  }

  /** Returns the lengths of the axes. */
  List<Integer> sizes() {
    return sizes;
  }

  /** Returns the number of elements. */
  int count() {
    return elements.length;
  }

  /** Returns an element, 0 to 255, by its position in the file. */
  int element(int index) {
    return Byte.toUnsignedInt(elements[index]);
  }

  /**
   * Returns images as a matrix of one row each with the pixel values 0 to 255; the caller closes
   * it.
   *
   * @throws DataFormatException if the rank is not 3
   */
  HostMatrix images(DType dtype) {
    requireRank(3, "images");
    HostMatrix x = HostMatrix.allocate(dtype, sizes.get(0), (long) sizes.get(1) * sizes.get(2));
    int at = 0;
    for (long i = 0; i < x.rows(); i++) {
      for (long j = 0; j < x.cols(); j++) {
        x.set(i, j, element(at++));
      }
    }
    return x;
  }

  /** Returns the shape of the images; none if they have no pixels. */
  Optional<ImageShape> imageShape() {
    requireRank(3, "images");
    return sizes.get(1) > 0 && sizes.get(2) > 0
        ? Optional.of(new ImageShape(sizes.get(1), sizes.get(2)))
        : Optional.empty();
  }

  /**
   * Returns class labels.
   *
   * @param classes number of classes
   * @throws DataFormatException if the rank is not 1 or a label is not below {@code classes}
   */
  int[] labels(int classes) {
    requireRank(1, "labels");
    int[] labels = new int[elements.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = element(i);
      if (labels[i] >= classes) {
        throw new DataFormatException(
            file, 8L + i, "a class label from 0 to " + (classes - 1), labels[i] + " in row " + i);
      }
    }
    return labels;
  }

  /** Returns the largest element plus one: the number of classes, if these are labels. */
  int bound() {
    int largest = -1;
    for (int i = 0; i < elements.length; i++) {
      largest = Math.max(largest, element(i));
    }
    return largest + 1;
  }

  private void requireRank(int rank, String what) {
    if (sizes.size() != rank) {
      throw new DataFormatException(
          file, 3, rank + " axes of " + what, sizes.size() + " axes of sizes " + text(sizes));
    }
  }
}
