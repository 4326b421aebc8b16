package dev.lamina.analysis.lego;

import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.training.DeviceNetwork;
import dev.lamina.analysis.training.Pass;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.analysis.training.Updates;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.IntStream;

/** The layers of one {@link LegoPlan.Turn} on the device, and their steps. Owns its matrices. */
final class LayerTurn implements AutoCloseable {
  /** Keeps the orders of the examples of different turns apart. */
  private static final long TURN = 0x2545f4914f6cdd1dL;

  private final Backend backend;
  private final LegoPlan plan;
  private final LegoPlan.Turn turn;
  private final int number;
  private final TrainingData data;
  private final long samples;
  private final Network layers;
  private final FrozenPart lower;
  private final FrozenPart lowerHeldOut;
  private final DeviceNetwork network;
  private final Updates updates;
  private final LayerObjectives objectives;
  private final List<DeviceMatrix> readOut;
  private final Map<Long, Batch> batches = new HashMap<>();
  private final int[] inOrder;

  private long step;

  /**
   * Prepares a turn.
   *
   * @param backend the device
   * @param plan how to train
   * @param number which of the plan's turns, from 0
   * @param turn which layers
   * @param data samples; the test part is held out
   * @param whole all hidden layers, which begin as they are here
   */
  LayerTurn(
      Backend backend,
      LegoPlan plan,
      int number,
      LegoPlan.Turn turn,
      TrainingData data,
      Network whole,
      int hidden) {
    this.backend = backend;
    this.plan = plan;
    this.number = number;
    this.turn = turn;
    this.data = data;
    this.samples = data.x().rows() + data.testX().rows();
    this.layers = new Network(whole.layers().subList(turn.first() - 1, turn.last()));
    this.lower = new FrozenPart(backend, whole, turn.first() - 1, data.x());
    this.lowerHeldOut = new FrozenPart(backend, whole, turn.first() - 1, data.testX());
    this.network = new DeviceNetwork(backend, layers);
    this.updates = new Updates(network, plan.optimiser(), plan.seed() + number);
    long width = layers.outputs();
    this.objectives =
        new LayerObjectives(
            backend, plan.loss(), hidden - turn.last(), samples, width, plan.seed() + number);
    this.readOut = objectives.open(data.x().dtype(), width, data.targets().cols());
    this.inOrder =
        IntStream.range(0, Math.toIntExact(Math.max(data.x().rows(), data.testX().rows())))
            .toArray();
  }

  /** Returns the parameters on the device. */
  DeviceNetwork network() {
    return network;
  }

  /** Returns what the optimiser remembers. */
  Updates updates() {
    return updates;
  }

  /** Returns what is trained beside the layers, if anything is. */
  List<DeviceMatrix> readOut() {
    return readOut;
  }

  /** Returns the layers on the host, as they were when the turn began or as was last kept. */
  Network layers() {
    return layers;
  }

  /** Copies the parameters as they are now to the host's layers. */
  void keep() {
    network.download(layers);
  }

  /** Returns finished steps. */
  long step() {
    return step;
  }

  /** Continues from a checkpoint, whose parameters are in place already. */
  void resumeAt(long finished) {
    step = finished;
    objectives.resumeAt(finished);
  }

  /** Returns steps per pass. */
  long stepsPerEpoch() {
    return batchCount(data.x().rows());
  }

  private long batchCount(long n) {
    return plan.batch() == 0 ? 1 : Math.ceilDiv(n, (long) plan.batch());
  }

