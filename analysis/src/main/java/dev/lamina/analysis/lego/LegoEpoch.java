package dev.lamina.analysis.lego;

/**
 * What was measured at one moment of the training of a layer. Losses of mini-batches are turned
 * into estimates of the loss of all training samples; see {@link
 * dev.lamina.analysis.layerwise.BatchRule}.
 *
 * @param epoch number of finished passes; 0 before the first
 * @param step number of finished steps
 * @param loss mean over the batches since the moment before, each at the time of its step, without
 *     the prior; before the first step that of the layer as it was drawn
 * @param heldOut loss of the held-out samples now; NaN if there are none
 */
public record LegoEpoch(int epoch, long step, double loss, double heldOut) {}
