package dev.lamina.analysis.data;

/**
 * How the features of a row are the pixels of a grey image, row by row from the top.
 *
 * @param height rows of pixels, ≥ 1
 * @param width pixels per row, ≥ 1
 */
public record ImageShape(int height, int width) {

  /** Checks the sizes. */
  public ImageShape {
    if (height < 1 || width < 1) {
      throw new IllegalArgumentException(
          "an image needs height ≥ 1 and width ≥ 1 but has " + height + "×" + width);
    }
  }

  /** {@return the number of pixels} */
  public long pixels() {
    return (long) height * width;
  }

  /** Returns the shape as text, such as {@code 28×28}. */
  @Override
  public String toString() {
    return height + "×" + width;
  }
}
