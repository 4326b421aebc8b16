package dev.lamina.benchmarks;

import java.io.Serial;

/** A rival that ended while it was asked, gave no answer in time, or one that makes no sense. */
final class RivalFailure extends RuntimeException {
  @Serial private static final long serialVersionUID = 1;

  private final Rival rival;

  /**
   * Says what happened.
   *
   * @param rival who failed
   * @param message names the script, the request and what came of it
   */
  RivalFailure(Rival rival, String message) {
    super(message);
    this.rival = rival;
  }

  /** Returns who failed. */
  Rival rival() {
    return rival;
  }
}
