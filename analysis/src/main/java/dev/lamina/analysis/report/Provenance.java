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

  /** Returns what the page of a study says about it. */
  Origin origin() {
    return new Origin(
        "Lamina study",
        lamina,
        "%s on %s, %s, seed %d".formatted(precision, backend, NumberTexts.duration(seconds), seed),
        "The same command with the same configuration gives the same numbers again:",
        command,
        List.of(
            new Origin.Fact("Lamina", lamina),
            new Origin.Fact("Java", java),
            new Origin.Fact("System", system),
            new Origin.Fact("Backend", backend + ", " + device),
            new Origin.Fact("Precision", precision),
            new Origin.Fact("Seed", Long.toString(seed)),
            new Origin.Fact("Finished", finished)),
        settings,
        config,
        "The numbers of every plot and table lie beside this page in the folder csv, all results in results.json.");
  }
}
