package dev.lamina.analysis.degeneracy;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The hidden widths of a fully connected network.
 *
 * <p>Text form: comma-separated widths, where {@code axb} stands for a layers of b units, as in
 * {@code 10x100} or {@code 512,256,3x64}. Parsing what {@link #toString} prints gives the same
 * architecture.
 *
 * @param hidden widths of the hidden layers in order, at least one, each at least 2
 */
public record Architecture(List<Integer> hidden) {
  private static final Pattern PART = Pattern.compile("\\s*(?:(\\d{1,6})\\s*x\\s*)?(\\d{1,9})\\s*");

  /** Deepest network that text can ask for; a typing error should not take all memory. */
  private static final int MOST_LAYERS = 100_000;

  /** Copies and checks the widths. */
  public Architecture {
    hidden = List.copyOf(hidden);
    Convention.checkLayers(hidden.stream().mapToInt(Integer::intValue).toArray());
  }

  /**
   * Parses the text form.
   *
   * @param text e.g. {@code 512,256,3x64}
   * @return the architecture
   * @throws IllegalArgumentException if the text has another form, a width is below 2 or there are
   *     more than 100,000 layers
   */
  public static Architecture parse(String text) {
    return new Architecture(parseWidths(text));
  }

  /**
   * Parses a width list in the same text form without checking the widths, which may therefore
   * start with an input dimension.
   *
   * @param text e.g. {@code 784,10x100}
   * @return the widths in order
   * @throws IllegalArgumentException if the text has another form or there are more than 100,000
   *     widths
   */
  public static List<Integer> parseWidths(String text) {
    List<Integer> widths = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      Matcher matcher = PART.matcher(part);
      if (!matcher.matches()) {
        throw new IllegalArgumentException(
            "widths '%s': expected widths below 10⁹ in a form such as 512,256,3x64 but found '%s'"
                .formatted(text, part));
      }
      int times = matcher.group(1) == null ? 1 : Integer.parseInt(matcher.group(1));
      if (widths.size() + times > MOST_LAYERS) {
        throw new IllegalArgumentException(
            "widths '" + text + "': there are more than " + MOST_LAYERS + " layers");
      }
      widths.addAll(Collections.nCopies(times, Integer.valueOf(matcher.group(2))));
    }
    return widths;
  }

  /**
   * Returns the width list with the input dimension in front, as {@link Degeneracy} takes it.
   *
   * @param inputDimension number of inputs, at least 1
   * @return input dimension, then hidden widths
   */
  public int[] widths(int inputDimension) {
    int[] widths = new int[hidden.size() + 1];
    widths[0] = inputDimension;
    for (int l = 0; l < hidden.size(); l++) {
      widths[l + 1] = hidden.get(l);
    }
    return widths;
  }

  /**
   * Returns the number of weights of the bias-free network.
   *
   * @param inputDimension number of inputs, at least 1
   * @param outputs number of outputs, at least 1
   * @return number of weights
   */
  public long weights(int inputDimension, int outputs) {
    long sum = 0;
    long previous = inputDimension;
    for (int width : hidden) {
      sum = Math.addExact(sum, previous * width);
      previous = width;
    }
    return Math.addExact(sum, previous * outputs);
  }

  /** Prints the text form, equal neighbours joined: {@code 512,256,3x64}. */
  @Override
  public String toString() {
    List<String> parts = new ArrayList<>();
    for (int from = 0, to; from < hidden.size(); from = to) {
      to = from;
      while (to < hidden.size() && hidden.get(to).equals(hidden.get(from))) {
        to++;
      }
      parts.add(
          to - from == 1 ? hidden.get(from).toString() : (to - from) + "x" + hidden.get(from));
    }
    return String.join(",", parts);
  }
}
