package dev.lamina.cuda;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.Matrix;
import java.util.Objects;
import java.util.concurrent.atomic.AtomicBoolean;

/** A matrix in the memory of a GPU, or a view of some of its rows. */
final class CudaMatrix implements DeviceMatrix {
  private final DeviceContext owner;
  private final DeviceBlock block;
  private final boolean owning;
  private final AtomicBoolean closed;

  /**
   * Wraps device memory.
   *
   * @param owner the device
   * @param block the memory, from the device's pool
   * @param owning whether closing gives it back
   */
  CudaMatrix(DeviceContext owner, DeviceBlock block, boolean owning) {
    this(owner, block, owning, new AtomicBoolean());
  }

  /** A view shares the flag: it ends with the matrix. */
  private CudaMatrix(DeviceContext owner, DeviceBlock block, boolean owning, AtomicBoolean closed) {
    this.owner = owner;
    this.block = block;
    this.owning = owning;
    this.closed = closed;
  }

  DeviceContext owner() {
    return owner;
  }

  /**
   * Returns the memory.
   *
   * @throws IllegalArgumentException if it has been freed
   */
  DeviceBlock block() {
    if (closed.get()) {
      throw new IllegalArgumentException(this + " is closed");
    }
    return block;
  }

  @Override
  public String backend() {
    return owner.name();
  }

  @Override
  public long rows() {
    return block.rows();
  }

  @Override
  public long cols() {
    return block.cols();
  }

  @Override
  public long rowStride() {
    return block.stride();
  }

  @Override
  public DType dtype() {
    return block.dtype();
  }

  @Override
  public CudaMatrix rows(long from, long to) {
    Objects.checkFromToIndex(from, to, block.rows());
    return new CudaMatrix(owner, block.rows(from, to), false, closed);
  }

  @Override
  public CudaMatrix reshape(long rows, long cols) {
    Matrix.requireReshape(this, rows, cols);
    DeviceBlock same = new DeviceBlock(block.address(), block.dtype(), rows, cols, cols);
    return new CudaMatrix(owner, same, false, closed);
  }

  @Override
  public void close() {
    if (owning && closed.compareAndSet(false, true)) {
      owner.release(block);
    }
  }

  @Override
  public String toString() {
    return "CudaMatrix[" + shape() + "]";
  }
}
