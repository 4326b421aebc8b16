package dev.lamina.analysis.degeneracy;

import dev.lamina.matrix.HostMatrix;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Angles between random pairs of different rows of a data set.
 *
 * @param pairs number of pairs
 * @param mean mean angle in radians
 * @param sd standard deviation of the angles
 * @param smallest smallest angle
 * @param largest largest angle
 */
public record InputAngles(int pairs, double mean, double sd, double smallest, double largest) {

  /**
   * Measures the angles.
   *
   * <p>Uses 2 atan2(|u - v|, |u + v|) of the normalised rows, which keeps its digits for nearly
   * parallel rows, where an arc cosine would not.
   *
   * @param x inputs, one per row, n×d with n ≥ 2
   * @param pairs number of pairs to draw, ≥ 2
   * @param seed seed of the draw
   * @return the angles' statistics
   * @throws IllegalArgumentException if there are fewer than two rows or a drawn row is zero
   */
  public static InputAngles measure(HostMatrix x, int pairs, long seed) {
    if (x.rows() < 2 || pairs < 2) {
      throw new IllegalArgumentException(
          "input angles: there must be at least 2 rows and 2 pairs but there are "
              + x.rows()
              + " and "
              + pairs);
    }
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    double[] angles = new double[pairs];
    for (int k = 0; k < pairs; k++) {
      long i = random.nextLong(x.rows());
      long other = random.nextLong(x.rows() - 1);
      angles[k] = angle(x, i, other < i ? other : other + 1);
    }
    SampleStatistics s = SampleStatistics.of(angles);
    double smallest = Math.PI;
    double largest = 0;
    for (double angle : angles) {
      smallest = Math.min(smallest, angle);
      largest = Math.max(largest, angle);
    }
    return new InputAngles(pairs, s.mean(), s.sd(), smallest, largest);
  }

  private static double angle(HostMatrix x, long i, long j) {
    double iNorm = norm(x, i);
    double jNorm = norm(x, j);
    double difference = 0;
    double sum = 0;
    for (long k = 0; k < x.cols(); k++) {
      double u = x.get(i, k) / iNorm;
      double v = x.get(j, k) / jNorm;
      difference += (u - v) * (u - v);
      sum += (u + v) * (u + v);
    }
    return 2 * Math.atan2(Math.sqrt(difference), Math.sqrt(sum));
  }

  private static double norm(HostMatrix x, long row) {
    double squares = 0;
    for (long k = 0; k < x.cols(); k++) {
      squares += x.get(row, k) * x.get(row, k);
    }
    if (squares == 0) {
      throw new IllegalArgumentException(
          "input angles: row " + row + " is zero, so it has no angle to the others");
    }
    return Math.sqrt(squares);
  }
}
