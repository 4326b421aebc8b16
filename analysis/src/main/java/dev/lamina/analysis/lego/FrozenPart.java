package dev.lamina.analysis.lego;

import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.training.DeviceNetwork;
import dev.lamina.analysis.training.Owned;
import dev.lamina.analysis.training.Pass;
import dev.lamina.backend.Backend;
import dev.lamina.config.ByteSizes;
import dev.lamina.matrix.DeviceMatrix;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * What the frozen layers below a trained one make of the samples: computed once and kept if that
 * takes no more than half the memory budget, and anew for every batch otherwise. Batches then have
 * other shapes than blocks, so that the two ways may differ in the last digits.
 */
final class FrozenPart implements AutoCloseable {
  /** Samples that go through the layers at once. */
  private static final long BLOCK = 2048;

  private final Backend backend;
  private final DeviceMatrix x;
  private final Owned owned = new Owned();
  private final Optional<DeviceNetwork> lower;
  private final Map<Long, Pass> passes = new HashMap<>();
  private final DeviceMatrix kept;

  /**
   * Computes what is kept.
   *
   * @param backend the device
   * @param network the layers
   * @param layers how many of them are below
   * @param x N×inputs; stays the caller's
   */
  FrozenPart(Backend backend, Network network, int layers, DeviceMatrix x) {
    this.backend = backend;
    this.x = x;
    if (layers == 0) {
      lower = Optional.empty();
      kept = x;
      return;
    }
    lower =
        Optional.of(new DeviceNetwork(backend, new Network(network.layers().subList(0, layers))));
    long width = network.layers().get(layers - 1).outputs();
    long bytes = Math.multiplyExact(Math.multiplyExact(x.rows(), width), x.dtype().bytes());
    if (bytes > backend.budget().limit() / 2) {
      kept = null;
      return;
    }
    kept = owned.add(backend.allocate(x.dtype(), x.rows(), width));
    for (long from = 0; from < x.rows(); from += BLOCK) {
      long to = Math.min(from + BLOCK, x.rows());
      compute(x.rows(from, to), kept.rows(from, to));
    }
    passes.values().forEach(Pass::close);
    passes.clear();
  }

  /** Returns whether activations are kept. */
  boolean stored() {
    return kept != null;
  }

  /** Returns the number of samples. */
  long rows() {
    return x.rows();
  }

  private void compute(DeviceMatrix inputs, DeviceMatrix out) {
    Pass pass = pass(inputs.rows());
    pass.forward(inputs, false);
    backend.layers().add(1, pass.outputs(), 0, out);
  }

  private Pass pass(long rows) {
    return passes.computeIfAbsent(rows, n -> new Pass(lower.orElseThrow(), n));
  }

  /**
   * Returns all activations; only if they are {@link #stored}.
   *
   * @throws IllegalArgumentException if they are not, naming the budget and what would fit
   */
  DeviceMatrix all() {
    if (kept == null) {
      throw new IllegalArgumentException(
          "lego: the activations of %d samples below a layer take more than half of lamina.memory-budget (%s); set batch, such as 1000, and they are computed batch by batch"
              .formatted(x.rows(), ByteSizes.rounded(backend.budget().limit())));
    }
    return kept;
  }

  /**
   * Copies or computes the activations of a batch.
   *
   * @param order indices of samples
   * @param from where in the order the batch begins
   * @param inputs room for the batch's inputs, used if activations are not stored
   * @param out the activations, overwritten
   */
  void gather(int[] order, int from, Optional<DeviceMatrix> inputs, DeviceMatrix out) {
    if (kept != null) {
      backend.layers().gatherRows(kept, order, from, out);
    } else {
      DeviceMatrix rows = inputs.orElseThrow();
      backend.layers().gatherRows(x, order, from, rows);
      compute(rows, out);
    }
  }

  @Override
  public void close() {
    passes.values().forEach(Pass::close);
    owned.close();
    lower.ifPresent(DeviceNetwork::close);
  }
}
