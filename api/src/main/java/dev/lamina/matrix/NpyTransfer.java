package dev.lamina.matrix;

import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/**
 * Moves elements between matrices and {@code .npy} files where the bytes are not simply the same.
 */
final class NpyTransfer {
  /** Readers such as NumPy's memory maps want data that starts on a multiple of this. */
  private static final int ALIGNMENT = 64;

  private static final int PREFIX = 10;

  /** A square tile of this side fits in the first-level cache in both orders. */
  private static final long TILE = 32;

  /** Bytes per system call: large enough to be quick, small enough to be interrupted. */
  private static final long CHUNK = 16L << 20;

  private NpyTransfer() {}

  /** Converts all elements of a mapped array into a matrix of its shape. */
  static void read(NpyHeader header, MemorySegment data, HostMatrix into) {
    NpyType.DoubleReader reader = header.type().doubles(data);
    long size = header.type().bytes();
    boolean byRow = header.isRowMajor();
    long rowStep = byRow ? into.cols() * size : size;
    long colStep = byRow ? size : into.rows() * size;
    for (long i = 0; i < into.rows(); i += TILE) {
      for (long j = 0; j < into.cols(); j += TILE) {
        long rows = Math.min(into.rows(), i + TILE);
        long cols = Math.min(into.cols(), j + TILE);
        for (long r = i; r < rows; r++) {
          for (long c = j; c < cols; c++) {
            into.set(r, c, reader.at(r * rowStep + c * colStep));
          }
        }
      }
    }
  }

  static void write(Path file, HostMatrix matrix, NpyFile.Order order) {
    try (AtomicFile out = AtomicFile.create(file)) {
      try {
        boolean fortran = order == NpyFile.Order.FORTRAN;
        List<Long> shape = List.of(matrix.rows(), matrix.cols());
        writeAll(out.channel(), header(NpyType.of(matrix.dtype()), fortran, shape));
        if (fortran) {
          writeColumns(out.channel(), matrix);
        } else {
          writeRows(out.channel(), matrix);
        }
      } catch (IOException e) {
        throw FileException.writing(file, e);
      }
      out.commit();
    }
  }

  static void write(Path file, long[] values) {
    try (AtomicFile out = AtomicFile.create(file)) {
      try {
        NpyType type = new NpyType(NpyType.Kind.SIGNED, Long.BYTES, ByteOrder.nativeOrder());
        writeAll(out.channel(), header(type, false, List.of((long) values.length)));
        int step = (int) (CHUNK / Long.BYTES);
        ByteBuffer buffer = ByteBuffer.allocate((int) Math.min(CHUNK, 8L * values.length));
        buffer.order(ByteOrder.nativeOrder());
        for (int i = 0; i < values.length; i += step) {
          int count = Math.min(step, values.length - i);
          buffer.clear().asLongBuffer().put(values, i, count);
          writeAll(out.channel(), buffer.limit(count * Long.BYTES));
        }
      } catch (IOException e) {
        throw FileException.writing(file, e);
      }
      out.commit();
    }
  }

  /** Returns magic number, version 1.0, length and text, padded to a multiple of 64 bytes. */
  static ByteBuffer header(NpyType type, boolean fortran, List<Long> shape) {
    NpyHeader header = new NpyHeader(1, type, fortran, shape, 0);
    String text =
        "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }"
            .formatted(type.descr(), fortran ? "True" : "False", header.shapeText());
    int unpadded = PREFIX + text.length() + 1;
    int total = (unpadded + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    ByteBuffer bytes = ByteBuffer.allocate(total).order(ByteOrder.LITTLE_ENDIAN);
    bytes.put((byte) 0x93).put("NUMPY".getBytes(StandardCharsets.US_ASCII));
    bytes.put((byte) 1).put((byte) 0).putShort((short) (total - PREFIX));
    String padded = text + " ".repeat(total - unpadded) + "\n";
    return bytes.put(padded.getBytes(StandardCharsets.US_ASCII)).flip();
  }

  private static void writeRows(FileChannel channel, HostMatrix m) throws IOException {
    long rowBytes = m.cols() * m.dtype().bytes();
    if (m.rowStride() == m.cols() || m.rows() <= 1) {
      writeAll(channel, m.segment(), m.rows() * rowBytes);
      return;
    }
    long perBuffer = Math.clamp(CHUNK / Math.max(1, rowBytes), 1, m.rows());
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(perBuffer * rowBytes);
      for (long i = 0; i < m.rows(); i += perBuffer) {
        long rows = Math.min(perBuffer, m.rows() - i);
        for (long r = 0; r < rows; r++) {
          MemorySegment.copy(m.segment(), m.byteOffset(i + r, 0), buffer, r * rowBytes, rowBytes);
        }
        writeAll(channel, buffer, rows * rowBytes);
      }
    }
  }

  /** Writes column after column, a block of columns gathered at a time. */
  private static void writeColumns(FileChannel channel, HostMatrix m) throws IOException {
    long colBytes = m.rows() * m.dtype().bytes();
    if (colBytes == 0 || m.cols() == 0) {
      return;
    }
    // Whole columns, as many as fit: at least one, at most what a cache line of a row holds twice.
    long perBuffer = Math.clamp(CHUNK / colBytes, 1, Math.min(TILE, m.cols()));
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment buffer = arena.allocate(perBuffer * colBytes);
      for (long j = 0; j < m.cols(); j += perBuffer) {
        long cols = Math.min(perBuffer, m.cols() - j);
        gather(m, j, cols, buffer);
        writeAll(channel, buffer, cols * colBytes);
      }
    }
  }

  private static void gather(HostMatrix m, long from, long cols, MemorySegment buffer) {
    boolean single = m.dtype() == DType.FLOAT32;
    for (long i = 0; i < m.rows(); i++) {
      for (long c = 0; c < cols; c++) {
        long at = m.byteOffset(i, from + c);
        long to = c * m.rows() + i;
        if (single) {
          buffer.setAtIndex(
              ValueLayout.JAVA_INT, to, m.segment().get(ValueLayout.JAVA_INT_UNALIGNED, at));
        } else {
          buffer.setAtIndex(
              ValueLayout.JAVA_LONG, to, m.segment().get(ValueLayout.JAVA_LONG_UNALIGNED, at));
        }
      }
    }
  }

  private static void writeAll(FileChannel channel, MemorySegment from, long bytes)
      throws IOException {
    for (long at = 0; at < bytes; at += CHUNK) {
      long length = Math.min(CHUNK, bytes - at);
      writeAll(channel, from.asSlice(at, length).asByteBuffer());
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer buffer) throws IOException {
    while (buffer.hasRemaining()) {
      channel.write(buffer);
    }
  }
}
