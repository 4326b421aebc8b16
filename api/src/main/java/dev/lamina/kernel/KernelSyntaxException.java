package dev.lamina.kernel;

/** Thrown when the textual form of a kernel or activation cannot be understood. */
public final class KernelSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /** Zero-based column of the offence. */
  private final int column;

  /**
   * Creates the exception.
   *
   * @param text the whole text
   * @param column zero-based column of the offence
   * @param problem what is wrong there and what was expected
   */
  public KernelSyntaxException(String text, int column, String problem) {
    this(text, column, problem, null);
  }

  /**
   * Creates the exception with a cause.
   *
   * @param text the whole text
   * @param column zero-based column of the offence
   * @param problem what is wrong there and what was expected
   * @param cause the failed parameter check
   */
  public KernelSyntaxException(String text, int column, String problem, Throwable cause) {
    super(
        "%s%n  %s%n  %s^ column %d".formatted(problem, text, " ".repeat(column), column + 1),
        cause);
    this.column = column;
  }

  /** {@return the zero-based column of the offence} */
  public int column() {
    return column;
  }
}
