package dev.lamina.analysis.data;

/** Thrown when data are readable but cannot be used as asked. */
public final class DataException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param message which data, what was expected, what was found and where
   */
  public DataException(String message) {
    super(message);
  }
}
