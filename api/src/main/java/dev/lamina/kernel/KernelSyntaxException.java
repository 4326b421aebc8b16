package dev.lamina.kernel;

/** Thrown when the textual form of a kernel or activation cannot be understood. */
public final class KernelSyntaxException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private static final int SHOWN_BEFORE = 60;
  private static final int SHOWN_AFTER = 60;

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
    super(problem + "\n" + pointer(text, column), cause);
    this.column = column;
  }

  /** Shows the text around the offence and points at it. */
  private static String pointer(String text, int column) {
    int from = Math.max(0, column - SHOWN_BEFORE);
    int to = Math.min(text.length(), column + SHOWN_AFTER);
    String before = (from > 0 ? "…" : "") + text.substring(from, column);
    String after = text.substring(column, to) + (to < text.length() ? "…" : "");
    return "  %s%s\n  %s^ column %d"
        .formatted(before, after, " ".repeat(before.length()), column + 1);
  }

  /** {@return the zero-based column of the offence} */
  public int column() {
    return column;
  }
}
