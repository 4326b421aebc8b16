package dev.lamina.backend;

import dev.lamina.config.LaminaConfig;
import java.util.List;

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
   * {@return everything that the backend looked for and what came of it, in the order in which it
   * is needed} For {@code lamina doctor}; empty if {@link #probe} says it all.
   *
   * @param config the settings in force
   */
  default List<Finding> findings(LaminaConfig config) {
    return List.of();
  }

  /**
   * Opens the backend; the caller closes it.
   *
   * @param config the settings in force
   * @return the open backend
   * @throws RuntimeException if it cannot be opened although {@link #probe} found it available
   */
  Backend open(LaminaConfig config);
}
