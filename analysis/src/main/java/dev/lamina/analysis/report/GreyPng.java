package dev.lamina.analysis.report;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.zip.CRC32;
import java.util.zip.DeflaterOutputStream;

/**
 * Turns small pictures into addresses that a page can show without loading anything: PNG (ISO/IEC
 * 15948) with 8 bits of grey per pixel. Written by hand because the JDK's own writer needs the
 * desktop module.
 */
final class GreyPng {
  private static final byte[] SIGNATURE = {(byte) 0x89, 'P', 'N', 'G', '\r', '\n', 0x1a, '\n'};
  private static final int WHITE = 255;

  private GreyPng() {}

  /**
   * Returns a {@code data:} address of a picture.
   *
   * @param width pixels per row
   * @param height rows
   * @param pixels row by row, 0 is white and 1 is black; NaN is white
   */
  static String address(int width, int height, List<Double> pixels) {
    return "data:image/png;base64,"
        + Base64.getEncoder().encodeToString(encode(width, height, pixels));
  }

  static byte[] encode(int width, int height, List<Double> pixels) {
    ByteArrayOutputStream png = new ByteArrayOutputStream();
    png.writeBytes(SIGNATURE);
    ByteBuffer header = ByteBuffer.allocate(13).putInt(width).putInt(height);
    header.put((byte) 8).put((byte) 0).put((byte) 0).put((byte) 0).put((byte) 0);
    chunk(png, "IHDR", header.array());
    chunk(png, "IDAT", deflated(width, height, pixels));
    chunk(png, "IEND", new byte[0]);
    return png.toByteArray();
  }

  private static byte[] deflated(int width, int height, List<Double> pixels) {
    byte[] raw = new byte[height * (width + 1)];
    for (int y = 0; y < height; y++) {
      for (int x = 0; x < width; x++) {
        double ink = pixels.get(y * width + x);
        double clipped = ink > 0 ? Math.min(ink, 1) : 0;
        // The first byte of each row names its filter: 0, none.
        raw[y * (width + 1) + 1 + x] = (byte) Math.round(WHITE * (1 - clipped));
      }
    }
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    try (DeflaterOutputStream deflater = new DeflaterOutputStream(out)) {
      deflater.write(raw);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return out.toByteArray();
  }

  private static void chunk(ByteArrayOutputStream png, String type, byte[] data) {
    byte[] name = type.getBytes(StandardCharsets.US_ASCII);
    CRC32 crc = new CRC32();
    crc.update(name);
    crc.update(data);
    png.writeBytes(ByteBuffer.allocate(4).putInt(data.length).array());
    png.writeBytes(name);
    png.writeBytes(data);
    png.writeBytes(ByteBuffer.allocate(4).putInt((int) crc.getValue()).array());
  }
}
