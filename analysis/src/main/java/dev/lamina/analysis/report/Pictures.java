package dev.lamina.analysis.report;

import java.util.List;

/**
 * Small grey pictures side by side, such as samples of an image data set.
 *
 * @param id unique in the section: lower-case letters, digits and hyphens
 * @param title a few words
 * @param explanation what they show
 * @param width pixels per row of each picture, ≥ 1
 * @param height rows of each picture, ≥ 1
 * @param pictures the pictures
 */
public record Pictures(
    String id, String title, String explanation, int width, int height, List<Picture> pictures)
    implements Block {

  /** Checks that all pictures have the size. */
  public Pictures {
    Names.require("picture block", id);
    pictures = List.copyOf(pictures);
    for (Picture picture : pictures) {
      if (width < 1 || height < 1 || picture.pixels().size() != Math.multiplyExact(width, height)) {
        throw new IllegalArgumentException(
            "picture \"%s\" of %s must have %d×%d pixels but has %d"
                .formatted(picture.label(), id, width, height, picture.pixels().size()));
      }
    }
  }

  /**
   * One picture.
   *
   * @param label what it shows
   * @param pixels row by row, from 0 (paper) to 1 (ink); numbers outside are clipped
   */
  public record Picture(String label, List<Double> pixels) {
    /** Copies the pixels. */
    public Picture {
      pixels = List.copyOf(pixels);
    }
  }
}
