package dev.lamina.analysis.report;

import dev.lamina.config.Setting;
import java.util.List;

/**
 * What is needed to do a study again and to judge its numbers.
 *
 * @param lamina version of Lamina
 * @param java version and vendor of the JVM
 * @param system operating system and architecture
 * @param backend which backend computed
 * @param device what it computed on
 * @param precision element type of kernel matrices
 * @param seed seed of everything random
 * @param finished when, in UTC, as {@code 2026-01-31T12:00:00Z}
 * @param seconds how long the run took in all
 * @param settings the settings in force with their origins
 * @param config the effective configuration, to be used as a config file
 * @param command the command that repeats it
 */
public record Provenance(
    String lamina,
    String java,
    String system,
    String backend,
    String device,
    String precision,
    long seed,
    String finished,
    double seconds,
    List<Setting> settings,
    String config,
    String command) {

  /** Copies the settings. */
  public Provenance {
    settings = List.copyOf(settings);
  }
}
