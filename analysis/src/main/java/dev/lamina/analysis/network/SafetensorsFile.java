package dev.lamina.analysis.network;

import dev.lamina.io.FileException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.channels.FileChannel.MapMode;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * An open safetensors file: named tensors in little-endian bytes behind a JSON header that says
 * where they are. Format: huggingface/safetensors, README "Format".
 *
 * <p>The file is memory-mapped: nothing is read until it is used, and the file must not be
 * shortened while this is open. The header is checked in full before any memory is asked for, and
 * the tensors must fill the rest of the file without overlap or gap, as the format demands.
 */
public final class SafetensorsFile implements AutoCloseable {
  /** The format's own limit. */
  private static final long LONGEST_HEADER = 100_000_000;

  private final Path file;
  private final Arena arena;
  private final MemorySegment bytes;
  private final Map<String, String> metadata;
  private final Map<String, TensorInfo> tensors;

  private SafetensorsFile(Path file, Arena arena, MemorySegment bytes, SafetensorsHeader header) {
    this.file = file;
    this.arena = arena;
    this.bytes = bytes;
    this.metadata = Collections.unmodifiableMap(header.metadata());
    Map<String, TensorInfo> byName = new LinkedHashMap<>();
    header.tensors().forEach(tensor -> byName.put(tensor.name(), tensor));
    this.tensors = Collections.unmodifiableMap(byName);
  }

