package dev.lamina.analysis.data;

import java.util.Optional;

/**
 * Which samples are for training and which for testing.
 *
 * <p>A source in one part: from the samples in order, the first ones are for training and the last
 * ones for testing. A source with a test part of its own: the first ones of each part. Amounts per
 * class take the first ones of each class instead, the test ones from what training left over.
 *
 * @param train how many for training; empty: all that testing leaves over
 * @param test how many for testing; empty: all that training leaves over
 * @param shuffle whether the order is a random one; empty: as the source's default says
 * @param seed of the order; empty: the study's
 */
public record SplitPlan(
    Optional<Amount> train, Optional<Amount> test, Optional<Boolean> shuffle, Optional<Long> seed) {

  /** The training samples for training and the test samples for testing. */
  static final SplitPlan ALL_IN_FILE_ORDER =
      new SplitPlan(Optional.empty(), Optional.empty(), Optional.of(false), Optional.empty());

  /** A number of samples. */
  public sealed interface Amount {
    /**
     * So many.
     *
     * @param rows ≥ 1
     */
    record Count(long rows) implements Amount {
      /** Checks the number. */
      public Count {
        if (rows < 1) {
          throw new DataException("split: a number of rows must be ≥ 1 but is " + rows);
        }
      }
    }

    /**
     * This part of those that there are, rounded to whole samples, at least one.
     *
     * @param part between 0 and 1, both excluded
     */
    record Fraction(double part) implements Amount {
      /** Checks the number. */
      public Fraction {
        if (!(part > 0 && part < 1)) {
          throw new DataException("split: a fraction must be > 0 and < 1 but is " + part);
        }
      }
    }

    /**
     * So many of each class.
     *
     * @param rows ≥ 1
     */
    record PerClass(long rows) implements Amount {
      /** Checks the number. */
      public PerClass {
        if (rows < 1) {
          throw new DataException("split: a number per class must be ≥ 1 but is " + rows);
        }
      }
    }
  }

  static SplitPlan inFileOrder(long train) {
    return of(new Amount.Count(train), false);
  }

  static SplitPlan inFileOrder(double part) {
    return of(new Amount.Fraction(part), false);
  }

  static SplitPlan shuffled(double part) {
    return of(new Amount.Fraction(part), true);
  }

  private static SplitPlan of(Amount train, boolean shuffle) {
    return new SplitPlan(
        Optional.of(train), Optional.empty(), Optional.of(shuffle), Optional.empty());
  }

  /**
   * Returns this plan with what it leaves open taken from another: the amounts if it has none, and
   * whether to shuffle.
   */
  SplitPlan orElse(SplitPlan other) {
    boolean open = train.isEmpty() && test.isEmpty();
    return new SplitPlan(
        open ? other.train : train,
        open ? other.test : test,
        shuffle.or(() -> other.shuffle),
        seed.or(() -> other.seed));
  }
}
