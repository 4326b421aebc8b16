package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;

/** Evaluates each call in the space that its shape is for. */
final class Dispatch implements LayerObjective {
  private final ObjectiveSettings settings;
  private final GramObjective gram;
  private final FeatureObjective features;

  Dispatch(Backend backend, ObjectiveSettings settings) {
    this.settings = settings;
    this.gram = new GramObjective(backend, settings);
    this.features = new FeatureObjective(backend, settings);
  }

  @Override
  public LayerLoss evaluate(DeviceMatrix activations, DeviceMatrix targets) {
    return objective(activations).evaluate(activations, targets);
  }

  @Override
  public LayerLoss evaluate(DeviceMatrix activations, DeviceMatrix targets, DeviceMatrix gradient) {
    return objective(activations).evaluate(activations, targets, gradient);
  }

  private LayerObjective objective(DeviceMatrix activations) {
    return settings.inFeatureSpace(activations.rows(), activations.cols()) ? features : gram;
  }

  @Override
  public void close() {
    gram.close();
    features.close();
  }
}
