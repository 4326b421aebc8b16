package dev.lamina.backend;

import dev.lamina.config.ByteSizes;

/** Thrown when a device does not have the memory that a matrix or an operation needs. */
public final class DeviceMemoryException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /** Bytes that were asked for. */
  private final long asked;

  /** Bytes that the device had left. */
  private final long free;

  /**
   * Creates the exception.
   *
   * @param what what the memory is for, with its shape
   * @param asked bytes that were asked for
   * @param free bytes that the device had left
   * @param total bytes that the device has in all
   */
  public DeviceMemoryException(String what, long asked, long free, long total) {
    super(
        "%s needs %s of device memory but %s of %s are free; close device matrices, or pass host matrices, which are taken tile by tile"
            .formatted(
                what, ByteSizes.exact(asked), ByteSizes.exact(free), ByteSizes.exact(total)));
    this.asked = asked;
    this.free = free;
  }

  /** {@return the bytes that were asked for} */
  public long asked() {
    return asked;
  }

  /** {@return the bytes that the device had left} */
  public long free() {
    return free;
  }
}
