package dev.lamina.cuda;

import java.util.Optional;

/**
 * Whether JCuda's driver binding loads. A class that failed to load once fails again with a message
 * that says nothing, so the first failure is kept.
 */
final class DriverLibrary {
  private DriverLibrary() {}

  private static final class Attempt {
    static final Optional<LinkageError> FAILURE = load();

    private Attempt() {}

    private static Optional<LinkageError> load() {
      try {
        jcuda.driver.JCudaDriver.setExceptionsEnabled(false);
        return Optional.empty();
      } catch (LinkageError e) {
        return Optional.of(e);
      }
    }
  }

  /** Returns what went wrong when the binding was first loaded. */
  static Optional<LinkageError> failure() {
    return Attempt.FAILURE;
  }
}
