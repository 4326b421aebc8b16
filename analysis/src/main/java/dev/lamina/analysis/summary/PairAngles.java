package dev.lamina.analysis.summary;

import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.Response;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

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
   * Measures angles by 2 atan2(‖u − v‖, ‖u + v‖) of the directions u and v (Kahan), which keeps its
   * digits for nearly parallel samples.
   *
   * @param data samples; those that are zero have no direction and are left out
   * @param pairs number of pairs, ≥ 1
   * @param seed seed of the draw
   * @return empty if fewer than two samples are not zero
   */
  static Optional<PairAngles> measure(DataSet data, int pairs, long seed) {
    HostMatrix x = data.x();
    double[] norms = norms(x);
    int[] rows = IntStream.range(0, norms.length).filter(row -> norms[row] > 0).toArray();
    if (rows.length < 2) {
      return Optional.empty();
    }
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int[] same = new int[BINS];
    int[] other = new int[BINS];
    double[] angles = new double[pairs];
    for (int k = 0; k < pairs; k++) {
      int first = random.nextInt(rows.length);
      int second = random.nextInt(rows.length - 1);
      int i = rows[first];
      int j = rows[second < first ? second : second + 1];
      angles[k] = angle(x, i, j, norms[i], norms[j]);
      int bin = Math.min(BINS - 1, (int) (angles[k] / Math.PI * BINS));
      (isOneClass(data, i, j) ? same : other)[bin]++;
    }
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

  private static double[] norms(HostMatrix x) {
    double[] norms = new double[Math.toIntExact(x.rows())];
    for (int i = 0; i < norms.length; i++) {
      double squares = 0;
      for (long j = 0; j < x.cols(); j++) {
        squares += x.get(i, j) * x.get(i, j);
      }
      norms[i] = Math.sqrt(squares);
    }
    return norms;
  }

  private static double angle(HostMatrix x, int i, int j, double normI, double normJ) {
    double difference = 0;
    double sum = 0;
    for (long c = 0; c < x.cols(); c++) {
      double u = x.get(i, c) / normI;
      double v = x.get(j, c) / normJ;
      difference += (u - v) * (u - v);
      sum += (u + v) * (u + v);
    }
    return 2 * Math.atan2(Math.sqrt(difference), Math.sqrt(sum));
  }
}
