package dev.lamina.analysis.sparsity;

import dev.lamina.backend.Backend;
import dev.lamina.matrix.DeviceMatrix;
import java.util.List;

/**
 * Entries of Z_1 to Z_{L−1} held at 0, on the kink of the activation, by the method of multipliers:
 * there σ counts as 0 and the loss gets Σ μz + ρz²/2 (Hestenes 1969, Powell 1969). The loss is then
 * smooth as long as the signs of all other entries stay. Its matrices are those of a scratch that
 * the caller owns.
 */
final class Pins {
  private final Backend backend;
  private final double rho;

  /** 1 where an entry is held, 0 elsewhere; l from 1 to L − 1. */
  private final List<DeviceMatrix> held;

  /** 0 where an entry is held, 1 elsewhere. */
  private final List<DeviceMatrix> free;

  /** μ where an entry is held, 0 elsewhere. */
  private final List<DeviceMatrix> multipliers;

  private final List<DeviceMatrix> work;

  Pins(
      Backend backend,
      double rho,
      List<DeviceMatrix> held,
      List<DeviceMatrix> free,
      List<DeviceMatrix> multipliers,
      Scratch scratch) {
    this.backend = backend;
    this.rho = rho;
    this.held = List.copyOf(held);
    this.free = List.copyOf(free);
    this.multipliers = List.copyOf(multipliers);
    this.work = Points.like(scratch, held);
  }

  /** Sets σ(Z_l) to 0 where it is held. */
  void flatten(int l, DeviceMatrix activations) {
    backend.gram().hadamard(free.get(l - 1), activations);
  }

  /** Returns Σ μz + ρz²/2 over the entries of Z_l that are held. */
  double value(int l, DeviceMatrix z) {
    DeviceMatrix mine = heldOf(l, z);
    return backend.gram().dot(multipliers.get(l - 1), mine)
        + rho / 2 * backend.gram().dot(mine, mine);
  }

  /** Adds the derivative of {@link #value}, after having dropped what came through σ. */
  void pull(int l, DeviceMatrix z, DeviceMatrix gradient) {
    backend.gram().hadamard(free.get(l - 1), gradient);
    backend.layers().add(1, multipliers.get(l - 1), 1, gradient);
    backend.layers().add(rho, heldOf(l, z), 1, gradient);
  }

  /** Moves multipliers by ρz. */
  void update(int l, DeviceMatrix z) {
    backend.layers().add(rho, heldOf(l, z), 1, multipliers.get(l - 1));
  }

  /** Returns ‖z‖² over the entries of Z_l that are held. */
  double violation(int l, DeviceMatrix z) {
    DeviceMatrix mine = heldOf(l, z);
    return backend.gram().dot(mine, mine);
  }

  private DeviceMatrix heldOf(int l, DeviceMatrix z) {
    DeviceMatrix mine = work.get(l - 1);
    backend.layers().add(1, z, 0, mine);
    backend.gram().hadamard(held.get(l - 1), mine);
    return mine;
  }
}
