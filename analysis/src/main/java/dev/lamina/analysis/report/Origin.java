package dev.lamina.analysis.report;

import dev.lamina.config.Setting;
import java.util.List;

/**
 * How the numbers of a report came about: what its head and its last section say.
 *
 * @param kind what the page is, such as {@code Lamina study}
 * @param lamina version of Lamina
 * @param circumstances what all numbers have in common, for the first screen
 * @param again what to expect of the command; empty without one
 * @param command the command that repeats it; empty if there is none
 * @param facts versions, devices and dates
 * @param settings the settings in force with their origins; may be empty
 * @param config the effective configuration; empty if there is none
 * @param files where the numbers lie as files
 */
public record Origin(
    String kind,
    String lamina,
    String circumstances,
    String again,
    String command,
    List<Fact> facts,
    List<Setting> settings,
    String config,
    String files) {

  /** Copies the lists. */
  public Origin {
    facts = List.copyOf(facts);
    settings = List.copyOf(settings);
  }

  /**
   * Something to know.
   *
   * @param what such as {@code Java}
   * @param value such as a version
   */
  public record Fact(String what, String value) {}
}
