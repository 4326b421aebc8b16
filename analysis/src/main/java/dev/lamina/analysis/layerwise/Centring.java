package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;

/** Takes the mean of each column away. */
final class Centring {
  private Centring() {}

  /** Returns H Y in the workspace. */
  static DeviceMatrix rows(Backend backend, Workspace workspace, DeviceMatrix y) {
    DeviceMatrix ones = workspace.ones(y.dtype(), y.rows());
    DeviceMatrix means = workspace.matrix("means", y.dtype(), 1, y.cols());
    DeviceMatrix centred = workspace.matrix("centred targets", y.dtype(), y.rows(), y.cols());
    backend.gram().gemm(ones, true, y, false, 1.0 / y.rows(), 0, means);
    backend.layers().add(1, y, 0, centred);
    backend.gram().gemm(ones, false, means, false, -1, 1, centred);
    return centred;
  }
}
