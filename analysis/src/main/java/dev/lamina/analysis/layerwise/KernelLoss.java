package dev.lamina.analysis.layerwise;

import dev.lamina.matrix.DeviceMatrix;

/** A loss of a kernel matrix and targets, both centred already if the form is centred. */
interface KernelLoss {

  /**
   * Computes the loss.
   *
   * @param k K, N×N symmetric; overwritten by ∂loss/∂K, symmetric up to rounding, if the gradient
   *     is wanted, otherwise by anything
   * @param y Y, N×C
   * @param noise σ² of these N samples
   * @param gradient whether the gradient is wanted
   * @return the loss and its parts
   */
  LayerLoss evaluate(DeviceMatrix k, DeviceMatrix y, double noise, boolean gradient);
}
