package dev.lamina.analysis.report;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Numbers of one kind in a plot. Theory is a {@link Line}, measurement is {@link Points}.
 *
 * <p>The subject names the thing that the numbers are about, such as {@code ntk}: equal subjects
 * have equal colours in the whole report.
 */
@JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "kind")
@JsonSubTypes({
  @JsonSubTypes.Type(value = Series.Line.class, name = "line"),
  @JsonSubTypes.Type(value = Series.Points.class, name = "points"),
  @JsonSubTypes.Type(value = Series.Shaded.class, name = "shaded"),
  @JsonSubTypes.Type(value = Series.Band.class, name = "band"),
  @JsonSubTypes.Type(value = Series.Bars.class, name = "bars"),
})
public sealed interface Series {

  /** {@return the name in the legend} */
  String name();

  /** {@return what the numbers are about} */
  String subject();

  /**
   * A curve. A NaN interrupts it.
   *
   * @param name name in the legend
   * @param subject what it is about
   * @param x abscissae
   * @param y as many ordinates
   */
  record Line(String name, String subject, List<Double> x, List<Double> y) implements Series {
    /** Copies the lists and checks their lengths. */
    public Line {
      x = List.copyOf(x);
      y = List.copyOf(y);
      requireLengths(name, x.size(), y.size());
    }
  }

  /**
   * Measured points, each with an interval or none of them.
   *
   * @param name name in the legend; it says what the interval is, if there is one
   * @param subject what they are about
   * @param x abscissae
   * @param y as many ordinates
   * @param low lower ends of the intervals, or empty
   * @param high upper ends of the intervals, or empty
   * @param labels a name for each point, shown under the pointer, or empty
   */
  record Points(
      String name,
      String subject,
      List<Double> x,
      List<Double> y,
      List<Double> low,
      List<Double> high,
      List<String> labels)
      implements Series {
    /** Copies the lists and checks their lengths. */
    public Points {
      labels = List.copyOf(labels);
      x = List.copyOf(x);
      y = List.copyOf(y);
      low = List.copyOf(low);
      high = List.copyOf(high);
      requireLengths(name, x.size(), y.size());
      requireLengths(name, low.size(), high.size());
      if (!low.isEmpty()) {
        requireLengths(name, x.size(), low.size());
      }
      if (!labels.isEmpty()) {
        requireLengths(name, x.size(), labels.size());
      }
    }

    /**
     * Makes points without names.
     *
     * @param name name in the legend; it says what the interval is, if there is one
     * @param subject what they are about
     * @param x abscissae
     * @param y as many ordinates
     * @param low lower ends of the intervals, or empty
     * @param high upper ends of the intervals, or empty
     */
    public Points(
        String name,
        String subject,
        List<Double> x,
        List<Double> y,
        List<Double> low,
        List<Double> high) {
      this(name, subject, x, y, low, high, List.of());
    }

    /**
     * {@return points without intervals}
     *
     * @param name name in the legend
     * @param subject what it is about
     * @param x abscissae
     * @param y as many ordinates
     */
    public static Points of(String name, String subject, List<Double> x, List<Double> y) {
      return new Points(name, subject, x, y, List.of(), List.of());
    }
  }

  /**
   * Measured points with intervals, each in the colour of a third number.
   *
   * @param name name in the legend; it says what the interval is
   * @param subject what they are about
   * @param x abscissae
   * @param y as many ordinates
   * @param low lower ends of the intervals; NaN for none
   * @param high upper ends of the intervals
   * @param labels a name for each point, shown under the pointer
   * @param shades the third numbers
   * @param shade what they are, for the colour bar
   */
  record Shaded(
      String name,
      String subject,
      List<Double> x,
      List<Double> y,
      List<Double> low,
      List<Double> high,
      List<String> labels,
      List<Double> shades,
      Axis shade)
      implements Series {
    /** Copies the lists and checks their lengths. */
    public Shaded {
      x = List.copyOf(x);
      y = List.copyOf(y);
      low = List.copyOf(low);
      high = List.copyOf(high);
      labels = List.copyOf(labels);
      shades = List.copyOf(shades);
      for (List<?> list : List.of(y, low, high, labels, shades)) {
        requireLengths(name, x.size(), list.size());
      }
    }
  }

  /**
   * The region between two curves, such as a mean plus and minus a standard deviation.
   *
   * @param name name in the legend
   * @param subject what it is about
   * @param x abscissae
   * @param low as many lower ordinates
   * @param high as many upper ordinates
   */
  record Band(String name, String subject, List<Double> x, List<Double> low, List<Double> high)
      implements Series {
    /** Copies the lists and checks their lengths. */
    public Band {
      x = List.copyOf(x);
      low = List.copyOf(low);
      high = List.copyOf(high);
      requireLengths(name, x.size(), low.size());
      requireLengths(name, x.size(), high.size());
    }
  }

  /**
   * Columns side by side: a histogram, or one column for each named position i from i − ½ to i + ½.
   *
   * @param name name in the legend
   * @param subject what they are about
   * @param edges ascending edges, one more than heights
   * @param heights heights of the columns
   */
  record Bars(String name, String subject, List<Double> edges, List<Double> heights)
      implements Series {
    /** Copies the lists and checks their lengths. */
    public Bars {
      edges = List.copyOf(edges);
      heights = List.copyOf(heights);
      requireLengths(name, edges.size(), heights.size() + 1);
    }

    /**
     * {@return one column for each position 0, 1, 2, …}
     *
     * @param name name in the legend
     * @param subject what it is about
     * @param heights heights of the columns
     */
    public static Bars at(String name, String subject, List<Double> heights) {
      List<Double> edges = IntStream.rangeClosed(0, heights.size()).mapToObj(i -> i - 0.5).toList();
      return new Bars(name, subject, edges, heights);
    }
  }

  private static void requireLengths(String name, int expected, int found) {
    if (expected != found) {
      throw new IllegalArgumentException(
          "series \"%s\": lists must have equal lengths (edges one more) but have %d and %d"
              .formatted(name, expected, found));
    }
  }
}
