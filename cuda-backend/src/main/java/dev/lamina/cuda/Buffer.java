package dev.lamina.cuda;

/**
 * Device memory that both streams use in turns: the copy stream fills or empties it, the compute
 * stream works on it. Each side says when it is done, and waits for the other before it begins.
 */
final class Buffer implements AutoCloseable {
  private final DeviceBlock block;
  private final CudaDriver.Stream compute;
  private final CudaDriver.Stream copy;
  private final CudaDriver.Event computed;
  private final CudaDriver.Event copied;

  /**
   * Wraps memory that earlier work in both streams may still use.
   *
   * @param block the memory
   */
  Buffer(DeviceBlock block, CudaDriver driver, CudaDriver.Stream compute, CudaDriver.Stream copy) {
    this.block = block;
    this.compute = compute;
    this.copy = copy;
    this.computed = driver.openEvent();
    this.copied = driver.openEvent();
    computed.record(compute);
    copied.record(copy);
  }

  /** Returns all of the memory. */
  DeviceBlock block() {
    return block;
  }

  /** Returns the memory as a matrix without gaps. */
  DeviceBlock shaped(long rows, long cols) {
    if (Math.multiplyExact(rows, cols) > Math.multiplyExact(block.rows(), block.cols())) {
      throw new IllegalArgumentException(
          "a buffer of %d×%d cannot hold %d×%d".formatted(block.rows(), block.cols(), rows, cols));
    }
    return new DeviceBlock(block.address(), block.dtype(), rows, cols, cols);
  }

  /** Lets the copy stream wait until the compute stream is done with this. */
  void beginCopy() {
    copy.await(computed);
  }

  /** Says that copies to or from this have been put into the copy stream. */
  void endCopy() {
    copied.record(copy);
  }

  /** Lets the compute stream wait until the copy stream is done with this. */
  void beginCompute() {
    compute.await(copied);
  }

  /** Says that work on this has been put into the compute stream. */
  void endCompute() {
    computed.record(compute);
  }

  /** Closes the events. The memory may be used anew when the compute stream comes to it. */
  @Override
  public void close() {
    compute.await(copied);
    computed.close();
    copied.close();
  }
}
