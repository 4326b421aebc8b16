package dev.lamina.analysis.data;

import java.util.Optional;

/**
 * How a text table is to be read.
 *
 * @param header whether the first line names the columns
 * @param separator what stands between cells; empty: whichever of comma, semicolon and tab is most
 *     frequent in the first line
 * @param label the column of the response: its name, or its index from 0, or from −1 for the last
 *     backwards; empty: the last
 * @param kind what the response is
 */
public record CsvOptions(
    Header header, Optional<Character> separator, Optional<String> label, ResponseKind kind) {

  /** Whether the first line names the columns. */
  public enum Header {
    /** It does if none of its feature cells is a number. */
    AUTO,
    /** It does. */
    YES,
    /** It does not: it is the first sample. */
    NO
  }

  /** {@return the options of a file about which nothing is said} */
  public static CsvOptions auto() {
    return new CsvOptions(Header.AUTO, Optional.empty(), Optional.empty(), ResponseKind.AUTO);
  }
}
