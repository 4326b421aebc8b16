package dev.lamina.config;

import java.util.Locale;

/** Writes numbers of bytes the way config files take them. */
public final class ByteSizes {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB", "PiB"};

  private ByteSizes() {}

  /**
   * {@return the size in the largest unit of which it is a whole multiple, such as {@code 4 GiB} or
   * {@code 1536 MiB}: exact, and readable back}
   *
   * @param bytes ≥ 0
   */
  public static String exact(long bytes) {
    int unit = 0;
    long value = bytes;
    while (value != 0 && value % 1024 == 0 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return value + " " + UNITS[unit];
  }

  /**
   * {@return the size to four digits, such as {@code 1.401 MiB} or {@code 64 bytes}, for people}
   *
   * @param bytes ≥ 0
   */
  public static String rounded(long bytes) {
    if (bytes < 1024) {
      return bytes + " bytes";
    }
    int unit = 0;
    double value = bytes;
    while (value >= 1024 && unit < UNITS.length - 1) {
      value /= 1024;
      unit++;
    }
    return value == Math.rint(value)
        ? String.format(Locale.ROOT, "%.0f %s", value, UNITS[unit])
        : String.format(Locale.ROOT, "%.4g %s", value, UNITS[unit]);
  }
}