  /**
   * One pass over the samples.
   *
   * @param epoch number of finished passes
   * @param afterStep called after every step
   * @return the mean of the batches' losses, or the first one that is not finite
   */
  double epoch(int epoch, Runnable afterStep) {
    long n = data.x().rows();
    long count = batchCount(n);
    double rate = plan.rate() * plan.schedule().factor(epoch, turn.epochs());
    objectives.useRate(rate);
    int[] order = Training.order(plan.seed() + TURN * (number + 1), epoch, n);
    double sum = 0;
    for (long i = 0; i < count; i++) {
      long from = i * n / count; // batches differ by one sample at most
      Batch batch = batch((i + 1) * n / count - from);
      batch.load(lower, data.targets(), plan.batch() == 0 ? null : order, from);
      double loss = batch.gradient();
      step++;
      if (!Double.isFinite(loss)) {
        return loss;
      }
      batch.pass.backward(batch.inputs);
      addPrior();
      updates.apply(step, rate);
      sum += loss;
      afterStep.run();
    }
    return sum / count;
  }

  /** Returns the loss of the training samples as the layers are. */
  double trainingLoss() {
    return loss(lower, data.targets());
  }

  /** Returns the loss of the held-out samples as the layers are, or NaN if there are none. */
  double heldOutLoss() {
    return data.testX().rows() == 0 ? Double.NaN : loss(lowerHeldOut, data.testTargets());
  }

  private double loss(FrozenPart part, DeviceMatrix targets) {
    long n = targets.rows();
    long count = batchCount(n);
    double sum = 0;
    for (long i = 0; i < count; i++) {
      long from = i * n / count;
      Batch batch = batch((i + 1) * n / count - from);
      batch.load(part, targets, plan.batch() == 0 ? null : inOrder, from);
      sum += batch.value();
    }
    return sum / count;
  }

  private Batch batch(long rows) {
    return batches.computeIfAbsent(rows, Batch::new);
  }

  private void addPrior() {
    double weight = objectives.priorWeight();
    if (weight == 0) {
      return;
    }
    for (DeviceNetwork.Parameter p : network.parameters()) {
      double precision =
          p.name().endsWith(".bias")
              ? 1 / plan.loss().biasVariance()
              : p.value().cols() / plan.loss().weightVariance();
      backend.layers().add(weight * precision, p.value(), 1, p.gradient());
    }
  }

  /** Returns the number of the first layer with parameters that are not finite, or nothing. */
  Optional<Integer> layerNotFinite() {
    for (DeviceNetwork.Parameter p : network.parameters()) {
      if (!Double.isFinite(backend.gram().dot(p.value(), p.value()))) {
        return Optional.of(turn.first() - 1 + Integer.parseInt(p.name().split("\\.", 3)[1]));
      }
    }
    return Optional.empty();
  }

  /** A batch of one size. */
  private final class Batch implements AutoCloseable {
    private final Pass pass;
    private final Optional<DeviceMatrix> lowest;
    private final DeviceMatrix room;
    private final DeviceMatrix targetRoom;
    private DeviceMatrix inputs;
    private DeviceMatrix targets;

    Batch(long rows) {
      this.pass = new Pass(network, rows);
      boolean gathers = plan.batch() > 0;
      this.lowest =
          gathers && !lower.stored() ? Optional.of(pass.inputs(data.x().cols())) : Optional.empty();
      this.room = gathers ? pass.inputs(layers.inputs()) : null;
      this.targetRoom = gathers ? pass.inputs(data.targets().cols()) : null;
    }

    /** Takes samples in an order, or all of them as they stand if there is no order. */
    void load(FrozenPart part, DeviceMatrix y, int[] order, long from) {
      if (order == null) {
        inputs = part.all();
        targets = y;
        return;
      }
      inputs = room;
      targets = targetRoom;
      part.gather(order, Math.toIntExact(from), lowest, inputs);
      backend.layers().gatherRows(y, order, Math.toIntExact(from), targets);
    }

    double gradient() {
      pass.forward(inputs, true);
      return objectives.gradient(pass.outputs(), targets, pass.outputGradient());
    }

    double value() {
      pass.forward(inputs, false);
      return objectives.value(pass.outputs(), targets);
    }

    @Override
    public void close() {
      pass.close();
    }
  }

  @Override
  public void close() {
    batches.values().forEach(Batch::close);
    objectives.close();
    updates.close();
    network.close();
    lower.close();
    lowerHeldOut.close();
  }
}
