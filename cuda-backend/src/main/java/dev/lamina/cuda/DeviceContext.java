package dev.lamina.cuda;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.Matrix;
import java.lang.foreign.Arena;
import java.util.concurrent.locks.ReentrantLock;

/** One open device: its streams, memory and transfers, and whose turn it is to use them. */
final class DeviceContext implements AutoCloseable {
  private final ReentrantLock lock = new ReentrantLock(true);
  private final CudaDriver driver;
  private final MemoryBudget budget;
  private final CudaDriver.Stream compute;
  private final CudaDriver.Stream copy;
  private final DevicePool pool;
  private final Transfers transfers;
  private final Arena arena = Arena.ofShared();
  private final Parameters parameters = new Parameters(arena);
  private boolean open = true;

  /**
   * How a device is used.
   *
   * @param stagingBytes size of each of the two pinned buffers, which no budget counts
   * @param keptBytes device memory that is kept for reuse
   */
  record Settings(long stagingBytes, long keptBytes) {}

  /**
   * Takes over an open driver.
   *
   * @param driver closed with this
   * @param budget account of temporary memory
   * @param settings sizes
   */
  DeviceContext(CudaDriver driver, MemoryBudget budget, Settings settings) {
    this.driver = driver;
    this.budget = budget;
    this.compute = driver.openStream();
    this.copy = driver.openStream();
    this.pool = new DevicePool(driver, settings.keptBytes());
    this.transfers = new Transfers(driver, copy, settings.stagingBytes());
  }

  CudaDriver driver() {
    return driver;
  }

  MemoryBudget budget() {
    return budget;
  }

  CudaDriver.Stream compute() {
    return compute;
  }

  DevicePool pool() {
    return pool;
  }

  /** The name of the backend, which says if the device is emulated. */
  String name() {
    return driver.properties().emulated() ? EmulatedDriver.NAME : "cuda";
  }

  /** The right to use the device. */
  @FunctionalInterface
  interface Turn extends AutoCloseable {
    @Override
    void close();
  }

  /**
   * Gives the calling thread the device until the result is closed; others wait. Inside, the same
   * thread may take it again.
   *
   * @throws IllegalStateException if the backend is closed
   */
  Turn turn() {
    lock.lock();
    if (!open) {
      lock.unlock();
      throw new IllegalStateException("the " + name() + " backend is closed");
    }
    driver.attach();
    return lock::unlock;
  }

  /** Opens the temporary memory of an operation. */
  Workspace workspace(String operation) {
    return new Workspace(this, operation);
  }

  /** Wraps memory for both streams. */
  Buffer buffer(DeviceBlock block) {
    return new Buffer(block, driver, compute, copy);
  }

  /** Returns the bytes of temporary memory that an operation may still plan with. */
  long available() {
    long device = pool.available();
    return Math.min(
        budget.available(), device - device / 8); // sizes are rounded up, see DevicePool
  }

  /** Starts collecting the parameters of a launch. */
  Parameters parameters() {
    return parameters.reset();
  }

  /** Launches a device function on the compute stream with the parameters that were collected. */
  void launch(String function, LaunchShape shape) {
    driver.launch(function, shape, parameters.pointers(), compute);
  }

  /** Copies a host matrix to the start of a buffer; the compute stream waits for it. */
  void upload(HostMatrix from, Buffer to) {
    to.beginCopy();
    transfers.upload(from, to.shaped(from.rows(), from.cols()));
    to.endCopy();
    to.beginCompute();
  }

  /** Copies the start of a buffer, which the compute stream was told to fill, and waits. */
  void download(Buffer from, HostMatrix to) {
    from.beginCopy();
    transfers.download(from.shaped(to.rows(), to.cols()), to);
    from.endCopy();
  }

  /** Copies what the compute stream was told to write to the host and waits. */
  void download(DeviceBlock from, HostMatrix to) {
    try (Buffer buffer = buffer(from)) {
      download(buffer, to);
    }
  }

  /** Copies to device memory that the compute stream is done with when it comes to the copy. */
  void upload(HostMatrix from, DeviceBlock to) {
    try (Buffer buffer = buffer(to)) {
      upload(from, buffer);
    }
  }

  /** Allocates a matrix that the caller closes. */
  CudaMatrix allocate(DType dtype, long rows, long cols) {
    try (var _ = turn()) {
      String what = "a %d×%d %s matrix".formatted(rows, cols, dtype);
      long address = pool.take(DeviceBlock.bytes(dtype, rows, cols), what);
      return new CudaMatrix(this, new DeviceBlock(address, dtype, rows, cols, cols), true);
    }
  }

  /** Frees a matrix; once the device is closed its memory is gone already. */
  void release(DeviceBlock block) {
    lock.lock();
    try {
      if (open) {
        driver.attach();
        pool.give(block.address());
      }
    } finally {
      lock.unlock();
    }
  }

  /**
   * Returns the device memory of a matrix.
   *
   * @throws IllegalArgumentException if it is of another backend or closed
   */
  DeviceBlock block(DeviceMatrix m) {
    if (m instanceof CudaMatrix cuda && cuda.owner() == this) {
      return cuda.block();
    }
    throw new IllegalArgumentException(
        "the %s backend needs host matrices or its own but has a %s matrix of %s"
            .formatted(
                name(),
                m.shape(),
                m instanceof CudaMatrix ? "another one" : "the " + m.backend() + " backend"));
  }

  /** Returns whether two matrices are the same memory. */
  boolean same(Matrix a, Matrix b) {
    return switch (a) {
      case HostMatrix x ->
          b instanceof HostMatrix y
              && x.segment().address() == y.segment().address()
              && x.rows() == y.rows()
              && x.rowStride() == y.rowStride();
      case DeviceMatrix x -> b instanceof DeviceMatrix y && block(x).equals(block(y));
    };
  }

  /** Waits for everything. */
  void synchronize() {
    try (var _ = turn()) {
      driver.synchronize();
    }
  }

  /** Does something with the device unless it is closed already. */
  void closing(Runnable last) {
    lock.lock();
    try {
      if (open) {
        driver.attach();
        last.run();
      }
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      if (open) {
        driver.attach();
        driver.synchronize();
        transfers.close();
        pool.close();
        copy.close();
        compute.close();
        driver.close();
        arena.close();
        open = false;
      }
    } finally {
      lock.unlock();
    }
  }
}
