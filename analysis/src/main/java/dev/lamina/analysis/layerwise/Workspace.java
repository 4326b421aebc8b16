package dev.lamina.analysis.layerwise;

import dev.lamina.backend.Backend;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/** Device matrices that live from one call of an objective to the next, by name. */
final class Workspace implements AutoCloseable {
  private final Backend backend;
  private final Map<String, DeviceMatrix> matrices = new HashMap<>();
  private Optional<MemoryBudget.Reservation> reservation = Optional.empty();

  Workspace(Backend backend) {
    this.backend = backend;
  }

  /** Returns the matrix of a name, with any contents; allocates it if its shape is a new one. */
  DeviceMatrix matrix(String name, DType dtype, long rows, long cols) {
    DeviceMatrix old = matrices.get(name);
    if (old != null && isLike(old, dtype, rows, cols)) {
      return old;
    }
    if (old != null) {
      matrices.remove(name).close();
    }
    DeviceMatrix fresh = backend.allocate(dtype, rows, cols);
    matrices.put(name, fresh);
    return fresh;
  }

  /** Returns an N×1 column of ones. */
  DeviceMatrix ones(DType dtype, long rows) {
    DeviceMatrix old = matrices.get("ones");
    if (old != null && isLike(old, dtype, rows, 1)) {
      return old;
    }
    try (HostMatrix host = HostMatrix.allocate(dtype, rows, 1)) {
      host.fill(1);
      return replace("ones", host);
    }
  }

  /** Copies a host matrix under a name. */
  DeviceMatrix replace(String name, HostMatrix contents) {
    DeviceMatrix old = matrices.remove(name);
    if (old != null) {
      old.close();
    }
    DeviceMatrix fresh = backend.upload(contents);
    matrices.put(name, fresh);
    return fresh;
  }

  /** Frees all matrices and takes bytes from the budget for what comes next. */
  void reserve(long bytes, String what) {
    close();
    reservation = Optional.of(backend.budget().reserve(bytes, what));
  }

  private static boolean isLike(DeviceMatrix m, DType dtype, long rows, long cols) {
    return m.dtype() == dtype && m.rows() == rows && m.cols() == cols;
  }

  @Override
  public void close() {
    matrices.values().forEach(DeviceMatrix::close);
    matrices.clear();
    reservation.ifPresent(MemoryBudget.Reservation::close);
    reservation = Optional.empty();
  }
}
