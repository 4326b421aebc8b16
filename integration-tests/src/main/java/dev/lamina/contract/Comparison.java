package dev.lamina.contract;

import dev.lamina.contract.NaiveKernels.Entry;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/** Holds computed matrices against an oracle, entry by entry. */
final class Comparison {

  /** The exact value of entry (i, j) and the scale of its rounding errors. */
  @FunctionalInterface
  interface Oracle {
    Entry at(int i, int j);
  }

  /** An entry's position. */
  record At(int row, int col) {}

  private Comparison() {}

  /** Returns every position of a matrix. */
  static List<At> all(int rows, int cols) {
    List<At> all = new ArrayList<>();
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        all.add(new At(i, j));
      }
    }
    return all;
  }

  /**
   * Returns positions of a matrix: the corners, both sides of every multiple of 32 on the first
   * rows and columns where tiles may meet, the last row and column, and random ones.
   *
   * @param count how many at most
   */
  static List<At> sample(int rows, int cols, int count) {
    if ((long) rows * cols <= count) {
      return all(rows, cols);
    }
    Set<At> chosen = new LinkedHashSet<>();
    chosen.add(new At(0, 0));
    chosen.add(new At(rows - 1, cols - 1));
    chosen.add(new At(0, cols - 1));
    chosen.add(new At(rows - 1, 0));
    RandomGenerator random = Inputs.generator(rows * 31L + cols);
    while (chosen.size() < count) {
      chosen.add(new At(near(random, rows), near(random, cols)));
    }
    return List.copyOf(chosen);
  }

  /** A random index; half of the time one next to a multiple of 32 or the end. */
  private static int near(RandomGenerator random, int size) {
    int any = random.nextInt(size);
    if (random.nextBoolean()) {
      return any;
    }
    int edge = random.nextInt(4) == 0 ? size : any / 32 * 32;
    return Math.clamp(edge - random.nextInt(2), 0, size - 1);
  }

  /**
   * Throws if an entry is further from the oracle's than the tolerance allows.
   *
   * @param what what was computed, for the message
   * @param got the computed matrix
   * @param positions which entries are looked at
   * @param oracle the exact values
   * @param tolerance the law
   */
  static void require(
      String what, double[][] got, List<At> positions, Oracle oracle, Tolerance tolerance) {
    At worst = null;
    double excess = 1;
    int wrong = 0;
    for (At at : positions) {
      Entry want = oracle.at(at.row(), at.col());
      double value = got[at.row()][at.col()];
      double bound = tolerance.bound(want);
      if (!(Math.abs(value - want.value()) <= bound)) {
        wrong++;
        double error = Math.abs(value - want.value()) / bound;
        if (worst == null || error > excess || Double.isNaN(error)) {
          worst = at;
          excess = error;
        }
      }
    }
    if (worst != null) {
      Entry want = oracle.at(worst.row(), worst.col());
      throw new AssertionError(
          "%s: %d of %d entries are wrong; worst is (%d, %d): %s must be %s within %.3g but is %.3g off"
              .formatted(
                  what,
                  wrong,
                  positions.size(),
                  worst.row(),
                  worst.col(),
                  got[worst.row()][worst.col()],
                  want.value(),
                  tolerance.bound(want),
                  Math.abs(got[worst.row()][worst.col()] - want.value())));
    }
  }

  /** Throws unless all entries are within the tolerance of {@code want}. */
  static void require(
      String what, double[][] got, double[][] want, double[][] scale, Tolerance tolerance) {
    require(
        what,
        got,
        all(want.length, want[0].length),
        (i, j) -> new Entry(want[i][j], scale[i][j]),
        tolerance);
  }

  /** Throws unless both matrices have the same bits. */
  static void requireSame(String what, double[][] got, double[][] want) {
    for (At at : all(want.length, want[0].length)) {
      double g = got[at.row()][at.col()];
      double w = want[at.row()][at.col()];
      if (Double.compare(g, w) != 0) {
        throw new AssertionError(
            "%s: entry (%d, %d) must be %s bit for bit but is %s"
                .formatted(what, at.row(), at.col(), w, g));
      }
    }
  }

  /** Throws unless all entries are numbers. */
  static void requireNumbers(String what, double[][] got) {
    for (At at : all(got.length, got[0].length)) {
      if (Double.isNaN(got[at.row()][at.col()])) {
        throw new AssertionError(
            "%s: entry (%d, %d) was left NaN".formatted(what, at.row(), at.col()));
      }
    }
  }

  /** Throws unless the matrix is symmetric bit for bit. */
  static void requireSymmetric(String what, double[][] got) {
    requireSame(what + " (transposed)", NaiveGram.transpose(got), got);
  }
}
