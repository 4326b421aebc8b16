package dev.lamina.analysis.summary;

import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.data.RowAngles;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.DoubleStream;

/**
 * Angles between random pairs of samples, those of one class apart from those of two.
 *
 * @param pairs number of pairs
 * @param median median angle in radians
 * @param smallest smallest angle
 * @param largest largest angle
 * @param edges edges of the histogram in radians, from 0 to π
 * @param sameClass how many pairs of one class lie in each bin; empty if there are no classes
 * @param otherPairs how many of the other pairs lie in each bin
 */
record PairAngles(
    int pairs,
    double median,
    double smallest,
    double largest,
    List<Double> edges,
    List<Integer> sameClass,
    List<Integer> otherPairs) {

  private static final int BINS = 90;

  /**
   * Measures the angles.
   *
   * @param data samples; those that are zero have no direction and are left out
   * @param pairs number of pairs, ≥ 1
   * @param seed seed of the draw
   * @return empty if fewer than two samples are not zero
   */
  static Optional<PairAngles> measure(DataSet data, int pairs, long seed) {
    RowAngles rows = new RowAngles(data.x());
    if (rows.directed() < 2) {
      return Optional.empty();
    }
    int[] same = new int[BINS];
    int[] other = new int[BINS];
    DoubleStream.Builder drawn = DoubleStream.builder();
    rows.draw(
        pairs,
        seed,
        (i, j, angle) -> {
          drawn.add(angle);
          int bin = Math.min(BINS - 1, (int) (angle / Math.PI * BINS));
          (isOneClass(data, i, j) ? same : other)[bin]++;
        });
    double[] angles = drawn.build().toArray();
    Arrays.sort(angles);
    boolean classes = data.response() instanceof Response.Classes;
    return Optional.of(
        new PairAngles(
            pairs,
            (angles[(pairs - 1) / 2] + angles[pairs / 2]) / 2,
            angles[0],
            angles[pairs - 1],
            equalEdges(),
            classes ? Arrays.stream(same).boxed().toList() : List.of(),
            Arrays.stream(other).boxed().toList()));
  }

  private static List<Double> equalEdges() {
    List<Double> edges = new ArrayList<>();
    for (int b = 0; b <= BINS; b++) {
      edges.add(Math.PI * b / BINS);
    }
    return edges;
  }

  private static boolean isOneClass(DataSet data, int i, int j) {
    return data.response() instanceof Response.Classes c && c.label(i) == c.label(j);
  }
}
