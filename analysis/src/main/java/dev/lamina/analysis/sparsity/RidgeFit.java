package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import java.util.List;

/**
 * A trained network.
 *
 * @param network the best of all starts, float64; closed with this
 * @param loss its L = C + λΣ‖W‖²
 * @param cost its C
 * @param lossesOfStarts L reached from each start
 * @param trace L of the best start after Adam and after each round, never rising from the second on
 */
public record RidgeFit(
    Network network, double loss, double cost, List<Double> lossesOfStarts, List<Double> trace)
    implements AutoCloseable {

  /** Copies the lists. */
  public RidgeFit {
    lossesOfStarts = List.copyOf(lossesOfStarts);
    trace = List.copyOf(trace);
  }

  @Override
  public void close() {
    network.close();
  }
}
