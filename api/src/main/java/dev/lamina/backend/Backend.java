package dev.lamina.backend;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.LayerOps;
import dev.lamina.ops.SolveOps;

/**
 * One device and the operations on it.
 *
 * <p>Data cross between host and device only in {@link #upload} and {@link #download}, or tile by
 * tile when an operation is handed a {@link HostMatrix}. A backend may be used from several
 * threads; its operations then take turns.
 */
public interface Backend extends AutoCloseable {

  /** {@return which backend this is} */
  BackendId id();

  /** {@return what it computes on} */
  DeviceInfo device();

  /**
   * Allocates an uninitialised matrix in the device's memory; the caller closes it.
   *
   * @param dtype element type
   * @param rows number of rows, ≥ 0
   * @param cols number of columns, ≥ 0
   * @return the matrix
   */
  DeviceMatrix allocate(DType dtype, long rows, long cols);

  /**
   * Copies a host matrix to a new device matrix; the caller closes it.
   *
   * @param source the matrix to copy; stays the caller's
   * @return the copy
   */
  DeviceMatrix upload(HostMatrix source);

  /**
   * Copies a device matrix to the host, waiting for everything that writes it.
   *
   * @param source a matrix of this backend
   * @param target a host matrix of the same shape; the element type may differ
   */
  void download(DeviceMatrix source, HostMatrix target);

  /** {@return kernel matrices and Gram products} */
  GramOps gram();

  /**
   * {@return steps of layers, losses and updates of parameters}
   *
   * @throws UnsupportedOperationException if this backend has none yet; the message says so
   */
  LayerOps layers();

  /** {@return factorisations, linear systems and eigenvalues} */
  SolveOps solve();

  /** {@return the account of the backend's own temporary memory} */
  MemoryBudget budget();

  /** Waits until everything that was asked for is done. */
  void synchronize();

  /** Releases threads, libraries and memory of the backend. */
  @Override
  void close();
}
