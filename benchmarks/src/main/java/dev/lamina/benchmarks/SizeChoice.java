package dev.lamina.benchmarks;

import java.util.ArrayList;
import java.util.List;

/**
 * Which sizes are asked for.
 *
 * @param tiny whether everything is to be as small as possible, to try it in seconds
 * @param rows the N of the suites that go through several; empty for the usual ones
 */
public record SizeChoice(boolean tiny, List<Integer> rows) {
  private static final String TINY = "tiny";
  private static final String USUAL = "usual";

  /** Checks the sizes. */
  public SizeChoice {
    rows = rows.stream().sorted().distinct().toList();
    if (!rows.isEmpty() && rows.getFirst() < 2) {
      throw new IllegalArgumentException(
          "bench: sizes must be ≥ 2 but one is %d".formatted(rows.getFirst()));
    }
  }

  /**
   * {@return the choice in words that {@link #parse} understands, unless it is tiny with numbers}
   */
  public String text() {
    List<String> parts = new ArrayList<>(tiny ? List.of(TINY) : List.of());
    rows.forEach(n -> parts.add(String.valueOf(n)));
    return parts.isEmpty() ? USUAL : String.join(",", parts);
  }

  /**
   * {@return the choice that a text stands for}
   *
   * @param text {@code usual}, {@code tiny}, or numbers separated by commas
   * @throws IllegalArgumentException if it is none of them
   */
  public static SizeChoice parse(String text) {
    if (text.equals(TINY)) {
      return new SizeChoice(true, List.of());
    }
    if (text.equals(USUAL)) {
      return new SizeChoice(false, List.of());
    }
    List<Integer> rows = new ArrayList<>();
    for (String number : text.split(",", -1)) {
      try {
        rows.add(Integer.valueOf(number.strip()));
      } catch (NumberFormatException e) {
        if (number.strip().matches("\\d+")) {
          throw new IllegalArgumentException(
              "bench: sizes must be ≤ %d but one is %s"
                  .formatted(Integer.MAX_VALUE, number.strip()),
              e);
        }
        throw new IllegalArgumentException(
            "bench: sizes must be %s, %s or numbers separated by commas but are '%s'"
                .formatted(USUAL, TINY, text),
            e);
      }
    }
    return new SizeChoice(false, rows);
  }
}