  /**
   * Opens a file.
   *
   * @param file the file
   * @return the open file; the caller closes it, after which its matrices cannot be used
   * @throws DataFormatException if it is no safetensors file
   * @throws FileException if it cannot be read
   */
  public static SafetensorsFile open(Path file) {
    try (FileChannel channel =
        FileChannel.open(FileException.requireReadable(file), StandardOpenOption.READ)) {
      long fileBytes = channel.size();
      SafetensorsHeader header =
          SafetensorsHeader.parse(file, headerBytes(file, channel, fileBytes), fileBytes);
      Arena arena = Arena.ofShared();
      try {
        MemorySegment bytes = channel.map(MapMode.READ_ONLY, 0, fileBytes, arena);
        return new SafetensorsFile(file, arena, bytes, header);
      } catch (IOException | RuntimeException e) {
        arena.close();
        throw e;
      }
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  private static byte[] headerBytes(Path file, FileChannel channel, long fileBytes)
      throws IOException {
    if (fileBytes < SafetensorsHeader.PREFIX) {
      throw new DataFormatException(
          file, 0, "the header's length in 8 bytes", "a file of " + fileBytes + " bytes");
    }
    ByteBuffer prefix =
        ByteBuffer.allocate(SafetensorsHeader.PREFIX).order(ByteOrder.LITTLE_ENDIAN);
    readFully(file, channel, prefix, 0);
    long length = prefix.getLong(0);
    long most = Math.min(fileBytes - SafetensorsHeader.PREFIX, LONGEST_HEADER);
    if (length < 0 || length > most) {
      throw new DataFormatException(
          file,
          0,
          "the header's length, at most %d here".formatted(most),
          Long.toUnsignedString(length));
    }
    ByteBuffer header = ByteBuffer.allocate((int) length);
    readFully(file, channel, header, SafetensorsHeader.PREFIX);
    return header.array();
  }

  private static void readFully(Path file, FileChannel channel, ByteBuffer into, long from)
      throws IOException {
    while (into.hasRemaining()) {
      if (channel.read(into, from + into.position()) < 0) {
        throw new DataFormatException(
            file,
            from + into.position(),
            into.remaining() + " more bytes",
            "the end of a file that is being shortened");
      }
    }
  }

  /** {@return the file} */
  public Path file() {
    return file;
  }

  /** {@return the texts that the file carries besides tensors} */
  public Map<String, String> metadata() {
    return metadata;
  }

  /** {@return the tensors by name, in the order of the file} */
  public Map<String, TensorInfo> tensors() {
    return tensors;
  }

  /**
   * {@return a tensor as a matrix; one axis becomes a row, none a single entry; the caller closes
   * it}
   *
   * <p>F32 and F64 at aligned offsets are views of the mapped file: entries cannot be set, and the
   * matrix is usable until the file is closed. F16 and BF16 are converted to float32, and what is
   * not aligned is copied; those matrices own their memory.
   *
   * @param name a name among {@link #tensors()}
   * @throws IllegalArgumentException if there is no such tensor
   * @throws DataFormatException if it has more than two axes or is not of floating-point numbers
   */
  public HostMatrix matrix(String name) {
    TensorInfo tensor = tensors.get(name);
    if (tensor == null) {
      throw new IllegalArgumentException(
          "%s has no tensor %s; it has %s".formatted(file, name, tensors.keySet()));
    }
    DType dtype =
        tensor
            .type()
            .matrixType()
            .orElseThrow(() -> unsuitable(tensor, "of type F64, F32, F16 or BF16"));
    if (tensor.shape().size() > 2) {
      throw unsuitable(tensor, "with at most two axes");
    }
    if (tensor.bytes() == 0) {
      return HostMatrix.allocate(dtype, tensor.rows(), tensor.cols());
    }
    MemorySegment data = bytes.asSlice(tensor.offset(), tensor.bytes());
    boolean direct =
        tensor.type().bytes() == dtype.bytes()
            && tensor.offset() % dtype.bytes() == 0
            && ByteOrder.nativeOrder() == ByteOrder.LITTLE_ENDIAN;
    return direct
        ? HostMatrix.borrow(data, dtype, tensor.rows(), tensor.cols(), tensor.cols())
        : convert(tensor, data, dtype);
  }

  private DataFormatException unsuitable(TensorInfo tensor, String expected) {
    return new DataFormatException(
        file, tensor.headerOffset(), "tensor " + tensor.name() + " " + expected, tensor.text());
  }

  private static HostMatrix convert(TensorInfo tensor, MemorySegment data, DType dtype) {
    HostMatrix matrix = HostMatrix.allocate(dtype, tensor.rows(), tensor.cols());
    ElementReader reader = reader(tensor.type());
    for (long i = 0; i < matrix.rows(); i++) {
      for (long j = 0; j < matrix.cols(); j++) {
        long at = (i * matrix.cols() + j) * tensor.type().bytes();
        matrix.set(i, j, reader.at(data, at));
      }
    }
    return matrix;
  }

  /** Reads one number, exactly. */
  private interface ElementReader {
    double at(MemorySegment data, long offset);
  }

  private static ElementReader reader(TensorType type) {
    ValueLayout.OfShort two = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfFloat four = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    ValueLayout.OfDouble eight =
        ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(ByteOrder.LITTLE_ENDIAN);
    return switch (type) {
      case F64 -> (data, at) -> data.get(eight, at);
      case F32 -> (data, at) -> data.get(four, at);
      case F16 -> (data, at) -> Float.float16ToFloat(data.get(two, at));
      case BF16 -> (data, at) -> Float.intBitsToFloat(data.get(two, at) << 16);
      case I64, I32, I16, I8, U64, U32, U16, U8, BOOL, F8_E5M2, F8_E4M3 ->
          throw new IllegalArgumentException("no matrices of " + type);
    };
  }

  /**
   * Writes a file. It appears under its name only when it is complete; nothing is left behind
   * otherwise. The data begin at a multiple of 64 bytes and float64 come first, so that everything
   * is aligned.
   *
   * @param file the file, replaced if it exists
   * @param tensors names, shapes and elements; no name twice
   * @param metadata texts to carry besides
   * @throws IllegalArgumentException if a name is given twice or is that of the metadata
   * @throws FileException if it cannot be written
   */
  public static void write(Path file, List<NamedTensor> tensors, Map<String, String> metadata) {
    new SafetensorsWriter(file, tensors, metadata).write();
  }

  /** Unmaps the file. Matrices that are views of it cannot be used any more. */
  @Override
  public void close() {
    if (arena.scope().isAlive()) {
      arena.close();
    }
  }
}
