package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import java.util.List;

/**
 * A network with fewer neurons and the same outputs.
 *
 * @param network float64; closed with this
 * @param neuronsBefore n_1 to n_{L−1} before
 * @param neuronsAfter and after, each ≥ 1
 * @param tolerance of the merging; NaN for Carathéodory's
 * @param outputChange ‖ΔZ_L‖/‖Z_L‖ on the data
 * @param lossBefore L before
 * @param lossAfter L after
 */
public record Pruned(
    Network network,
    List<Integer> neuronsBefore,
    List<Integer> neuronsAfter,
    double tolerance,
    double outputChange,
    double lossBefore,
    double lossAfter)
    implements AutoCloseable {

  /** Copies the lists. */
  public Pruned {
    neuronsBefore = List.copyOf(neuronsBefore);
    neuronsAfter = List.copyOf(neuronsAfter);
  }

  @Override
  public void close() {
    network.close();
  }
}
