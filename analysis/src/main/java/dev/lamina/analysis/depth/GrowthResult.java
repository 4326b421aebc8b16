package dev.lamina.analysis.depth;

import java.util.List;

/**
 * What the section {@code growth} of a study found.
 *
 * @param available number of training samples
 * @param runs one for each initialisation and number of samples
 * @param members whether lifts for some samples are lifts for others
 */
public record GrowthResult(int available, List<Run> runs, List<Members> members) {

  /** So many epochs after samples are added a network is on its plateau again. */
  static final int SOON = 1000;

  /** Copies the lists. */
  public GrowthResult {
    runs = List.copyOf(runs);
    members = List.copyOf(members);
  }

  /**
   * One initialisation that is trained on with one number of samples.
   *
   * @param seed of the initial weights
   * @param size number of samples from the epoch of the growth
   * @param ending why the run ended
   * @param before looks up to the growth, on the samples of then
   * @param after looks from the growth on, on the samples since; the first is of the same network
   *     as the last of {@code before}
   */
  public record Run(long seed, int size, String ending, List<Moment> before, List<Moment> after) {
    /** Copies the lists. */
    public Run {
      before = List.copyOf(before);
      after = List.copyOf(after);
    }

    /** Returns the first look at or after so many epochs since the growth, or the last one. */
    Moment later(long epochs) {
      long at = after.getFirst().epoch() + epochs;
      return after.stream().filter(m -> m.epoch() >= at).findFirst().orElse(after.getLast());
    }

    /** Returns the epoch of the first look with less than half the loss soon after the growth. */
    double escaped() {
      Moment soon = later(SOON);
      return after.stream()
          .filter(m -> m.epoch() > soon.epoch() && m.loss() < soon.loss() / 2)
          .mapToDouble(Moment::epoch)
          .findFirst()
          .orElse(Double.NaN);
    }
  }

  /**
   * Random members of the lifted set of a network for some samples.
   *
   * @param size number of samples that they were drawn for
   * @param others numbers of samples for which they were tested
   * @param shares share of them that are members for these samples too
   */
  public record Members(int size, List<Integer> others, List<Double> shares) {
    /** Copies the lists. */
    public Members {
      others = List.copyOf(others);
      shares = List.copyOf(shares);
    }
  }
}
