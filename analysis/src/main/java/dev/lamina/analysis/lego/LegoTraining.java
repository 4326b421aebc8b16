package dev.lamina.analysis.lego;

import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * One run of layer-wise training on one device.
 *
 * <p>Layer after layer is trained with a loss of its own activations. What is below is frozen, its
 * activations computed once; what is above does not exist yet for it but as layers of infinite
 * width. Equal plans, data, networks, memory budgets and processors give equal bits, whatever the
 * number of threads and however often the run was interrupted.
 */
public final class LegoTraining implements AutoCloseable {
  private final Backend backend;
  private final TrainingData data;
  private final LegoPlan plan;
  private final Optional<Training.Checkpoints> checkpoints;
  private final Progress progress;
  private final Network network;
  private final int hidden;
  private final List<LegoPlan.Turn> turns;
  private final Optional<LegoCheckpoint> checkpoint;
  private final List<TurnHistory> finished = new ArrayList<>();

  /**
   * Prepares a run; the caller closes it.
   *
   * @param backend the device
   * @param data samples on that device with the targets of the loss; the test part is held out and
   *     may be empty. The noise of the plan belongs to both parts together. Stays the caller's
   * @param initial the network to begin with, whose last layer is the read-out and is not trained;
   *     stays the caller's and as it is
   * @param plan how to train
   * @param checkpoints where to store the run, if it is to be stored
   * @param progress hears of every step
   * @throws IllegalArgumentException if the network is not one that the losses are about
   */
  public LegoTraining(
      Backend backend,
      TrainingData data,
      Network initial,
      LegoPlan plan,
      Optional<Training.Checkpoints> checkpoints,
      Progress progress) {
    this.hidden = initial.depth() - 1;
    this.turns = plan.turns(hidden);
    initial.layers().forEach(layer -> requireSuitable(layer, plan));
    if (initial.inputs() != data.x().cols() || initial.dtype() != data.x().dtype()) {
      throw new ShapeException(
          "lego: a network of %d inputs in %s cannot learn from x %s"
              .formatted(initial.inputs(), initial.dtype(), data.x().shape()));
    }
    this.backend = backend;
    this.data = data;
    this.plan = plan;
    this.checkpoints = checkpoints;
    this.progress = progress;
    this.network = initial.copy(initial.dtype());
    this.checkpoint =
        checkpoints.map(c -> LegoCheckpoint.of(c.file(), backend, plan, data, initial));
  }

  private static void requireSuitable(Layer layer, LegoPlan plan) {
    boolean last = layer instanceof DenseLayer d && d.activation().equals(Activation.IDENTITY);
    if (layer instanceof DenseLayer dense) {
      if (dense.norm().isPresent() || dense.residual().isPresent()) {
        throw new IllegalArgumentException(
            "lego: layers must be plain, without batch normalisation and residual connections");
      }
      if (!last && !dense.activation().equals(Activation.RELU)) {
        throw new IllegalArgumentException(
            "lego: hidden layers must be relu, what wide layers above are taken for, but there is "
                + dense.activation());
      }
      if (!last && dense.bias().isPresent() != plan.loss().biasVariance() > 0) {
        throw new IllegalArgumentException(
            "lego: biases have the prior variance bias-variance, so it must be > 0 with network.bias = true and 0 with false, but it is %s"
                .formatted(plan.loss().biasVariance()));
      }
    }
  }

  /**
   * {@return the network after {@link #run}: the best parameters of each layer that was trained, in
   * a run that diverged up to the layer that did so, and the others and the read-out as they were;
   * closed with this}
   */
  public Network network() {
    return network;
  }

  /** {@return how many steps the plan has at most} */
  public long steps() {
    long batches = plan.batch() == 0 ? 1 : Math.ceilDiv(data.x().rows(), (long) plan.batch());
    return turns.stream().mapToLong(turn -> turn.epochs() * batches).sum();
  }

  /**
   * Trains until the plan ends it. To be called once.
   *
   * @return what became of it
   */
  public LegoResult run() {
    progress.begin("training layer by layer", Math.max(1, steps()));
    Optional<LegoCheckpoint.State> state =
        checkpoint.filter(c -> Files.exists(c.file())).map(LegoCheckpoint::readState);
    int begin = 0;
    if (state.isPresent()) {
      finished.addAll(state.get().finished());
      begin = finished.size();
      checkpoint.orElseThrow().readNetwork(network);
      progress.advance(finished.stream().mapToLong(this::plannedSteps).sum());
    }
    for (int t = begin; t < turns.size() && !diverged(); t++) {
      Optional<LegoCheckpoint.State> middle =
          t == begin ? state.filter(s -> s.current() != null) : Optional.empty();
      TurnHistory history = turn(t, middle);
      rescale(turns.get(t));
      finished.add(history);
      checkpoint.ifPresent(c -> c.write(finished, null, network, null));
    }
    return new LegoResult(finished, state.isPresent());
  }

  private boolean diverged() {
    return !finished.isEmpty() && finished.getLast().diverged();
  }

  private long plannedSteps(TurnHistory history) {
    long batches = plan.batch() == 0 ? 1 : Math.ceilDiv(data.x().rows(), (long) plan.batch());
    return batches * (history.first() == history.last() ? plan.epochs() : plan.sweepEpochs());
  }

  private TurnHistory turn(int number, Optional<LegoCheckpoint.State> resumed) {
    LegoPlan.Turn turn = turns.get(number);
    try (LayerTurn layers = new LayerTurn(backend, plan, number, turn, data, network, hidden)) {
      TurnRun run =
          new TurnRun(plan, turn, plan.loss().above(hidden - turn.last()), layers, progress);
      resumed.ifPresent(state -> {
        checkpoint.orElseThrow().readTurn(layers);
        run.resume(state.current());
      });
      int every = checkpoints.map(Training.Checkpoints::every).orElse(Integer.MAX_VALUE);
      return run.run(
          every, state -> checkpoint.ifPresent(c -> c.write(finished, state, network, layers)));
    }
  }

  /**
   * Gives a layer whose loss does not see its scale the weights' norm that the prior expects,
   * biases by the same factor: with relu that scales its activations alone.
   */
  private void rescale(LegoPlan.Turn turn) {
    boolean scaleless =
        plan.loss().objective() instanceof LegoObjective.OfKernel kernel && kernel.scaleless();
    if (!scaleless || plan.loss().priorWeight() > 0 || turn.first() != turn.last()) {
      return;
    }
    DenseLayer layer = (DenseLayer) network.layers().get(turn.first() - 1);
    double square = 0;
    for (double[] row : layer.weights().toArray()) {
      for (double w : row) {
        square += w * w;
      }
    }
    if (square > 0) {
      double factor = Math.sqrt(layer.outputs() * plan.loss().weightVariance() / square);
      layer.matrices().forEach(m -> scale(factor, m));
    }
  }

  private static void scale(double factor, HostMatrix m) {
    for (long i = 0; i < m.rows(); i++) {
      for (long j = 0; j < m.cols(); j++) {
        m.set(i, j, factor * m.get(i, j));
      }
    }
  }

  @Override
  public void close() {
    network.close();
  }
}
