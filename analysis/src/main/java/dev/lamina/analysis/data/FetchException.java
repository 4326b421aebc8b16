package dev.lamina.analysis.data;

/** Thrown when a data set cannot be fetched; the message says why and what to do. */
public final class FetchException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  FetchException(String message) {
    super(message);
  }

  FetchException(String message, Throwable cause) {
    super(message, cause);
  }
}
