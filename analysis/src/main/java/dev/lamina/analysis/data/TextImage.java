package dev.lamina.analysis.data;

import dev.lamina.matrix.HostMatrix;

/** Draws an image with characters. */
public final class TextImage {
  private static final String BLOCKS = " ░▒▓█";
  private static final String LETTERS = " .:*#";

  private TextImage() {}

  /**
   * {@return a row of a matrix as lines of text, two characters per pixel; the smallest value of
   * the row is blank and the largest is full}
   *
   * @param x N×(height·width)
   * @param row which row
   * @param shape height and width
   * @param blocks whether the terminal can show block characters
   */
  public static String of(HostMatrix x, long row, ImageShape shape, boolean blocks) {
    String shades = blocks ? BLOCKS : LETTERS;
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (long j = 0; j < x.cols(); j++) {
      min = Math.min(min, x.get(row, j));
      max = Math.max(max, x.get(row, j));
    }
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < shape.height(); i++) {
      StringBuilder line = new StringBuilder();
      for (int j = 0; j < shape.width(); j++) {
        double value = x.get(row, (long) i * shape.width() + j);
        double level = max > min ? (value - min) / (max - min) : 0;
        char shade = shades.charAt((int) Math.min(shades.length() - 1, level * shades.length()));
        line.append(shade).append(shade);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
