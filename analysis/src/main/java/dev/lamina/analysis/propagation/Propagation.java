package dev.lamina.analysis.propagation;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Signal propagation through a network of some depth.
 *
 * @param network the network
 * @param layers layers 1 to depth
 * @param equilibriumLayer the real-valued layer l* at which 1 − cosine, interpolated between layers
 *     on a logarithmic scale, falls below the gradient correlation; 1 if it is below from the
 *     start, empty if it never is
 */
public record Propagation(
    WideNetwork network, List<PropagatedLayer> layers, OptionalDouble equilibriumLayer) {

  /** Copies the list. */
  public Propagation {
    layers = List.copyOf(layers);
  }
}
