package dev.lamina.analysis.depth;

import java.util.List;
import java.util.Optional;

/**
 * What the section {@code merging} of a study found.
 *
 * @param classes number of classes; 0 for numbers
 * @param samples training samples that were looked at and merged with
 * @param testSamples test samples that were looked at
 * @param training the looks while the network was trained; none if it was read
 * @param before the network before any merge
 * @param layers its hidden layers
 * @param further the network trained on without a merge, if that was asked for
 * @param merged one for each rule
 * @param x the inputs, if there is one input and one output
 * @param target the targets, if there is one input and one output
 */
public record MergingResult(
    int classes,
    int samples,
    int testSamples,
    List<Moment> training,
    Moment before,
    List<LayerState> layers,
    Optional<Further> further,
    List<Merged> merged,
    List<Double> x,
    List<Double> target) {

  /** Copies the lists. */
  public MergingResult {
    training = List.copyOf(training);
    layers = List.copyOf(layers);
    merged = List.copyOf(merged);
    x = List.copyOf(x);
    target = List.copyOf(target);
  }

  /**
   * A network after a merge.
   *
   * @param rule which layers were merged, in words
   * @param threshold minimal correlation above which they were
   * @param layers the merged ones in the order in which they were merged
   * @param kept linear ones that stay because a residual layer behind them adds them as they are
   * @param hidden hidden layers that are left
   * @param parametersBefore number of weights and biases before
   * @param parameters the same after
   * @param atOnce the merged network before any further training
   * @param agreement share of training samples that both networks give one class; NaN without
   *     classes
   * @param testAgreement the same of test samples
   * @param change largest change of an output on the training samples
   * @param bound what it cannot exceed
   * @param rmsChange largest root mean square change of an output on the training samples
   * @param rmsBound what it cannot exceed
   * @param file where the network was saved; empty if nothing is kept
   * @param further the merged network trained on, if that was asked for
   */
  public record Merged(
      String rule,
      double threshold,
      List<MergedLine> layers,
      List<Integer> kept,
      int hidden,
      long parametersBefore,
      long parameters,
      Moment atOnce,
      double agreement,
      double testAgreement,
      double change,
      double bound,
      double rmsChange,
      double rmsBound,
      String file,
      Optional<Further> further) {
    /** Copies the lists; results of earlier versions have no kept layers. */
    public Merged {
      layers = List.copyOf(layers);
      kept = kept == null ? List.of() : List.copyOf(kept);
    }
  }

  /**
   * A merged layer.
   *
   * @param layer its number in the network before any merge
   * @param minPearson how linear it was
   * @param nextChange bound of the root mean square change of a pre-activation of the next layer
   * @param rmsBound bound of the root mean square change of an output
   * @param bound bound of the change of an output on any sample
   */
  public record MergedLine(
      int layer, double minPearson, double nextChange, double rmsBound, double bound) {}

  /**
   * Further training.
   *
   * @param moments its looks, the first before the first step
   * @param diverged whether it diverged
   * @param agreement share of training samples that get the class which the network before the
   *     merge gave them; NaN without classes
   * @param testAgreement the same of test samples
   */
  public record Further(
      List<Moment> moments, boolean diverged, double agreement, double testAgreement) {
    /** Copies the list. */
    public Further {
      moments = List.copyOf(moments);
    }

    /** {@return the last look} */
    Moment last() {
      return moments.getLast();
    }
  }
}
