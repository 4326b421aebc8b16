package dev.lamina.matrix;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** Builds {@code .npy} files byte by byte, sharing nothing with the writer under test. */
final class NpyBytes {
  private NpyBytes() {}

  /** Returns the bytes before the data: magic, version, length, header text as given. */
  static byte[] start(int version, String header) {
    byte[] text = header.getBytes(StandardCharsets.ISO_8859_1);
    int lengthBytes = version == 1 ? 2 : 4;
    ByteBuffer out = ByteBuffer.allocate(8 + lengthBytes + text.length);
    out.order(ByteOrder.LITTLE_ENDIAN).put((byte) 0x93).put((byte) 'N').put((byte) 'U');
    out.put((byte) 'M').put((byte) 'P').put((byte) 'Y').put((byte) version).put((byte) 0);
    if (version == 1) {
      out.putShort((short) text.length);
    } else {
      out.putInt(text.length);
    }
    return out.put(text).array();
  }

  static String dict(String descr, boolean fortran, String shape) {
    return "{'descr': '%s', 'fortran_order': %s, 'shape': %s, }\n"
        .formatted(descr, fortran ? "True" : "False", shape);
  }

  /** Returns a whole file of version 1. */
  static byte[] file(String descr, boolean fortran, String shape, byte[] data) {
    return join(start(1, dict(descr, fortran, shape)), data);
  }

  static byte[] join(byte[] a, byte[] b) {
    return ByteBuffer.allocate(a.length + b.length).put(a).put(b).array();
  }

  /** Returns numbers as elements of the given type. */
  static byte[] data(String descr, double... values) {
    int bytes = descr.charAt(2) - '0';
    ByteOrder order = descr.charAt(0) == '>' ? ByteOrder.BIG_ENDIAN : ByteOrder.LITTLE_ENDIAN;
    ByteBuffer out = ByteBuffer.allocate(bytes * values.length).order(order);
    for (double value : values) {
      switch (descr.substring(1)) {
        case "f4" -> out.putFloat((float) value);
        case "f8" -> out.putDouble(value);
        case "b1", "i1", "u1" -> out.put((byte) value);
        case "i2", "u2" -> out.putShort((short) (int) value);
        case "i4", "u4" -> out.putInt((int) (long) value);
        case "i8", "u8" -> out.putLong((long) value);
        default -> throw new IllegalArgumentException(descr);
      }
    }
    return out.array();
  }

  static Path write(Path folder, byte[] bytes) {
    try {
      return Files.write(folder.resolve("a.npy"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
