package dev.lamina.matrix;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads the header text of a {@code .npy} file: the Python dictionary with the keys {@code descr},
 * {@code fortran_order} and {@code shape}, in any order, and nothing else.
 */
final class NpyHeaderParser {
  /** NumPy itself writes at most 32. */
  private static final int MOST_AXES = 32;

  private final Path file;
  private final int version;
  private final long start;
  private final String text;
  private int at;

  private NpyType type;
  private Boolean fortranOrder;
  private List<Long> shape;

  /**
   * Creates a parser.
   *
   * @param file the file, for messages
   * @param version major version of the format
   * @param start byte offset of the header text in the file
   * @param bytes the header text
   */
  NpyHeaderParser(Path file, int version, long start, byte[] bytes) {
    this.file = file;
    this.version = version;
    this.start = start;
    // One char per byte keeps positions equal to byte offsets; no supported header needs more.
    this.text = new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /**
   * Parses the whole text.
   *
   * @throws DataFormatException if it is anything else than a header of a supported array
   */
  NpyHeader parse() {
    expect('{');
    while (!accept('}')) {
      entry();
      if (!accept(',')) {
        expect('}');
        break;
      }
    }
    skipBlanks();
    if (at < text.length()) {
      throw error("blanks up to the end of the header");
    }
    requireKey("descr", type);
    requireKey("fortran_order", fortranOrder);
    requireKey("shape", shape);
    return new NpyHeader(version, type, fortranOrder, shape, start + text.length());
  }

  private void requireKey(String key, Object value) {
    if (value == null) {
      throw new DataFormatException(file, start, "a header with the key '" + key + "'", shown(0));
    }
  }

  private void entry() {
    skipBlanks();
    int keyAt = at;
    String key = quoted();
    expect(':');
    skipBlanks();
    Object before =
        switch (key) {
          case "descr" -> type;
          case "fortran_order" -> fortranOrder;
          case "shape" -> shape;
          default -> {
            at = keyAt;
            throw error("one of the keys 'descr', 'fortran_order', 'shape'");
          }
        };
    if (before != null) {
      at = keyAt;
      throw error("each key once");
    }
    switch (key) {
      case "descr" -> type = type();
      case "fortran_order" -> fortranOrder = bool();
      default -> shape = tuple();
    }
  }

  private NpyType type() {
    int from = at;
    if (at < text.length() && text.charAt(at) == '[') {
      throw error("an element type that is " + NpyType.SUPPORTED + ", not a record");
    }
    NpyType found = NpyType.of(quoted());
    if (found == null) {
      at = from;
      throw error("an element type that is " + NpyType.SUPPORTED);
    }
    return found;
  }

  private boolean bool() {
    for (String word : List.of("True", "False")) {
      if (text.startsWith(word, at)) {
        at += word.length();
        return word.equals("True");
      }
    }
    throw error("True or False");
  }

  private List<Long> tuple() {
    expect('(');
    List<Long> lengths = new ArrayList<>();
    while (!accept(')')) {
      if (lengths.size() == MOST_AXES) {
        throw error("at most " + MOST_AXES + " axes");
      }
      lengths.add(length());
      if (!accept(',')) {
        if (lengths.size() == 1) {
          throw error("a comma after the only length of a shape");
        }
        expect(')');
        break;
      }
    }
    return lengths;
  }

  private long length() {
    skipBlanks();
    int from = at;
    while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
      at++;
    }
    String digits = text.substring(from, at);
    try {
      long value = Long.parseLong(digits);
      // Python 2 wrote its long integers with an L.
      if (at < text.length() && text.charAt(at) == 'L') {
        at++;
      }
      return value;
    } catch (NumberFormatException e) {
      at = from;
      throw new DataFormatException(
          file, start + at, "an axis length from 0 to " + Long.MAX_VALUE, shown(at), e);
    }
  }

  private String quoted() {
    skipBlanks();
    if (at >= text.length() || (text.charAt(at) != '\'' && text.charAt(at) != '"')) {
      throw error("a quoted text");
    }
    int end = text.indexOf(text.charAt(at), at + 1);
    if (end < 0) {
      throw error("a quoted text that ends");
    }
    String inside = text.substring(at + 1, end);
    if (inside.indexOf('\\') >= 0) {
      throw error("a quoted text without backslashes");
    }
    at = end + 1;
    return inside;
  }

  private boolean accept(char c) {
    skipBlanks();
    boolean there = at < text.length() && text.charAt(at) == c;
    at += there ? 1 : 0;
    return there;
  }

  private void expect(char c) {
    if (!accept(c)) {
      throw error("'" + c + "'");
    }
  }

  private void skipBlanks() {
    while (at < text.length() && " \t\r\n\f".indexOf(text.charAt(at)) >= 0) {
      at++;
    }
  }

  private DataFormatException error(String expected) {
    return new DataFormatException(file, start + at, expected, shown(at));
  }

  private String shown(int from) {
    if (from >= text.length()) {
      return "the end of the header";
    }
    String rest = text.substring(from, Math.min(text.length(), from + 40)).stripTrailing();
    StringBuilder shown = new StringBuilder("`");
    rest.chars().forEach(c -> shown.append(c >= 32 && c < 127 ? (char) c : '?'));
    return shown.append(from + 40 < text.length() ? "…`" : "`").toString();
  }
}
