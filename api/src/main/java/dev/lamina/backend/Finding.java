package dev.lamina.backend;

import java.util.Objects;

/**
 * One thing that a backend needs, or could use, and whether it is there.
 *
 * @param name what it is
 * @param present whether it was found
 * @param detail what was found, or where it was looked for
 * @param remedy what helps if it is not there; empty if nothing is missing
 */
public record Finding(String name, boolean present, String detail, String remedy) {

  /** Checks that there are texts. */
  public Finding {
    Objects.requireNonNull(name, "name");
    Objects.requireNonNull(detail, "detail");
    Objects.requireNonNull(remedy, "remedy");
  }

  /**
   * {@return something that is there}
   *
   * @param name what it is
   * @param detail what was found
   */
  public static Finding found(String name, String detail) {
    return new Finding(name, true, detail, "");
  }

  /**
   * {@return something that is not there}
   *
   * @param name what it is
   * @param detail where it was looked for
   * @param remedy what helps
   */
  public static Finding missing(String name, String detail, String remedy) {
    return new Finding(name, false, detail, remedy);
  }
}
