package dev.lamina.analysis.alignment;

import dev.lamina.analysis.network.Network;
import dev.lamina.backend.Backend;

/** Measures how the tangent features of a network align with labels, layer by layer. */
public final class TangentAlignment {
  private TangentAlignment() {}

  /**
   * Measures a network in evaluation mode: normalisations are fixed affine maps, whose scale and
   * shift count neither as a layer nor as parameters of one. All arithmetic is in float64.
   *
   * <p>Exact denominators take C(C + 1)/2 products of N×n by n×N matrices for a layer of n units,
   * and keep the gradients of all outputs by all layers, 8·C·N·Σn bytes, if the memory budget has
   * them; otherwise layers come one at a time and the norm of the whole network's kernel is NaN.
   *
   * @param backend computes
   * @param network the network; any element type
   * @param examples inputs and labels
   * @param settings what to measure
   * @return the alignment of every layer and of the network
   * @throws dev.lamina.matrix.ShapeException if the network and the examples have different widths
   * @throws dev.lamina.backend.MemoryBudgetException if the budget has not even the memory for one
   *     layer
   */
  public static AlignmentResult measure(
      Backend backend, Network network, AlignmentExamples examples, AlignmentSettings settings) {
    examples.requireFit(network);
    try (Measurement measurement = new Measurement(backend, network, examples, settings)) {
      return measurement.run();
    }
  }
}
