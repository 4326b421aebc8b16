package dev.lamina.analysis.network;

import dev.lamina.matrix.DType;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** An element type of safetensors files, always little-endian. */
public enum TensorType {
  /** IEEE 754 binary64. */
  F64(8),
  /** IEEE 754 binary32. */
  F32(4),
  /** IEEE 754 binary16. */
  F16(2),
  /** The upper half of a binary32. */
  BF16(2),
  /** Signed integers of 64 bits. */
  I64(8),
  /** Signed integers of 32 bits. */
  I32(4),
  /** Signed integers of 16 bits. */
  I16(2),
  /** Signed integers of 8 bits. */
  I8(1),
  /** Unsigned integers of 64 bits. */
  U64(8),
  /** Unsigned integers of 32 bits. */
  U32(4),
  /** Unsigned integers of 16 bits. */
  U16(2),
  /** Unsigned integers of 8 bits. */
  U8(1),
  /** One byte, 0 or 1. */
  BOOL(1),
  /** Eight bits with five of exponent. */
  F8_E5M2(1),
  /** Eight bits with four of exponent. */
  F8_E4M3(1);

  private final int bytes;

  TensorType(int bytes) {
    this.bytes = bytes;
  }

  /** {@return the size of one element in bytes} */
  public int bytes() {
    return bytes;
  }

  /**
   * {@return the element type of a matrix that holds these numbers exactly; empty if Lamina reads
   * no matrices of this type}
   */
  public Optional<DType> matrixType() {
    return switch (this) {
      case F64 -> Optional.of(DType.FLOAT64);
      case F32, F16, BF16 -> Optional.of(DType.FLOAT32);
      case I64, I32, I16, I8, U64, U32, U16, U8, BOOL, F8_E5M2, F8_E4M3 -> Optional.empty();
    };
  }

  static TensorType of(DType dtype) {
    return dtype == DType.FLOAT32 ? F32 : F64;
  }

  static Optional<TensorType> parse(String name) {
    return Arrays.stream(values()).filter(type -> type.name().equals(name)).findFirst();
  }

  static List<String> names() {
    return Arrays.stream(values()).map(TensorType::name).toList();
  }
}
