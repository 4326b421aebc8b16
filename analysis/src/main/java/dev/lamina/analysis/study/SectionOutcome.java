package dev.lamina.analysis.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.analysis.report.SectionView;

/** How one section of a study ended. */
public sealed interface SectionOutcome {

  /** {@return the section's name} */
  String name();

  /** {@return the section's heading} */
  String title();

  /** {@return how long it took in seconds; for a kept one, when it ran} */
  double seconds();

  /**
   * It has a result.
   *
   * @param name name
   * @param title heading
   * @param seconds how long it took
   * @param config its configuration as JSON
   * @param result what it found as JSON
   * @param view how it is shown
   * @param kept whether the result is one of an earlier run
   */
  record Done(
      String name,
      String title,
      double seconds,
      JsonNode config,
      JsonNode result,
      SectionView view,
      boolean kept)
      implements SectionOutcome {}

  /**
   * It failed.
   *
   * @param name name
   * @param title heading
   * @param seconds after which time
   * @param config its configuration as JSON
   * @param message what went wrong
   * @param cause the exception
   */
  record Failed(
      String name, String title, double seconds, JsonNode config, String message, Throwable cause)
      implements SectionOutcome {}
}
