package dev.lamina.cli;

import dev.lamina.analysis.data.FetchException;
import dev.lamina.analysis.layerwise.SingularGramException;
import dev.lamina.backend.BackendUnavailableException;
import dev.lamina.backend.MemoryBudgetException;
import dev.lamina.io.FileException;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.ops.NotPositiveDefiniteException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;

/**
 * What becomes of an exception: the exit code and what the user reads.
 *
 * @param exitCode 2 if other input or options would help, 1 if not
 * @param message one paragraph
 */
record Failure(int exitCode, String message) {
  static final int FAILED = 1;
  static final int BAD_INPUT = 2;

  static Failure of(Throwable cause) {
    return switch (cause) {
      case SingularGramException e when e.isFinite() -> new Failure(FAILED, text(e));
      // Also shapes, kernels, configuration, rows that a kernel cannot take.
      case IllegalArgumentException e -> badInput(e);
      case DataFormatException e -> badInput(e);
      case BackendUnavailableException e -> badInput(e);
      case MemoryBudgetException e -> badInput(e);
      case FileException e -> new Failure(e.reason().isBadPath() ? BAD_INPUT : FAILED, text(e));
      case UncheckedIOException e when e.getCause() instanceof NoSuchFileException missing ->
          new Failure(BAD_INPUT, missing.getMessage() + ": there is no such file");
      case FetchException e -> new Failure(FAILED, text(e));
      case NotPositiveDefiniteException e -> new Failure(FAILED, text(e));
      case OutOfMemoryError e -> new Failure(FAILED, "out of memory: " + text(e));
      default -> new Failure(FAILED, oneLine(cause) + " (--debug shows where it comes from)");
    };
  }

  private static Failure badInput(RuntimeException e) {
    return new Failure(BAD_INPUT, text(e));
  }

  private static String text(Throwable e) {
    return e.getMessage() == null ? e.getClass().getSimpleName() : e.getMessage();
  }

  private static String oneLine(Throwable e) {
    return e.toString().lines().findFirst().orElse("");
  }
}
