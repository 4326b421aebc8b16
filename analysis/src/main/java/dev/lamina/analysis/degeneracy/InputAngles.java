package dev.lamina.analysis.degeneracy;

import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/**
 * Angles between random pairs of different rows of a data set.
 *
 * @param pairs number of pairs
 * @param mean mean angle in radians
 * @param sd standard deviation of the angles
 * @param smallest smallest angle
 * @param largest largest angle
 * @param zeroRows rows that are zero and therefore left out
 */
public record InputAngles(
    int pairs, double mean, double sd, double smallest, double largest, int zeroRows) {

  /**
   * Measures the angles.
   *
   * <p>Uses 2 atan2(|u - v|, |u + v|) of the normalised rows (Kahan), which keeps its digits for
   * nearly parallel rows, where an arc cosine would not.
   *
   * @param x inputs, one per row, n×d
   * @param pairs number of pairs to draw, ≥ 2
   * @param seed seed of the draw
   * @return the angles' statistics
   * @throws IllegalArgumentException if fewer than two rows are not zero or pairs is below 2
   */
  public static InputAngles measure(HostMatrix x, int pairs, long seed) {
    double[] norms = new double[Math.toIntExact(x.rows())];
    Arrays.setAll(norms, row -> norm(x, row));
    int[] rows = IntStream.range(0, norms.length).filter(row -> norms[row] > 0).toArray();
    if (rows.length < 2 || pairs < 2) {
      throw new IllegalArgumentException(
          "input angles: there must be at least 2 rows that are not zero and 2 pairs but there are "
              + rows.length
              + " and "
              + pairs);
    }
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    double[] angles = new double[pairs];
    for (int k = 0; k < pairs; k++) {
      int first = random.nextInt(rows.length);
      int second = random.nextInt(rows.length - 1);
      int i = rows[first];
      int j = rows[second < first ? second : second + 1];
      angles[k] = angle(x, i, j, norms);
    }
    SampleStatistics s = SampleStatistics.of(angles);
    return new InputAngles(
        pairs,
        s.mean(),
        s.sd(),
        Arrays.stream(angles).min().getAsDouble(),
        Arrays.stream(angles).max().getAsDouble(),
        norms.length - rows.length);
  }

  private static double angle(HostMatrix x, int i, int j, double[] norms) {
    double difference = 0;
    double sum = 0;
    for (long k = 0; k < x.cols(); k++) {
      double u = x.get(i, k) / norms[i];
      double v = x.get(j, k) / norms[j];
      difference += (u - v) * (u - v);
      sum += (u + v) * (u + v);
    }
    return 2 * Math.atan2(Math.sqrt(difference), Math.sqrt(sum));
  }

  private static double norm(HostMatrix x, int row) {
    double squares = 0;
    for (long k = 0; k < x.cols(); k++) {
      squares += x.get(row, k) * x.get(row, k);
    }
    return Math.sqrt(squares);
  }
}
