package dev.lamina.analysis.data;

import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;

/** Angles between the rows of a matrix; rows that are zero have no direction and are left out. */
public final class RowAngles {
  private final HostMatrix x;
  private final double[] norms;
  private final int[] directed;

  /**
   * Looks at the rows.
   *
   * @param x N×d, N ≤ 2³¹ − 9; borrowed
   */
  public RowAngles(HostMatrix x) {
    this.x = x;
    this.norms = new double[Math.toIntExact(x.rows())];
    Arrays.setAll(norms, this::norm);
    this.directed = IntStream.range(0, norms.length).filter(row -> norms[row] > 0).toArray();
  }

  /** {@return how many rows have a direction} */
  public int directed() {
    return directed.length;
  }

  /** {@return how many rows are zero} */
  public int zeroRows() {
    return norms.length - directed.length;
  }

  /** What is done with a pair. */
  @FunctionalInterface
  public interface Visitor {
    /**
     * Takes a pair.
     *
     * @param i one row
     * @param j another row
     * @param angle the angle between them in radians
     */
    void pair(int i, int j, double angle);
  }

  /**
   * Draws pairs of different rows with equal probability and measures each.
   *
   * @param pairs how many, ≥ 0
   * @param seed seed of the draw
   * @param visitor takes each pair, in the order drawn
   * @throws IllegalStateException if fewer than two rows have a direction
   */
  public void draw(int pairs, long seed, Visitor visitor) {
    if (directed.length < 2) {
      throw new IllegalStateException(
          "row angles: pairs need 2 rows that are not zero but there are " + directed.length);
    }
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    for (int k = 0; k < pairs; k++) {
      int first = random.nextInt(directed.length);
      int second = random.nextInt(directed.length - 1);
      int i = directed[first];
      int j = directed[second < first ? second : second + 1];
      visitor.pair(i, j, between(i, j));
    }
  }

  /**
   * Measures one pair by 2 atan2(|u − v|, |u + v|) of the directions u and v (Kahan 2006, How
   * futile are mindless assessments of roundoff, section 12), which keeps its digits for nearly
   * parallel rows, where an arc cosine would not.
   *
   * @param i a row that is not zero
   * @param j a row that is not zero
   * @return the angle in radians, from 0 to π
   */
  public double between(int i, int j) {
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

  /** Scales by the largest entry, so that squares neither overflow nor vanish. */
  private double norm(int row) {
    double largest = 0;
    for (long k = 0; k < x.cols(); k++) {
      largest = Math.max(largest, Math.abs(x.get(row, k)));
    }
    double squares = 0;
    for (long k = 0; k < x.cols() && largest > 0; k++) {
      double scaled = x.get(row, k) / largest;
      squares += scaled * scaled;
    }
    return largest * Math.sqrt(squares);
  }
}
