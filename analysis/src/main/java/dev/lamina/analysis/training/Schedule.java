package dev.lamina.analysis.training;

/** What the learning rate is multiplied by in the course of a run. */
public sealed interface Schedule {

  /** The rate stays as it is. */
  Schedule CONSTANT = new Constant();

  /**
   * {@return the factor of an epoch}
   *
   * @param epoch number of the epoch, from 0
   * @param epochs how many there are at most
   */
  double factor(int epoch, int epochs);

  /** 1. */
  record Constant() implements Schedule {
    @Override
    public double factor(int epoch, int epochs) {
      return 1;
    }
  }

  /**
   * factor^⌊epoch/every⌋.
   *
   * @param every epochs between two changes, ≥ 1
   * @param factor &gt; 0
   */
  record Steps(int every, double factor) implements Schedule {
    /** Checks the ranges. */
    public Steps {
      if (every < 1 || !(factor > 0 && factor < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException(
            "steps: every must be ≥ 1 and factor positive but are %d and %s"
                .formatted(every, factor));
      }
    }

    @Override
    public double factor(int epoch, int epochs) {
      int changes = epoch / every;
      return StrictMath.pow(factor, (double) changes);
    }
  }

  /**
   * Half a cosine from 1 in the first epoch to {@code last} after the last one (Loshchilov and
   * Hutter 2017, without restarts).
   *
   * @param last ≥ 0
   */
  record Cosine(double last) implements Schedule {
    /** Checks the range. */
    public Cosine {
      if (!(last >= 0 && last < Double.POSITIVE_INFINITY)) {
        throw new IllegalArgumentException("cosine: last must be ≥ 0 but is " + last);
      }
    }

    @Override
    public double factor(int epoch, int epochs) {
      double part = (double) epoch / epochs;
      return last + (1 - last) * (1 + StrictMath.cos(Math.PI * part)) / 2;
    }
  }
}
