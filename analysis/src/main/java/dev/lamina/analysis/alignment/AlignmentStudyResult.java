package dev.lamina.analysis.alignment;

import java.util.List;

/**
 * What the section {@code alignment} of a study found.
 *
 * @param classes number of classes
 * @param examples measured examples of the training data
 * @param testExamples measured examples of the test data
 * @param levels reference levels of the training examples
 * @param depths one entry for each depth
 */
public record AlignmentStudyResult(
    int classes, int examples, int testExamples, AlignmentLevels levels, List<Depth> depths) {

  /** Copies the list. */
  public AlignmentStudyResult {
    depths = List.copyOf(depths);
  }

  /**
   * What was found at one depth.
   *
   * @param depth number of weight layers
   * @param width units of the first hidden layer
   * @param rate learning rate
   * @param prediction where the alignment is expected to peak
   * @param runs one for each initialisation
   */
  public record Depth(
      int depth, int width, double rate, EquilibriumPrediction prediction, List<Run> runs) {
    /** Copies the list. */
    public Depth {
      runs = List.copyOf(runs);
    }

    /** {@return the runs that did not diverge} */
    public List<Run> finished() {
      return runs.stream().filter(run -> !run.diverged()).toList();
    }
  }

  /**
   * One run.
   *
   * @param seed of the initial weights and of the order of the examples
   * @param steps finished steps
   * @param epochs finished epochs
   * @param runningLoss at the end
   * @param trainAccuracy in the last epoch
   * @param testAccuracy after the last epoch
   * @param diverged whether it diverged; its numbers are then those of the last good network
   * @param ending why it ended
   * @param fresh alignment with the training examples before training
   * @param trained alignment with the training examples after it
   * @param test alignment with the test examples after it
   * @param times alignment over the training time; empty where it was not followed
   */
  public record Run(
      long seed,
      long steps,
      int epochs,
      double runningLoss,
      double trainAccuracy,
      double testAccuracy,
      boolean diverged,
      String ending,
      AlignmentResult fresh,
      AlignmentResult trained,
      AlignmentResult test,
      List<Moment> times) {
    /** Copies the list. */
    public Run {
      times = List.copyOf(times);
    }
  }

  /**
   * The alignment at one moment of the training.
   *
   * @param step finished steps
   * @param train with the training examples, layers 1 to L
   * @param test with the test examples
   * @param trainWhole that of the whole network with the training examples
   * @param testWhole with the test examples
   */
  public record Moment(
      long step, List<Double> train, List<Double> test, double trainWhole, double testWhole) {
    /** Copies the lists. */
    public Moment {
      train = List.copyOf(train);
      test = List.copyOf(test);
    }
  }
}
