package dev.lamina.analysis.network;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Safetensors files made and read by hand, sharing nothing with the code under test. */
final class SafetensorsBytes {
  private static final Pattern ENTRY =
      Pattern.compile(
          "\"([^\"]+)\":\\{\"dtype\":\"(\\w+)\",\"shape\":\\[([^\\]]*)\\],\"data_offsets\":\\[(\\d+),(\\d+)\\]\\}");

  private SafetensorsBytes() {}

  /** Returns length, header and data. */
  static byte[] file(String header, byte[] data) {
    return file(header.getBytes(StandardCharsets.UTF_8), data);
  }

  static byte[] file(byte[] header, byte[] data) {
    return withLength(header.length, header, data);
  }

  static byte[] withLength(long length, byte[] header, byte[] data) {
    ByteBuffer bytes = ByteBuffer.allocate(8 + header.length + data.length);
    bytes.order(ByteOrder.LITTLE_ENDIAN).putLong(length).put(header).put(data);
    return bytes.array();
  }

  static String entry(String name, String dtype, String shape, long begin, long end) {
    return "\"%s\":{\"dtype\":\"%s\",\"shape\":[%s],\"data_offsets\":[%d,%d]}"
        .formatted(name, dtype, shape, begin, end);
  }

  static byte[] floats(double... values) {
    ByteBuffer bytes = ByteBuffer.allocate(4 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      bytes.putFloat((float) value);
    }
    return bytes.array();
  }

  static byte[] doubles(double... values) {
    ByteBuffer bytes = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (double value : values) {
      bytes.putDouble(value);
    }
    return bytes.array();
  }

  static byte[] shorts(int... values) {
    ByteBuffer bytes = ByteBuffer.allocate(2 * values.length).order(ByteOrder.LITTLE_ENDIAN);
    for (int value : values) {
      bytes.putShort((short) value);
    }
    return bytes.array();
  }

  static Path write(Path folder, byte[] bytes) {
    try {
      return Files.write(folder.resolve("a.safetensors"), bytes);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Returns the tensors of a well-formed file: the shape in front of the numbers.
   *
   * @param shape the text between the brackets
   * @param values the numbers
   */
  record Read(String shape, List<Double> values) {}

  static Map<String, Read> parse(Path file) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(Files.readAllBytes(file)).order(ByteOrder.LITTLE_ENDIAN);
    int length = Math.toIntExact(bytes.getLong());
    byte[] header = new byte[length];
    bytes.get(header);
    Map<String, Read> tensors = new LinkedHashMap<>();
    Matcher entries = ENTRY.matcher(new String(header, StandardCharsets.UTF_8));
    while (entries.find()) {
      boolean wide = entries.group(2).equals("F64");
      int begin = 8 + length + Integer.parseInt(entries.group(4));
      int end = 8 + length + Integer.parseInt(entries.group(5));
      List<Double> values = new ArrayList<>();
      for (int at = begin; at < end; at += wide ? 8 : 4) {
        values.add(wide ? bytes.getDouble(at) : bytes.getFloat(at));
      }
      tensors.put(entries.group(1), new Read(entries.group(3), values));
    }
    return tensors;
  }
}
