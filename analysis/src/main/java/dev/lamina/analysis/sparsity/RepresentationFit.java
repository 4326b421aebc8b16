package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import java.util.List;

/**
 * Representations that minimise L_ε.
 *
 * @param z Z_1 to Z_L, n_l×N
 * @param loss their L_ε
 * @param cost their C
 * @param trace L_ε at the start and after each round, never rising
 * @param forces at Z
 * @param network with weights Z_l B_{l−1}ᵀ(B_{l−1}B_{l−1}ᵀ + εI)⁻¹; closed with this
 */
public record RepresentationFit(
    List<double[][]> z,
    double loss,
    double cost,
    List<Double> trace,
    List<LayerForces> forces,
    Network network)
    implements AutoCloseable {

  /** Copies the lists. */
  public RepresentationFit {
    z = List.copyOf(z);
    trace = List.copyOf(trace);
    forces = List.copyOf(forces);
  }

  @Override
  public void close() {
    network.close();
  }
}
