package dev.lamina.analysis.alignment;

import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Layer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.Residual;

/**
 * How many bytes of float64 a measurement takes, weights and activations aside.
 *
 * @param allLayers with the gradients of all outputs by all layers at once
 * @param oneLayer with those of two neighbouring layers at a time
 * @param squares matrices of examples × examples
 */
record MemoryNeed(long allLayers, long oneLayer, long squares) {
  /** Squares that are alive at once: two kernels summed over outputs, that of labels, one more. */
  private static final long SQUARES = 4;

  static MemoryNeed of(
      Network network, long examples, long outputs, long permutations, long probes) {
    long widest = network.widths().stream().skip(1).mapToLong(Long::longValue).max().orElseThrow();
    long all = network.widths().stream().skip(1).mapToLong(Long::longValue).sum();
    long square = Math.multiplyExact(examples, examples);
    // Functions that are followed back through two layers, beside the outputs; layers that add
    // their
    // inputs keep what goes past them.
    long copies = network.layers().stream().anyMatch(MemoryNeed::skips) ? 3 : 2;
    long functions = 1 + permutations + probes + outputs;
    long beside = Math.multiplyExact(copies * functions * examples, widest);
    long squares = Math.multiplyExact(SQUARES * square, (long) Double.BYTES);
    long grams = Math.multiplyExact((long) network.depth(), square);
    long gradients = Math.multiplyExact(outputs * examples, all);
    return new MemoryNeed(
        Math.addExact(bytes(beside + grams + gradients), squares), bytes(beside), squares);
  }

  private static boolean skips(Layer layer) {
    return switch (layer) {
      case DenseLayer dense -> dense.residual() == Residual.POST_ACTIVATION;
    };
  }

  private static long bytes(long numbers) {
    return Math.multiplyExact(numbers, (long) Double.BYTES);
  }
}
