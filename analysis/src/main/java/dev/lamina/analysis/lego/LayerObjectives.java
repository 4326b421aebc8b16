package dev.lamina.analysis.lego;

import dev.lamina.analysis.layerwise.BatchRule;
import dev.lamina.analysis.layerwise.LayerLoss;
import dev.lamina.analysis.layerwise.LayerObjective;
import dev.lamina.analysis.layerwise.ObjectiveSettings;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.Matrix;

/** Objectives of one layer for batches of any size, whose values can be compared. */
final class LayerObjectives {
  private final Backend backend;
  private final ObjectiveSettings settings;
  private final BatchRule rule;

  LayerObjectives(Backend backend, ObjectiveSettings settings) {
    this.backend = backend;
    this.settings = settings;
    this.rule = new BatchRule(settings.noise(), settings.population().orElseThrow());
  }

  /** Opens an objective; it keeps memory for one size of batches. The caller closes it. */
  LayerObjective open() {
    return LayerObjective.open(backend, settings);
  }

  /**
   * Returns what a batch says about the loss of all samples: for logarithms of probabilities by the
   * mini-batch rule, for sums over samples times N/b; other forms are compared as they are.
   */
  double full(LayerLoss loss, Matrix targets) {
    long batch = targets.rows();
    return switch (settings.form()) {
      case EVIDENCE, LOO_NLL ->
          settings.noise() > 0 && batch != rule.samples()
              ? rule.fullLoss(loss.value(), batch, targets.cols(), settings.centred())
              : loss.value();
      case TRAINING_ERROR, RIDGE_READOUT, LOO_MSE -> loss.value() * rule.samples() / batch;
      case FIT, HIGH_NOISE, HSIC, ALIGNMENT -> loss.value();
    };
  }
}
