package dev.lamina.backend;

import dev.lamina.config.LaminaConfig;

/**
 * Makes one kind of backend. Implementations are found by {@link java.util.ServiceLoader}, so they
 * need a public constructor without parameters, which must neither load native code nor fail.
 */
public interface BackendProvider {

  /** {@return which backend this provider makes} */
  BackendId id();

  /**
   * Looks whether the backend can be opened. It is cheap, opens nothing that stays open, and says
   * no by a value, not by an exception.
   *
   * @param config the settings in force
   * @return whether, and if not, why and what would help
   */
  Availability probe(LaminaConfig config);

  /**
   * Opens the backend; the caller closes it.
   *
   * @param config the settings in force
   * @return the open backend
   * @throws RuntimeException if it cannot be opened although {@link #probe} found it available
   */
  Backend open(LaminaConfig config);
}
