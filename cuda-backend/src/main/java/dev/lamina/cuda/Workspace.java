package dev.lamina.cuda;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayDeque;
import java.util.Deque;

/** The temporary memory of one operation: reserved in the budget, given back together. */
final class Workspace implements AutoCloseable {
  private final DeviceContext context;
  private final String operation;
  private final Deque<Runnable> releases = new ArrayDeque<>();

  Workspace(DeviceContext context, String operation) {
    this.context = context;
    this.operation = operation;
  }

  DeviceContext context() {
    return context;
  }

  /** The operation, for messages. */
  String operation() {
    return operation;
  }

  /** Returns the bytes that may still be taken. */
  long available() {
    return context.available();
  }

  /**
   * Allocates device memory with unspecified contents for the compute stream.
   *
   * @param what what it is for, for the error message
   * @throws dev.lamina.backend.MemoryBudgetException if the budget does not have it
   * @throws dev.lamina.backend.DeviceMemoryException if the device does not have it
   */
  DeviceBlock block(String what, DType dtype, long rows, long cols) {
    long bytes = DeviceBlock.bytes(dtype, rows, cols);
    return new DeviceBlock(bytes(what, bytes), dtype, rows, cols, cols);
  }

  /** Allocates so many bytes of device memory for the compute stream. */
  long bytes(String what, long bytes) {
    String full = operation + ": " + what;
    MemoryBudget.Reservation reservation = context.budget().reserve(bytes, full);
    releases.push(reservation::close);
    long address = context.pool().take(bytes, full);
    releases.push(() -> context.pool().give(address));
    return address;
  }

  /** Allocates device memory for both streams. */
  Buffer buffer(String what, DType dtype, long rows, long cols) {
    Buffer buffer = context.buffer(block(what, dtype, rows, cols));
    releases.push(buffer::close);
    return buffer;
  }

  /** Allocates a host matrix of zeros. */
  HostMatrix host(String what, DType dtype, long rows, long cols) {
    long bytes = DeviceBlock.bytes(dtype, rows, cols);
    releases.push(context.budget().reserve(bytes, operation + ": " + what)::close);
    HostMatrix matrix = HostMatrix.allocate(dtype, rows, cols);
    releases.push(matrix::close);
    return matrix;
  }

  @Override
  public void close() {
    if (releases.isEmpty()) {
      return;
    }
    try (var _ = context.turn()) {
      while (!releases.isEmpty()) {
        releases.pop().run();
      }
    }
  }
}
