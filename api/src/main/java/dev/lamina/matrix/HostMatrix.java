package dev.lamina.matrix;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Path;
import java.util.Objects;

/**
 * A matrix in the memory of the host, outside the Java heap and indexed by {@code long}.
 *
 * <p>Elements are in native byte order. Reading and writing from several threads at once is safe as
 * long as no two threads touch the same entry and one of them writes.
 */
public final class HostMatrix implements Matrix {

  /** Cache line and AVX-512 register size: rows of aligned matrices start on a vector boundary. */
  private static final long ALIGNMENT = 64;

  private static final ValueLayout.OfFloat F32 = ValueLayout.JAVA_FLOAT_UNALIGNED;
  private static final ValueLayout.OfDouble F64 = ValueLayout.JAVA_DOUBLE_UNALIGNED;

  private final MemorySegment segment;
  private final DType dtype;
  private final long rows;
  private final long cols;
  private final long rowStride;
  private final Ownership ownership;

  private HostMatrix(
      MemorySegment segment,
      DType dtype,
      long rows,
      long cols,
      long rowStride,
      Ownership ownership) {
    this.segment = segment;
    this.dtype = dtype;
    this.rows = rows;
    this.cols = cols;
    this.rowStride = rowStride;
    this.ownership = ownership;
  }

  /**
   * Allocates a matrix of zeros.
   *
   * @param dtype element type
   * @param rows number of rows, ≥ 0
   * @param cols number of columns, ≥ 0
   * @return the matrix; the caller closes it
   * @throws ShapeException if a size is negative or the byte count exceeds 2⁶³ − 1
   * @throws OutOfMemoryError if the system cannot give the memory; the message has the size asked
   */
  public static HostMatrix allocate(DType dtype, long rows, long cols) {
    long bytes = byteCount(dtype, rows, cols, cols);
    Arena arena = Arena.ofShared();
    try {
      MemorySegment segment = arena.allocate(bytes, ALIGNMENT);
      return new HostMatrix(segment, dtype, rows, cols, cols, Ownership.of(arena, bytes));
    } catch (OutOfMemoryError e) {
      arena.close();
      OutOfMemoryError named =
          new OutOfMemoryError(
              "allocate: a %d×%d %s matrix needs %d bytes".formatted(rows, cols, dtype, bytes));
      named.initCause(e);
      throw named;
    }
  }

  /**
   * Wraps memory that the caller owns and keeps alive.
   *
   * @param segment memory that holds at least {@code (rows − 1)·rowStride + cols} elements
   * @param dtype element type
   * @param rows number of rows, ≥ 0
   * @param cols number of columns, ≥ 0
   * @param rowStride elements from one row to the next, ≥ cols
   * @return a matrix that never frees the memory
   * @throws ShapeException if the segment is too small, lies on the heap, or the stride is too
   *     short
   */
  public static HostMatrix borrow(
      MemorySegment segment, DType dtype, long rows, long cols, long rowStride) {
    long bytes = byteCount(dtype, rows, cols, rowStride);
    if (!segment.isNative() || segment.byteSize() < bytes) {
      throw new ShapeException(
          "borrow: a %d×%d %s matrix of row stride %d needs %d bytes outside the heap but the %s segment has %d"
              .formatted(
                  rows,
                  cols,
                  dtype,
                  rowStride,
                  bytes,
                  segment.isNative() ? "native" : "heap",
                  segment.byteSize()));
    }
    return new HostMatrix(segment, dtype, rows, cols, rowStride, Ownership.BORROWED);
  }

  /**
   * Wraps memory whose arena becomes the matrix's own: {@link #close()} closes it.
   *
   * @param arena the arena that the segment came from, closeable
   * @param segment memory of the arena, {@code rows·cols} elements
   * @param dtype element type
   * @param rows number of rows, ≥ 0
   * @param cols number of columns, ≥ 0
   * @throws ShapeException if the segment is too small
   */
  static HostMatrix own(Arena arena, MemorySegment segment, DType dtype, long rows, long cols) {
    HostMatrix borrowed = borrow(segment, dtype, rows, cols, cols);
    return new HostMatrix(
        borrowed.segment, dtype, rows, cols, cols, Ownership.of(arena, segment.byteSize()));
  }

  /**
   * {@return the array of a {@code .npy} file as a matrix, memory-mapped read-only where its layout
   * allows; the caller closes it} See {@link NpyFile#read}.
   *
   * @param file the file
   * @throws DataFormatException if the file is not a {@code .npy} file of a real matrix or vector
   * @throws dev.lamina.io.FileException if it cannot be read
   */
  public static HostMatrix map(Path file) {
    return NpyFile.read(file);
  }

  /**
   * Copies a rectangular array.
   *
   * @param values rows of equal length
   * @return the copy; the caller closes it
   * @throws ShapeException if the rows differ in length
   */
  public static HostMatrix of(float[][] values) {
    HostMatrix m =
        allocate(DType.FLOAT32, values.length, values.length == 0 ? 0 : values[0].length);
    for (int i = 0; i < values.length; i++) {
      requireLength(m, i, values[i].length);
      MemorySegment.copy(values[i], 0, m.segment, F32, m.byteOffset(i, 0), values[i].length);
    }
    return m;
  }

  /**
   * Copies a rectangular array.
   *
   * @param values rows of equal length
   * @return the copy; the caller closes it
   * @throws ShapeException if the rows differ in length
   */
  public static HostMatrix of(double[][] values) {
    HostMatrix m =
        allocate(DType.FLOAT64, values.length, values.length == 0 ? 0 : values[0].length);
    for (int i = 0; i < values.length; i++) {
      requireLength(m, i, values[i].length);
      MemorySegment.copy(values[i], 0, m.segment, F64, m.byteOffset(i, 0), values[i].length);
    }
    return m;
  }

