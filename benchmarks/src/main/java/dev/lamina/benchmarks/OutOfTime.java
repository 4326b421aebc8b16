package dev.lamina.benchmarks;

import java.io.Serial;

/** Ends a suite because the time that was asked for has run out. */
final class OutOfTime extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  /**
   * Says where the suite ended.
   *
   * @param task the first one that is left out
   */
  OutOfTime(String task) {
    super("cut before \"%s\": the time of --seconds has run out".formatted(task));
  }
}
