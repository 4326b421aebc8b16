package dev.lamina.contract;

/** Where a matrix of a test lies. */
public enum Placement {
  /** In memory of its own on the host. */
  HOST,
  /**
   * On the host in somebody else's memory, rows apart, not aligned to anything but its elements.
   */
  STRIDED,
  /** On the device. */
  DEVICE
}
