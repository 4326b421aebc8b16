package dev.lamina.analysis.depth;

import java.util.List;

/**
 * What the section {@code linearity} of a study found.
 *
 * @param classes number of classes; 0 for numbers
 * @param samples training samples that were looked at
 * @param testSamples test samples that were looked at
 * @param shelves losses of the best simple fits
 * @param x the inputs, if there is one input and one output
 * @param target the targets, if there is one input and one output
 * @param runs one for each depth, normalisation and initialisation
 */
public record LinearityResult(
    int classes,
    int samples,
    int testSamples,
    List<Shelf> shelves,
    List<Double> x,
    List<Double> target,
    List<Run> runs) {

  /** Copies the lists. */
  public LinearityResult {
    shelves = List.copyOf(shelves);
    x = List.copyOf(x);
    target = List.copyOf(target);
    runs = List.copyOf(runs);
  }

  /**
   * One run.
   *
   * @param hidden number of hidden layers
   * @param norm scale γ that batch normalisations began with; 0 for none
   * @param seed of the initial weights and of the order of the samples
   * @param parameters number of weights and biases
   * @param diverged whether it diverged; its looks end there
   * @param ending why it ended
   * @param moments its looks
   * @param layers the hidden layers at the end
   */
  public record Run(
      int hidden,
      double norm,
      long seed,
      long parameters,
      boolean diverged,
      String ending,
      List<Moment> moments,
      List<LayerState> layers) {
    /** Copies the lists. */
    public Run {
      moments = List.copyOf(moments);
      layers = List.copyOf(layers);
    }

    /** {@return the last look} */
    Moment last() {
      return moments.getLast();
    }

    /** Returns a name such as {@code 3 hidden layers, γ = 0.1}. */
    String label() {
      return "%d hidden layer%s%s"
          .formatted(hidden, hidden == 1 ? "" : "s", norm > 0 ? ", γ = " + norm : "");
    }

    /** Returns the first epoch at a look with a loss below another, NaN if there is none. */
    double firstBelow(double loss) {
      return moments.stream()
          .filter(m -> m.loss() < loss)
          .mapToDouble(Moment::epoch)
          .findFirst()
          .orElse(Double.NaN);
    }

    /** Returns the last epoch up to which all layers were linear at every look, NaN for none. */
    double linearUntil(double threshold) {
      double until = Double.NaN;
      for (Moment m : moments) {
        if (m.minPearson().stream().anyMatch(p -> p <= threshold)) {
          return until;
        }
        until = m.epoch();
      }
      return until;
    }
  }
}
