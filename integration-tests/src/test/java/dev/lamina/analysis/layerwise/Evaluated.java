package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;

/** A loss and its gradient, N×n, on the host. */
final class Evaluated {
  private final LayerLoss loss;
  private final double[][] gradient;

  private Evaluated(LayerLoss loss, double[][] gradient) {
    this.loss = loss;
    this.gradient = gradient;
  }

  LayerLoss loss() {
    return loss;
  }

  double[][] gradient() {
    return gradient;
  }

  static Evaluated of(
      Backend backend, ObjectiveSettings settings, HostMatrix phi, HostMatrix targets) {
    try (LayerObjective objective = LayerObjective.open(backend, settings)) {
      return of(backend, objective, phi, targets);
    }
  }

  static Evaluated of(
      Backend backend, LayerObjective objective, HostMatrix phi, HostMatrix targets) {
    try (DeviceMatrix x = backend.upload(phi);
        DeviceMatrix y = backend.upload(targets);
        DeviceMatrix g = backend.allocate(phi.dtype(), phi.rows(), phi.cols());
        HostMatrix host = HostMatrix.allocate(phi.dtype(), phi.rows(), phi.cols())) {
      LayerLoss loss = objective.evaluate(x, y, g);
      backend.download(g, host);
      return new Evaluated(loss, host.toArray());
    }
  }

  /** Returns the loss without a gradient. */
  static LayerLoss value(
      Backend backend, LayerObjective objective, HostMatrix phi, HostMatrix targets) {
    try (DeviceMatrix x = backend.upload(phi);
        DeviceMatrix y = backend.upload(targets)) {
      return objective.evaluate(x, y);
    }
  }

  double gradientNorm() {
    double sum = 0;
    for (double[] row : gradient) {
      for (double g : row) {
        sum += g * g;
      }
    }
    return Math.sqrt(sum);
  }
}
