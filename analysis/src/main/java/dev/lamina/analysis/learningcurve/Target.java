package dev.lamina.analysis.learningcurve;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What a target on a sphere is made of.
 *
 * @param parts at least one, of different degrees
 */
public record Target(List<Part> parts) {
  /** Copies the list and checks it. */
  public Target {
    parts = List.copyOf(parts);
    if (parts.isEmpty()) {
      throw new IllegalArgumentException("target: there must be at least one degree:weight");
    }
    if (parts.stream().map(Part::degree).distinct().count() < parts.size()) {
      throw new IllegalArgumentException("target: a degree is given twice in " + text(parts));
    }
  }

  /**
   * The harmonics of one degree.
   *
   * @param degree l, from 0 to 1000
   * @param weight their share Σ g² in the mean square of the target, &gt; 0
   */
  public record Part(int degree, double weight) {
    private static final int HIGHEST = 1000;

    /** Checks the ranges. */
    public Part {
      if (degree < 0 || degree > HIGHEST) {
        throw new IllegalArgumentException(
            "target: a degree must be 0 to %d but is %d".formatted(HIGHEST, degree));
      }
      if (!(weight > 0 && weight < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "target: the weight of degree %d must be positive and finite but is %s"
                .formatted(degree, weight));
      }
    }
  }

  /**
   * Parses {@code degree:weight,…}.
   *
   * @param text such as {@code 1:0.5,2:0.5}
   * @return the target
   * @throws IllegalArgumentException if the text is malformed
   */
  public static Target parse(String text) {
    List<Part> parts = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      String[] sides = part.strip().split(":", -1);
      try {
        if (sides.length != 2) {
          throw new NumberFormatException("no colon");
        }
        parts.add(
            new Part(Integer.parseInt(sides[0].strip()), Double.parseDouble(sides[1].strip())));
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException(
            "target: must be a list degree:weight such as 1:0.5,2:0.5 but has \"%s\""
                .formatted(part.strip()),
            e);
      }
    }
    return new Target(parts);
  }

  /** {@return the largest degree} */
  public int highest() {
    return parts.stream().mapToInt(Part::degree).max().orElseThrow();
  }

  /** {@return Σ g²} */
  public double power() {
    return parts.stream().mapToDouble(Part::weight).sum();
  }

  /** Returns the weight of a degree, 0 if the target has nothing of it. */
  double weight(int degree) {
    return parts.stream()
        .filter(p -> p.degree() == degree)
        .mapToDouble(Part::weight)
        .findFirst()
        .orElse(0);
  }

  /** {@return the text that {@link #parse} takes} */
  @Override
  public String toString() {
    return text(parts);
  }

  private static String text(List<Part> parts) {
    return parts.stream().map(p -> p.degree() + ":" + p.weight()).collect(Collectors.joining(","));
  }

  /** Returns degrees of equal weights that sum to 1. */
  static Target even(int... degrees) {
    return new Target(
        Arrays.stream(degrees).mapToObj(l -> new Part(l, 1.0 / degrees.length)).toList());
  }
}