  private static void requireLength(HostMatrix m, int row, int length) {
    if (length != m.cols) {
      long cols = m.cols;
      m.close();
      throw new ShapeException(
          "of: row %d must have %d values like row 0 but has %d".formatted(row, cols, length));
    }
  }

  private static long byteCount(DType dtype, long rows, long cols, long rowStride) {
    if (rows < 0 || cols < 0 || rowStride < cols) {
      throw new ShapeException(
          "a matrix needs rows ≥ 0, cols ≥ 0 and rowStride ≥ cols but has rows %d, cols %d, rowStride %d"
              .formatted(rows, cols, rowStride));
    }
    try {
      long elements = rows == 0 ? 0 : Math.addExact(Math.multiplyExact(rows - 1, rowStride), cols);
      return Math.multiplyExact(elements, dtype.bytes());
    } catch (ArithmeticException e) {
      throw new ShapeException(
          "a %d×%d %s matrix has more bytes than can be addressed".formatted(rows, cols, dtype));
    }
  }

  @Override
  public long rows() {
    return rows;
  }

  @Override
  public long cols() {
    return cols;
  }

  @Override
  public long rowStride() {
    return rowStride;
  }

  @Override
  public DType dtype() {
    return dtype;
  }

  /** {@return the memory, starting at entry (0, 0)} */
  public MemorySegment segment() {
    return segment;
  }

  /**
   * {@return where an entry lies, in bytes from the start of {@link #segment()}; unchecked}
   *
   * @param row row index
   * @param col column index
   */
  public long byteOffset(long row, long col) {
    return (row * rowStride + col) * dtype.bytes();
  }

  /**
   * {@return an entry, widened to double}
   *
   * @param row zero-based row
   * @param col zero-based column
   * @throws IndexOutOfBoundsException if there is no such entry
   */
  public double get(long row, long col) {
    long offset = checkedOffset(row, col);
    return dtype == DType.FLOAT32 ? segment.get(F32, offset) : segment.get(F64, offset);
  }

  /**
   * Sets an entry, rounded to the element type.
   *
   * @param row zero-based row
   * @param col zero-based column
   * @param value the number
   * @throws IndexOutOfBoundsException if there is no such entry
   */
  public void set(long row, long col, double value) {
    long offset = checkedOffset(row, col);
    if (dtype == DType.FLOAT32) {
      segment.set(F32, offset, (float) value);
    } else {
      segment.set(F64, offset, value);
    }
  }

  private long checkedOffset(long row, long col) {
    Objects.checkIndex(row, rows);
    Objects.checkIndex(col, cols);
    return byteOffset(row, col);
  }

  @Override
  public HostMatrix rows(long from, long to) {
    Objects.checkFromToIndex(from, to, rows);
    long bytes = byteCount(dtype, to - from, cols, rowStride);
    MemorySegment part = segment.asSlice(from == to ? 0 : byteOffset(from, 0), bytes);
    return new HostMatrix(part, dtype, to - from, cols, rowStride, Ownership.BORROWED);
  }

  @Override
  public HostMatrix reshape(long newRows, long newCols) {
    Matrix.requireReshape(this, newRows, newCols);
    return new HostMatrix(segment, dtype, newRows, newCols, newCols, Ownership.BORROWED);
  }

  /**
   * Copies all entries of another matrix into this one, converting the element type.
   *
   * @param source a matrix of the same shape
   * @throws ShapeException if the shapes differ
   */
  public void copyFrom(HostMatrix source) {
    if (source.rows != rows || source.cols != cols) {
      throw new ShapeException("copyFrom: " + shape() + " cannot take " + source.shape());
    }
    for (long i = 0; i < rows; i++) {
      if (source.dtype == dtype) {
        MemorySegment.copy(
            source.segment,
            source.byteOffset(i, 0),
            segment,
            byteOffset(i, 0),
            cols * dtype.bytes());
      } else {
        convertRow(source, i);
      }
    }
  }

  private void convertRow(HostMatrix source, long row) {
    long from = source.byteOffset(row, 0);
    long to = byteOffset(row, 0);
    for (long j = 0; j < cols; j++) {
      if (dtype == DType.FLOAT32) {
        segment.set(
            F32, to + j * Float.BYTES, (float) source.segment.get(F64, from + j * Double.BYTES));
      } else {
        segment.set(F64, to + j * Double.BYTES, source.segment.get(F32, from + j * Float.BYTES));
      }
    }
  }

  /**
   * {@return a new matrix of the same shape with the entries converted to {@code type}; the caller
   * closes it}
   *
   * @param type element type of the copy
   */
  public HostMatrix copy(DType type) {
    HostMatrix copy = allocate(type, rows, cols);
    copy.copyFrom(this);
    return copy;
  }

  /**
   * Sets all entries to {@code value}, rounded to the element type.
   *
   * @param value the number
   */
  public void fill(double value) {
    for (long i = 0; i < rows; i++) {
      for (long j = 0; j < cols; j++) {
        set(i, j, value);
      }
    }
  }

  /** {@return a copy of the entries as an array of rows} For small matrices. */
  public double[][] toArray() {
    double[][] values = new double[Math.toIntExact(rows)][Math.toIntExact(cols)];
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        values[i][j] = get(i, j);
      }
    }
    return values;
  }

  @Override
  public void close() {
    ownership.release();
  }

  @Override
  public String toString() {
    return "HostMatrix[" + shape() + "]";
  }
}
