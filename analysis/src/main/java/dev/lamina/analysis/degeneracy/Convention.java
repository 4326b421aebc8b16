package dev.lamina.analysis.degeneracy;

import java.util.Arrays;
import java.util.Locale;

/**
 * Which entries of a network's width list count as ReLU layers.
 *
 * <p>A width list names the input dimension first and the hidden widths after it, without the
 * output layer: {@code 784,100,100} is a network with 784 inputs and two hidden layers of 100
 * units.
 */
public enum Convention {
  /**
   * One update per hidden ReLU layer; the input dimension plays no part, because the angle between
   * the inputs is given and a layer's law depends on its own width alone. Exact for a real network.
   */
  NETWORK("network"),
  /**
   * The input dimension counts as one more ReLU layer in front of the hidden ones, as in the
   * training experiment of arXiv 2306.01513. Shifts ln sin&sup2; theta by 0.02 to 0.3; use it to
   * compare with the published figure.
   */
  AUTHORS("authors");

  private final String text;

  Convention(String text) {
    this.text = text;
  }

  /**
   * Returns the name used on the command line and in configs.
   *
   * @return the name, lower case
   */
  public String text() {
    return text;
  }

  /**
   * Returns the convention of the given name.
   *
   * @param text {@code network} or {@code authors}, in any case
   * @return the convention
   * @throws IllegalArgumentException if there is no such convention
   */
  public static Convention parse(String text) {
    String wanted = text.strip().toLowerCase(Locale.ROOT);
    return Arrays.stream(values())
        .filter(convention -> convention.text.equals(wanted))
        .findFirst()
        .orElseThrow(() ->
            new IllegalArgumentException(
                "unknown layer convention '" + text + "': expected network or authors"));
  }

  /**
   * Returns the widths of the layers that count.
   *
   * @param widths input dimension, then hidden widths
   * @return widths of the counted ReLU layers in order, at least one, each at least 2
   * @throws IllegalArgumentException if there is no hidden layer, a counted layer has fewer than 2
   *     units, or the input dimension is below 1
   */
  public int[] layers(int... widths) {
    if (widths.length < 2) {
      throw new IllegalArgumentException(
          "widths must hold the input dimension and at least one hidden width, e.g. 784,100,100,"
              + " but are "
              + Arrays.toString(widths));
    }
    if (widths[0] < 1) {
      throw new IllegalArgumentException(
          "the input dimension must be at least 1 but is " + widths[0]);
    }
    int[] layers = Arrays.copyOfRange(widths, this == AUTHORS ? 0 : 1, widths.length);
    checkLayers(layers);
    return layers;
  }

  /** Checks the widths of counted layers. */
  static void checkLayers(int[] layers) {
    if (layers.length == 0) {
      throw new IllegalArgumentException("there must be at least one ReLU layer but there is none");
    }
    for (int l = 0; l < layers.length; l++) {
      if (layers[l] < 2) {
        throw new IllegalArgumentException(
            "layer widths must be at least 2, because one unit makes every two inputs parallel or"
                + " zero, but layer "
                + (l + 1)
                + " of "
                + layers.length
                + " has "
                + layers[l]);
      }
    }
  }

  @Override
  public String toString() {
    return text;
  }
}
