package dev.lamina.matrix;

import dev.lamina.io.FileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;

/**
 * Reads and writes NumPy's {@code .npy} files, versions 1 to 3.
 *
 * <p>Read are real floating-point numbers of 4 and 8 bytes, integers of 1 to 8 bytes and booleans,
 * in either byte order and either memory order. The length of a file must be exactly what its
 * header says; that is checked before any memory is asked for. Sizes are long: files of more than
 * 2³¹ elements are fine. Format: NumPy Enhancement Proposal 1 and {@code numpy.lib.format}.
 */
public final class NpyFile {
  private static final byte[] MAGIC = {(byte) 0x93, 'N', 'U', 'M', 'P', 'Y'};

  /** What version 1 can express. A true header is about 100 bytes. */
  private static final int LONGEST_HEADER = 65_535;

  /** The largest whole number up to which every whole number is a double. */
  private static final long EXACT_IN_DOUBLE = 1L << 53;

  /** In which order the elements of a file follow each other. */
  public enum Order {
    /** Row by row: the last index changes fastest. */
    C,
    /** Column by column: the first index changes fastest. */
    FORTRAN
  }

  private NpyFile() {}

  /**
   * Reads a file's header.
   *
   * @param file the file
   * @return the header
   * @throws DataFormatException if it is no {@code .npy} file of a supported type, or its length is
   *     not what the header says
   * @throws FileException if it cannot be read
   */
  public static NpyHeader header(Path file) {
    try (FileChannel channel = open(file)) {
      return header(file, channel);
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  /**
   * {@return the array of a file as a matrix; the caller closes it} An array of one axis becomes a
   * column.
   *
   * <p>A row-major array of native floats is memory-mapped: nothing is read until it is used,
   * entries cannot be set, and the file must not be shortened while the matrix is open. Everything
   * else is converted into memory of the matrix: integers of up to 16 bits and booleans to float32,
   * wider integers to float64.
   *
   * @param file the file
   * @throws DataFormatException if it is no {@code .npy} file with one or two axes of a supported
   *     type, if its length is not what the header says, or if an integer has no exact double
   * @throws FileException if it cannot be read
   */
  public static HostMatrix read(Path file) {
    return read(file, false);
  }

  /**
   * Does what {@link #read} does, with all axes after the first taken as one: images of shape (n,
   * height, width) become n rows of height·width columns.
   *
   * @param file the file
   * @return the matrix; the caller closes it
   * @throws DataFormatException as {@link #read}, or if an array of more than two axes is not in C
   *     order
   * @throws FileException if it cannot be read
   */
  public static HostMatrix readRows(Path file) {
    return read(file, true);
  }

  private static HostMatrix read(Path file, boolean flatten) {
    try (FileChannel channel = open(file)) {
      NpyHeader header = header(file, channel);
      requireAxes(file, header, flatten);
      long bytes = header.count() * header.type().bytes();
      if (bytes == 0) {
        return HostMatrix.allocate(header.type().dtype(), header.rows(), header.cols());
      }
      boolean aligned = header.dataOffset() % header.type().bytes() == 0;
      return header.isRowMajor() && header.type().isNative() && aligned
          ? map(channel, header, bytes)
          : convert(file, channel, header, bytes);
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  private static HostMatrix map(FileChannel channel, NpyHeader header, long bytes)
      throws IOException {
    Arena arena = Arena.ofShared();
    try {
      MemorySegment data = channel.map(MapMode.READ_ONLY, header.dataOffset(), bytes, arena);
      return HostMatrix.own(arena, data, header.type().dtype(), header.rows(), header.cols());
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private static HostMatrix convert(Path file, FileChannel channel, NpyHeader header, long bytes)
      throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment data = channel.map(MapMode.READ_ONLY, header.dataOffset(), bytes, arena);
      requireExact(file, header, data);
      HostMatrix matrix = HostMatrix.allocate(header.type().dtype(), header.rows(), header.cols());
      NpyTransfer.read(header, data, matrix);
      return matrix;
    }
  }

  /** Checks that 64-bit integers are doubles. */
  private static void requireExact(Path file, NpyHeader header, MemorySegment data) {
    if (header.type().isInteger() && header.type().bytes() == 8) {
      NpyType.LongReader reader = header.type().longs(data);
      boolean unsigned =
          header.type().kind() == NpyType.Kind.UNSIGNED; // from 2^63 on negative here
      for (long i = 0; i < header.count(); i++) {
        long value = reader.at(i * Long.BYTES);
        if (value > EXACT_IN_DOUBLE || value < (unsigned ? 0 : -EXACT_IN_DOUBLE)) {
          throw new DataFormatException(
              file,
              header.dataOffset() + i * Long.BYTES,
              "an integer that is exact in float64, at most 2^53 in magnitude",
              integerText(header.type(), value));
        }
      }
    }
  }

  private static String integerText(NpyType type, long value) {
    return type.kind() == NpyType.Kind.UNSIGNED ? Long.toUnsignedString(value) : "" + value;
  }

  private static void requireAxes(Path file, NpyHeader header, boolean flatten) {
    int axes = header.shape().size();
    String expected = null;
    if (flatten && (axes == 0 || (axes > 2 && !header.isRowMajor()))) {
      expected = "an array of at least one axis, in C order if there are more than two";
    } else if (!flatten && (axes == 0 || axes > 2)) {
      expected = "an array of one or two axes";
    }
    if (expected != null) {
      String found =
          "the shape " + header.shapeText() + (header.isRowMajor() ? "" : " in Fortran order");
      throw new DataFormatException(file, MAGIC.length, expected, found);
    }
  }

  /**
   * Reads whole numbers: integers, booleans, or floating-point numbers without a fraction. The
   * array has one axis, or two of which one has length 1.
   *
   * @param file the file
   * @return the numbers
   * @throws DataFormatException if the file holds anything else, or a number beyond a long
   * @throws FileException if it cannot be read
   */
  public static long[] readIntegers(Path file) {
    return readIntegers(file, Long.MIN_VALUE, Long.MAX_VALUE, "a whole number");
  }

  /**
   * Reads class labels: whole numbers from 0 to {@code classes − 1}, in any type that {@link
   * #readIntegers} takes.
   *
   * @param file the file
   * @param classes number of classes, ≥ 1
   * @return the labels
   * @throws DataFormatException if the file holds anything else; the message names the row
   * @throws FileException if it cannot be read
   */
  public static int[] readLabels(Path file, int classes) {
    String expected = "a class label from 0 to " + (classes - 1);
    long[] values = readIntegers(file, 0, classes - 1L, expected);
    int[] labels = new int[values.length];
    for (int i = 0; i < labels.length; i++) {
      labels[i] = (int) values[i];
    }
    return labels;
  }

  private static long[] readIntegers(Path file, long low, long high, String expected) {
    try (FileChannel channel = open(file);
        Arena arena = Arena.ofConfined()) {
      NpyHeader header = header(file, channel);
      long count = header.count();
      boolean line =
          !header.shape().isEmpty()
              && header.shape().size() <= 2
              && (header.rows() == count || header.cols() == count)
              && count <= Integer.MAX_VALUE - 8;
      if (!line) {
        throw new DataFormatException(
            file,
            MAGIC.length,
            "a row or column of at most 2^31 − 9 whole numbers",
            "the shape " + header.shapeText());
      }
      long[] values = new long[(int) count];
      if (count > 0) {
        long bytes = count * header.type().bytes();
        MemorySegment data = channel.map(MapMode.READ_ONLY, header.dataOffset(), bytes, arena);
        new Integers(file, header, data, low, high, expected).readInto(values);
      }
      return values;
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  /** The whole numbers of a file and the range they must lie in. */
  private record Integers(
      Path file, NpyHeader header, MemorySegment data, long low, long high, String expected) {

    void readInto(long[] values) {
      NpyType type = header.type();
      if (type.isInteger()) {
        NpyType.LongReader reader = type.longs(data);
        boolean unsigned = type.kind() == NpyType.Kind.UNSIGNED;
        for (int i = 0; i < values.length; i++) {
          long value = reader.at((long) i * type.bytes());
          require(i, value >= low && value <= high && !(unsigned && value < 0), value);
          values[i] = value;
        }
      } else {
        NpyType.DoubleReader reader = type.doubles(data);
        for (int i = 0; i < values.length; i++) {
          double value = reader.at((long) i * type.bytes());
          // 2^63 is a double but not a long.
          boolean whole = value == Math.rint(value) && Math.abs(value) < 0x1p63;
          if (!whole || value < low || value > high) {
            throw error(i, Double.toString(value));
          }
          values[i] = (long) value;
        }
      }
    }

    private void require(int row, boolean inside, long value) {
      if (!inside) {
        throw error(row, integerText(header.type(), value));
      }
    }

    private DataFormatException error(int row, String found) {
      long offset = header.dataOffset() + (long) row * header.type().bytes();
      return new DataFormatException(file, offset, expected, found + " in row " + row);
    }
  }

  /**
   * Writes a matrix in C order; see {@link #write(Path, HostMatrix, Order)}.
   *
   * @param file the file, replaced if it exists
   * @param matrix N×D, any row stride
   * @throws FileException if it cannot be written
   */
  public static void write(Path file, HostMatrix matrix) {
    write(file, matrix, Order.C);
  }

  /**
   * Writes a matrix as an array of two axes in version 1 of the format. The file appears under its
   * name only when it is complete; nothing is left behind otherwise.
   *
   * @param file the file, replaced if it exists
   * @param matrix N×D, any row stride
   * @param order order of the elements in the file
   * @throws FileException if it cannot be written
   */
  public static void write(Path file, HostMatrix matrix, Order order) {
    NpyTransfer.write(file, matrix, order);
  }

  /**
   * Writes integers of 8 bytes as an array of one axis; otherwise as {@link #write(Path,
   * HostMatrix, Order)}.
   *
   * @param file the file, replaced if it exists
   * @param values the numbers
   * @throws FileException if it cannot be written
   */
  public static void writeIntegers(Path file, long[] values) {
    NpyTransfer.write(file, values);
  }

  private static FileChannel open(Path file) throws IOException {
    return FileChannel.open(FileException.requireReadable(file), StandardOpenOption.READ);
  }

  private static NpyHeader header(Path file, FileChannel channel) throws IOException {
    long fileBytes = channel.size();
    byte[] start = bytes(file, channel, 0, MAGIC.length + 2, "the magic number of a .npy file");
    for (int i = 0; i < MAGIC.length; i++) {
      if (start[i] != MAGIC[i]) {
        String found = HexFormat.ofDelimiter(" ").formatHex(start, 0, MAGIC.length);
        throw new DataFormatException(
            file, 0, "the magic number 93 4e 55 4d 50 59 of a .npy file", found);
      }
    }
    int version = start[MAGIC.length];
    if (version < 1 || version > 3 || start[MAGIC.length + 1] != 0) {
      String found = Byte.toUnsignedInt(start[6]) + "." + Byte.toUnsignedInt(start[7]);
      throw new DataFormatException(
          file, MAGIC.length, "format version 1.0, 2.0 or 3.0", "version " + found);
    }
    int lengthBytes = version == 1 ? Short.BYTES : Integer.BYTES;
    ByteBuffer field =
        ByteBuffer.wrap(bytes(file, channel, start.length, lengthBytes, "the header's length"))
            .order(ByteOrder.LITTLE_ENDIAN);
    long length =
        version == 1
            ? Short.toUnsignedLong(field.getShort())
            : Integer.toUnsignedLong(field.getInt());
    if (length > LONGEST_HEADER) {
      throw new DataFormatException(
          file, start.length, "a header of at most " + LONGEST_HEADER + " bytes", "" + length);
    }
    int headerAt = start.length + lengthBytes;
    byte[] text = bytes(file, channel, headerAt, (int) length, "a header of " + length + " bytes");
    NpyHeader header = new NpyHeaderParser(file, version, headerAt, text).parse();
    requireLength(file, header, fileBytes);
    return header;
  }

  /** Reads bytes that the file must have; at most {@link #LONGEST_HEADER}. */
  private static byte[] bytes(Path file, FileChannel channel, long at, int count, String expected)
      throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    while (buffer.hasRemaining()) {
      if (channel.read(buffer, at + buffer.position()) < 0) {
        throw new DataFormatException(
            file, at, expected, "the end of the file after " + (at + buffer.position()) + " bytes");
      }
    }
    return buffer.array();
  }

  /** Compares the size that the header claims with what is there. */
  private static void requireLength(Path file, NpyHeader header, long fileBytes) {
    long present = fileBytes - header.dataOffset();
    long needed;
    try {
      // An axis of length 0 must not hide that the others are absurd.
      long product = header.type().bytes();
      for (long length : header.shape()) {
        product = Math.multiplyExact(product, Math.max(1, length));
      }
      needed = header.count() * header.type().bytes();
    } catch (ArithmeticException e) {
      throw new DataFormatException(
          file,
          header.dataOffset(),
          "an array of less than 2^63 bytes",
          "the shape " + header.shapeText() + " of type " + header.type().descr(),
          e);
    }
    if (needed != present) {
      throw new DataFormatException(
          file,
          header.dataOffset(),
          "%d bytes for the shape %s of type %s"
              .formatted(needed, header.shapeText(), header.type().descr()),
          present + " bytes up to the end of the file");
    }
  }
}
