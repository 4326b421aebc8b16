package dev.lamina.ops;

/** Thrown when a row of the data is one that a kernel cannot be evaluated on. */
public final class KernelInputException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message the matrix, the row, what is wrong with it and what the kernel needs
   */
  public KernelInputException(String message) {
    super(message);
  }
}
