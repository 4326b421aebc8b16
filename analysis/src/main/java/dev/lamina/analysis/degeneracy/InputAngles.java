package dev.lamina.analysis.degeneracy;

import dev.lamina.analysis.data.RowAngles;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.stream.DoubleStream;

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
   * @param x inputs, one per row, n×d
   * @param pairs number of pairs to draw, ≥ 2
   * @param seed seed of the draw
   * @return the angles' statistics
   * @throws IllegalArgumentException if fewer than two rows are not zero or pairs is below 2
   */
  public static InputAngles measure(HostMatrix x, int pairs, long seed) {
    RowAngles rows = new RowAngles(x);
    if (rows.directed() < 2 || pairs < 2) {
      throw new IllegalArgumentException(
          "input angles: there must be at least 2 rows that are not zero and 2 pairs but there are "
              + rows.directed()
              + " and "
              + pairs);
    }
    DoubleStream.Builder drawn = DoubleStream.builder();
    rows.draw(pairs, seed, (_, _, angle) -> drawn.add(angle));
    double[] angles = drawn.build().toArray();
    SampleStatistics s = SampleStatistics.of(angles);
    return new InputAngles(
        pairs,
        s.mean(),
        s.sd(),
        Arrays.stream(angles).min().getAsDouble(),
        Arrays.stream(angles).max().getAsDouble(),
        rows.zeroRows());
  }
}
