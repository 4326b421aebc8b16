package dev.lamina.cuda;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;

/**
 * Copies between host and device through two pinned buffers: while the device reads or writes one,
 * the processor fills or empties the other. Element types may differ; the processor converts.
 */
final class Transfers implements AutoCloseable {
  private final CudaDriver driver;
  private final CudaDriver.Stream stream;
  private final Staging[] staging = new Staging[2];
  private int next;

  /** One pinned buffer and the end of the copy that uses it. */
  private record Staging(MemorySegment memory, CudaDriver.Event done) {}

  /** A piece of a matrix that fits into a buffer: some rows, or some columns of one row. */
  private record Piece(long row, long rows, long col, long cols) {}

  /** What is done with a piece. */
  @FunctionalInterface
  private interface Action {
    void on(Piece piece);
  }

  /**
   * Allocates the buffers.
   *
   * @param driver copies
   * @param stream the copy stream
   * @param bytes size of each buffer, ≥ 8
   */
  Transfers(CudaDriver driver, CudaDriver.Stream stream, long bytes) {
    this.driver = driver;
    this.stream = stream;
    for (int i = 0; i < staging.length; i++) {
      staging[i] = new Staging(driver.allocatePinned(bytes), driver.openEvent());
    }
  }

  /**
   * Copies to the device. When this returns, the host matrix has been read.
   *
   * @param from the matrix
   * @param to device memory of its shape without gaps; the copy stream may write it
   */
  void upload(HostMatrix from, DeviceBlock to) {
    forEachPiece(
        to,
        piece -> {
          Staging free = take();
          HostMatrix staged = staged(free, to.dtype(), piece);
          staged.copyFrom(HostParts.part(from, piece.row, piece.rows, piece.col, piece.cols));
          driver.copyToDevice(address(to, piece), staged.segment(), stream);
          free.done.record(stream);
        });
  }

  /**
   * Copies to the host. When this returns, the host matrix has been written.
   *
   * @param from device memory without gaps; the copy stream may read it
   * @param to a matrix of its shape
   */
  void download(DeviceBlock from, HostMatrix to) {
    Runnable[] pending = {() -> {}};
    forEachPiece(
        from,
        piece -> {
          Staging free = take();
          HostMatrix staged = staged(free, from.dtype(), piece);
          driver.copyToHost(staged.segment(), address(from, piece), stream);
          free.done.record(stream);
          pending[0].run(); // empties the other buffer while this one is filled
          pending[0] =
              () -> {
                free.done.synchronize();
                HostParts.part(to, piece.row, piece.rows, piece.col, piece.cols).copyFrom(staged);
              };
        });
    pending[0].run();
  }

  private static long address(DeviceBlock block, Piece piece) {
    return block.part(piece.row, piece.rows, piece.col, piece.cols).address();
  }

  private static HostMatrix staged(Staging free, DType dtype, Piece piece) {
    long bytes = DeviceBlock.bytes(dtype, piece.rows, piece.cols);
    return HostMatrix.borrow(
        free.memory.asSlice(0, bytes), dtype, piece.rows, piece.cols, piece.cols);
  }

  /** Returns the buffer that was used longest ago, when the device is done with it. */
  private Staging take() {
    Staging oldest = staging[next];
    next = 1 - next;
    oldest.done.synchronize();
    return oldest;
  }

  private void forEachPiece(DeviceBlock block, Action action) {
    if (!block.contiguous()) {
      throw new IllegalArgumentException(
          "only blocks without gaps are copied but this is " + block);
    }
    if (block.isEmpty()) {
      return;
    }
    long elements = staging[0].memory.byteSize() / block.dtype().bytes();
    long rows = Math.clamp(elements / block.cols(), 1, block.rows());
    long cols = Math.min(block.cols(), elements);
    for (long row = 0; row < block.rows(); row += rows) {
      for (long col = 0; col < block.cols(); col += cols) {
        action.on(
            new Piece(
                row, Math.min(rows, block.rows() - row), col, Math.min(cols, block.cols() - col)));
      }
    }
  }

  @Override
  public void close() {
    stream.synchronize();
    for (Staging each : staging) {
      each.done.close();
      driver.freePinned(each.memory);
    }
  }
}
