package dev.lamina.analysis.lego;

import java.util.List;

/**
 * What the section {@code lego} of a study found.
 *
 * @param classes number of classes; 0 for numbers
 * @param trainSamples training samples of each run
 * @param testSamples test samples
 * @param methods one entry for each method
 * @param choices what methods chose from, and how candidates did; empty if nothing was chosen
 * @param grams Gram matrices of the first run
 */
public record LegoStudyResult(
    int classes,
    int trainSamples,
    int testSamples,
    List<Method> methods,
    List<Choice> choices,
    List<Gram> grams) {

  /** Copies the lists. */
  public LegoStudyResult {
    methods = List.copyOf(methods);
    choices = List.copyOf(choices);
    grams = List.copyOf(grams);
  }

  /**
   * What was found with one method.
   *
   * @param name of the method
   * @param runs one for each seed
   */
  public record Method(String name, List<Run> runs) {
    /** Copies the list. */
    public Method {
      runs = List.copyOf(runs);
    }

    /** {@return the runs that did not diverge} */
    public List<Run> finished() {
      return runs.stream().filter(run -> !run.diverged()).toList();
    }
  }

  /**
   * How a method did with one noise or weight decay on samples held out of the training samples.
   *
   * @param method its name
   * @param value σ² or, for end-to-end training, the weight decay
   * @param score mean over the seeds; NaN if a run diverged
   * @param chosen whether it is the best of the method
   */
  public record Choice(String method, double value, double score, boolean chosen) {}

  /**
   * One run.
   *
   * @param seed of the initial weights, the order of the examples and the choice of samples
   * @param train score on the training samples
   * @param test score on the test samples
   * @param diverged whether it diverged; its numbers are then those of the last good network
   * @param note what else is to be said; empty if nothing
   * @param seconds how long it took beside others
   * @param layers read-outs from every hidden layer; empty for methods without layers
   * @param turns what became of every layer; empty for methods that do not train layer by layer
   * @param moments the layers' losses while the whole network was trained; empty for other methods
   */
  public record Run(
      long seed,
      double train,
      double test,
      boolean diverged,
      String note,
      double seconds,
      List<LayerScore> layers,
      List<TurnHistory> turns,
      List<LayerMonitor.Moment> moments) {
    /** Copies the lists. */
    public Run {
      layers = List.copyOf(layers);
      turns = List.copyOf(turns);
      moments = List.copyOf(moments);
    }
  }

  /**
   * The Gram matrix of a layer on some samples, ordered by class.
   *
   * @param layer the layer, from 1
   * @param when {@code before} or {@code after} its training
   * @param samples their number m
   * @param cosines m×m cosines of the activations, row by row
   */
  public record Gram(int layer, String when, int samples, List<Double> cosines) {
    /** Copies the list. */
    public Gram {
      cosines = List.copyOf(cosines);
    }
  }
}
