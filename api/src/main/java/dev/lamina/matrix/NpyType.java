package dev.lamina.matrix;

import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;

/**
 * The element type of a {@code .npy} file.
 *
 * @param kind what the elements are
 * @param bytes size of one element
 * @param order byte order; the native one for single bytes
 */
public record NpyType(Kind kind, int bytes, ByteOrder order) {

  /** The types that Lamina reads, in NumPy's short names. */
  static final String SUPPORTED = "one of f4, f8, b1, i1, i2, i4, i8, u1, u2, u4, u8";

  /** What the elements of a {@code .npy} file are. */
  public enum Kind {
    /** IEEE 754 binary floating point. */
    FLOAT('f', "4 8"),
    /** Two's complement. */
    SIGNED('i', "1 2 4 8"),
    /** Not negative. */
    UNSIGNED('u', "1 2 4 8"),
    /** One byte, 0 for false. */
    BOOLEAN('b', "1");

    private final char letter;
    private final String sizes;

    Kind(char letter, String sizes) {
      this.letter = letter;
      this.sizes = sizes;
    }
  }

  /** Reads one element as a double, given its byte offset. */
  @FunctionalInterface
  interface DoubleReader {
    double at(long offset);
  }

  /** Reads one element as a long, given its byte offset. */
  @FunctionalInterface
  interface LongReader {
    long at(long offset);
  }

  /**
   * Returns the type that a file's {@code descr} names, such as {@code <f4}, or null if it is none
   * of the supported ones.
   */
  static NpyType of(String descr) {
    if (descr.length() != 3) {
      return null;
    }
    char sign = descr.charAt(0);
    int bytes = descr.charAt(2) - '0';
    for (Kind kind : Kind.values()) {
      if (kind.letter == descr.charAt(1) && kind.sizes.indexOf(descr.charAt(2)) >= 0 && bytes > 0) {
        return switch (sign) {
          case '<' -> new NpyType(kind, bytes, ByteOrder.LITTLE_ENDIAN).normal();
          case '>' -> new NpyType(kind, bytes, ByteOrder.BIG_ENDIAN).normal();
          case '=' -> new NpyType(kind, bytes, ByteOrder.nativeOrder());
          case '|' -> bytes == 1 ? new NpyType(kind, 1, ByteOrder.nativeOrder()) : null;
          default -> null;
        };
      }
    }
    return null;
  }

  /** Returns the type of a matrix's own elements. */
  static NpyType of(DType dtype) {
    return new NpyType(Kind.FLOAT, dtype.bytes(), ByteOrder.nativeOrder());
  }

  private NpyType normal() {
    return bytes == 1 ? new NpyType(kind, 1, ByteOrder.nativeOrder()) : this;
  }

  /** {@return whether the elements are whole numbers, booleans included} */
  public boolean isInteger() {
    return kind != Kind.FLOAT;
  }

  /**
   * {@return the matrix element type that holds these elements: float64 for integers of 32 bits and
   * more}
   */
  public DType dtype() {
    boolean exactInFloat32 = kind == Kind.FLOAT ? bytes == 4 : bytes <= 2;
    return exactInFloat32 ? DType.FLOAT32 : DType.FLOAT64;
  }

  /** Returns whether the bytes of a file are those of a matrix. */
  boolean isNative() {
    return kind == Kind.FLOAT && order == ByteOrder.nativeOrder();
  }

  /** {@return how a header names the type, such as {@code <f4}} */
  public String descr() {
    char sign = bytes == 1 ? '|' : order == ByteOrder.LITTLE_ENDIAN ? '<' : '>';
    return "" + sign + kind.letter + bytes;
  }

  /** Returns a reader of elements as doubles. Integers of 64 bits are rounded. */
  DoubleReader doubles(MemorySegment s) {
    if (kind != Kind.FLOAT) {
      LongReader integers = longs(s);
      return isUnsigned64()
          ? offset -> unsignedToDouble(integers.at(offset))
          : offset -> integers.at(offset);
    }
    if (bytes == 4) {
      ValueLayout.OfFloat layout = ValueLayout.JAVA_FLOAT_UNALIGNED.withOrder(order);
      return offset -> s.get(layout, offset);
    }
    ValueLayout.OfDouble layout = ValueLayout.JAVA_DOUBLE_UNALIGNED.withOrder(order);
    return offset -> s.get(layout, offset);
  }

  private boolean isUnsigned64() {
    return kind == Kind.UNSIGNED && bytes == 8;
  }

  private static double unsignedToDouble(long value) {
    // The lowest bit is kept so that halving does not change how the value rounds.
    return value >= 0 ? value : ((value >>> 1) | (value & 1)) * 2.0;
  }

  /** Returns a reader of integer elements as longs; u8 values from 2⁶³ come out negative. */
  LongReader longs(MemorySegment s) {
    boolean signed = kind == Kind.SIGNED;
    return switch (bytes) {
      case 1 -> byteReader(s);
      case 2 -> {
        ValueLayout.OfShort layout = ValueLayout.JAVA_SHORT_UNALIGNED.withOrder(order);
        yield signed
            ? offset -> s.get(layout, offset)
            : offset -> Short.toUnsignedLong(s.get(layout, offset));
      }
      case 4 -> {
        ValueLayout.OfInt layout = ValueLayout.JAVA_INT_UNALIGNED.withOrder(order);
        yield signed
            ? offset -> s.get(layout, offset)
            : offset -> Integer.toUnsignedLong(s.get(layout, offset));
      }
      case 8 -> {
        ValueLayout.OfLong layout = ValueLayout.JAVA_LONG_UNALIGNED.withOrder(order);
        yield offset -> s.get(layout, offset);
      }
      default -> throw new IllegalStateException("no integer of " + bytes + " bytes");
    };
  }

  private LongReader byteReader(MemorySegment s) {
    return switch (kind) {
      case SIGNED -> offset -> s.get(ValueLayout.JAVA_BYTE, offset);
      case UNSIGNED -> offset -> Byte.toUnsignedLong(s.get(ValueLayout.JAVA_BYTE, offset));
      case BOOLEAN -> offset -> s.get(ValueLayout.JAVA_BYTE, offset) == 0 ? 0 : 1;
      case FLOAT -> throw new IllegalStateException("floating-point elements are no integers");
    };
  }
}
