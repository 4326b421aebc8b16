package dev.lamina.analysis.report;

import java.util.regex.Pattern;

/** Checks names that become file names and anchors of a page. */
final class Names {
  private static final Pattern NAME = Pattern.compile("[a-z0-9][a-z0-9-]{0,63}");

  private Names() {}

  static String require(String what, String name) {
    if (!NAME.matcher(name).matches()) {
      throw new IllegalArgumentException(
          "the id of a %s must be lower-case letters, digits and hyphens but is \"%s\""
              .formatted(what, name));
    }
    return name;
  }
}
