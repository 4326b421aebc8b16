package dev.lamina.analysis.lego;

import dev.lamina.analysis.layerwise.SingularGramException;
import dev.lamina.analysis.study.Progress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/** Trains the layers of one turn until something ends it. */
final class TurnRun {
  private final LegoPlan plan;
  private final LegoPlan.Turn turn;
  private final int layersAbove;
  private final LayerTurn layers;
  private final Progress progress;
  private final List<LegoEpoch> epochs = new ArrayList<>();
  private int best;
  private double bestLoss = Double.NaN;
  private int sinceBest;
  private Optional<String> trouble = Optional.empty();

  TurnRun(LegoPlan plan, LegoPlan.Turn turn, int layersAbove, LayerTurn layers, Progress progress) {
    this.plan = plan;
    this.turn = turn;
    this.layersAbove = layersAbove;
    this.layers = layers;
    this.progress = progress;
  }

  /** Continues from an evaluation; the parameters are in place already. */
  void resume(TurnState state) {
    epochs.addAll(state.epochs());
    best = state.best();
    bestLoss = state.bestLoss();
    sinceBest = state.sinceBest();
    layers.resumeAt(state.step());
    progress.advance(state.step());
  }

  /**
   * Trains.
   *
   * @param every passes between two stored states
   * @param store stores a state, the parameters being those on the device and the kept ones
   */
  TurnHistory run(int every, Consumer<TurnState> store) {
    if (epochs.isEmpty()) {
      bestLoss = layers.heldOutLoss();
      epochs.add(new LegoEpoch(0, 0, layers.trainingLoss(), bestLoss));
    }
    int stored = epoch();
    Optional<String> ending = ended();
    while (ending.isEmpty()) {
      train();
      ending = trouble.or(this::ended);
      if (trouble.isEmpty() && ending.isEmpty() && epoch() - stored >= every) {
        store.accept(new TurnState(epochs, layers.step(), best, bestLoss, sinceBest));
        stored = epoch();
      }
    }
    progress.advance(turn.epochs() * layers.stepsPerEpoch() - layers.step());
    return new TurnHistory(
        turn.first(),
        turn.last(),
        layersAbove,
        epochs,
        best,
        ending.orElseThrow(),
        trouble.isPresent());
  }

  private int epoch() {
    return epochs.getLast().epoch();
  }

  private Optional<String> ended() {
    if (plan.patience() > 0 && sinceBest >= plan.patience()) {
      return Optional.of(
          "the held-out loss was best after %d epochs, %d evaluations ago"
              .formatted(best, sinceBest));
    }
    return epoch() >= turn.epochs() ? Optional.of("all epochs are done") : Optional.empty();
  }

  /** Trains up to the next evaluation. */
  private void train() {
    double sum = 0;
    int passes = 0;
    int epoch = epoch();
    try {
      do {
        double loss = layers.epoch(epoch, () -> progress.advance(1));
        if (!Double.isFinite(loss)) {
          trouble = Optional.of(diverged("its loss is " + loss));
          return;
        }
        sum += loss;
        passes++;
        epoch++;
      } while (epoch % plan.evaluateEvery() != 0 && epoch < turn.epochs());
      evaluate(epoch, sum / passes);
    } catch (SingularGramException e) {
      if (layers.step() == 0) {
        throw e; // nothing has moved yet: the settings are wrong, not the rate
      }
      trouble = Optional.of(diverged(e.getMessage()));
    }
  }

  private void evaluate(int epoch, double loss) {
    Optional<Integer> bad = layers.layerNotFinite();
    if (bad.isPresent()) {
      trouble = Optional.of(diverged("parameters of layer " + bad.get() + " are not finite"));
      return;
    }
    double heldOut = layers.heldOutLoss();
    epochs.add(new LegoEpoch(epoch, layers.step(), loss, heldOut));
    if (Double.isNaN(bestLoss) || heldOut < bestLoss) {
      layers.keep();
      best = epoch;
      bestLoss = heldOut;
      sinceBest = 0;
    } else {
      sinceBest++;
    }
  }

  private String diverged(String how) {
    return "%s diverged at step %d: %s; it keeps its parameters of epoch %d; a smaller rate may help"
        .formatted(
            turn.first() == turn.last()
                ? "layer " + turn.last()
                : "layers %d to %d".formatted(turn.first(), turn.last()),
            layers.step() + 1,
            how,
            best);
  }
}
