package dev.lamina.matrix;

/** Thrown when the shapes or element types of an operation's matrices do not fit together. */
public final class ShapeException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message the operation, what was expected, what was found, and all shapes
   */
  public ShapeException(String message) {
    super(message);
  }
}
