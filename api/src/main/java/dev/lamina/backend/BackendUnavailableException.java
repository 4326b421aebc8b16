package dev.lamina.backend;

import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.config.BackendChoice;
import java.util.Map;
import java.util.Optional;

/** Thrown when the backend that was asked for cannot be used; shows the state of all of them. */
public final class BackendUnavailableException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  private final transient BackendReport report;

  /**
   * Creates the exception.
   *
   * @param report a report in which no backend is selected
   */
  public BackendUnavailableException(BackendReport report) {
    super(message(report), cause(report));
    this.report = report;
  }

  private static String message(BackendReport report) {
    String what =
        report.choice() == BackendChoice.AUTO
            ? "no backend is available"
            : "the backend " + report.choice().text() + " is not available";
    return what + "\n" + report;
  }

  private static Throwable cause(BackendReport report) {
    return report.states().entrySet().stream()
        .filter(e -> concerns(report.choice(), e))
        .map(Map.Entry::getValue)
        .filter(Unavailable.class::isInstance)
        .map(state -> ((Unavailable) state).cause())
        .flatMap(Optional::stream)
        .findFirst()
        .orElse(null);
  }

  private static boolean concerns(BackendChoice choice, Map.Entry<BackendId, Availability> state) {
    return choice == BackendChoice.AUTO || choice.text().equals(state.getKey().text());
  }

  /** {@return the state of all backends} */
  public BackendReport report() {
    return report;
  }
}
