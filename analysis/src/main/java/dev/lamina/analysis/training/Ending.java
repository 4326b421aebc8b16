package dev.lamina.analysis.training;

/** Why a run ended. */
public sealed interface Ending {

  /** {@return one sentence for people} */
  String text();

  /** All epochs are done. */
  record AllEpochs() implements Ending {
    @Override
    public String text() {
      return "all epochs are done";
    }
  }

  /** The most steps are done. */
  record AllSteps() implements Ending {
    @Override
    public String text() {
      return "all steps are done";
    }
  }

  /**
   * The loss was small enough.
   *
   * @param runningLoss what it was
   */
  record TargetReached(double runningLoss) implements Ending {
    @Override
    public String text() {
      return "the running loss is " + runningLoss;
    }
  }

  /**
   * A number was NaN or infinite; the network is that of the last good checkpoint.
   *
   * @param step number of the step, from 1
   * @param layer number of the first layer whose pre-activations are not finite, from 1; 0 if only
   *     the loss is not
   * @param loss the loss of the batch
   */
  record Diverged(long step, int layer, double loss) implements Ending {
    @Override
    public String text() {
      return "diverged at step %d: the loss of the batch is %s, %s; a smaller learning rate may help"
          .formatted(
              step,
              loss,
              layer == 0
                  ? "all pre-activations are finite but the outputs are too large for the loss"
                  : "the first pre-activations that are not finite are those of layer " + layer);
    }
  }
}
