package dev.lamina.analysis.lego;

import dev.lamina.analysis.layerwise.BatchRule;
import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.layerwise.LayerLoss;
import dev.lamina.analysis.layerwise.LayerObjective;
import dev.lamina.analysis.layerwise.SoftmaxReadout;
import dev.lamina.analysis.layerwise.SoftmaxSettings;
import dev.lamina.analysis.lego.LegoPlan.LegoLoss;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The objective of one layer for batches of any size, whose values can be compared. Losses of
 * kernels keep memory for every size of batches; a softmax read-out is one for all of them.
 */
final class LayerObjectives implements AutoCloseable {
  private final Backend backend;
  private final LegoLoss loss;
  private final int layersAbove;
  private final long samples;
  private final Optional<SoftmaxReadout> softmax;
  private final Map<Long, LayerObjective> kernels = new HashMap<>();

  /**
   * Creates the objectives; the caller closes them.
   *
   * @param layersAbove hidden layers above the layer
   * @param samples all training samples N
   * @param width n of the layer
   * @param seed of a softmax read-out
   */
  LayerObjectives(
      Backend backend, LegoLoss loss, int layersAbove, long samples, long width, long seed) {
    this.backend = backend;
    this.loss = loss;
    this.layersAbove = layersAbove;
    this.samples = samples;
    this.softmax =
        switch (loss.objective()) {
          case LegoObjective.OfKernel _ -> Optional.empty();
          case LegoObjective.Softmax _ -> {
            double decay = loss.priorWeight() * width / (loss.readoutVariance() * samples);
            yield Optional.of(new SoftmaxReadout(backend, new SoftmaxSettings(1, decay, seed)));
          }
        };
  }

  /** Sets the rate of what moves beside the layer. */
  void useRate(double rate) {
    softmax.ifPresent(s -> s.useRate(rate));
  }

  /** Opens what is trained beside the layer, and returns all that a checkpoint must hold of it. */
  List<DeviceMatrix> open(DType dtype, long width, long outputs) {
    return softmax.map(s -> s.open(dtype, width, outputs)).orElse(List.of());
  }

  /** Continues from so many steps, what a checkpoint holds being in place. */
  void resumeAt(long step) {
    softmax.ifPresent(s -> s.resumeAt(step));
  }

  /** Returns what the layer's prior is multiplied by in the units of the gradient. */
  double priorWeight() {
    return softmax.isPresent() ? loss.priorWeight() / samples : loss.priorWeight();
  }

  /** Returns the loss of all samples as a batch shows it, and its gradient on the batch. */
  double gradient(DeviceMatrix activations, DeviceMatrix targets, DeviceMatrix gradient) {
    return full(objective(activations.rows()).evaluate(activations, targets, gradient), targets);
  }

  /** Returns the loss of all samples as a batch shows it. */
  double value(DeviceMatrix activations, DeviceMatrix targets) {
    return full(objective(activations.rows()).evaluate(activations, targets), targets);
  }

  private LayerObjective objective(long rows) {
    return switch (loss.objective()) {
      case LegoObjective.Softmax _ -> softmax.orElseThrow();
      case LegoObjective.OfKernel(Form form) ->
          kernels.computeIfAbsent(
              rows, _ -> LayerObjective.open(backend, loss.settings(form, layersAbove, samples)));
    };
  }

  /**
   * Returns what a batch says about the loss of all samples: for logarithms of probabilities by the
   * mini-batch rule, for sums over samples times N/b, for means times N; other forms are compared
   * as they are.
   */
  private double full(LayerLoss value, DeviceMatrix targets) {
    return switch (loss.objective()) {
      case LegoObjective.Softmax _ -> value.value() * samples;
      case LegoObjective.OfKernel(Form form) -> full(form, value.value(), targets);
    };
  }

  private double full(Form form, double value, DeviceMatrix targets) {
    long batch = targets.rows();
    return switch (form) {
      case EVIDENCE, LOO_NLL ->
          loss.noise() > 0 && batch != samples
              ? new BatchRule(loss.noise(), samples)
                  .fullLoss(value, batch, targets.cols(), loss.centred())
              : value;
      case TRAINING_ERROR, RIDGE_READOUT, LOO_MSE -> value * samples / batch;
      case FIT, HIGH_NOISE, HSIC, ALIGNMENT -> value;
    };
  }

  @Override
  public void close() {
    kernels.values().forEach(LayerObjective::close);
    softmax.ifPresent(SoftmaxReadout::close);
  }
}
