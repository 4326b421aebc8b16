package dev.lamina.config;

/**
 * One thing that is wrong with a configuration.
 *
 * @param path the key, such as {@code lamina.cpu.threads}; empty if a whole source is at fault
 * @param origin where it was set, such as {@code digits.conf: 3}; empty if unknown
 * @param message what was expected and what was found
 * @param suggestion what was probably meant; empty if there is no good guess
 */
public record ConfigProblem(String path, String origin, String message, String suggestion) {

  /** Returns the problem in one line. */
  @Override
  public String toString() {
    StringBuilder line = new StringBuilder(path);
    if (!origin.isEmpty()) {
      line.append(path.isEmpty() ? origin : " (" + origin + ")");
    }
    line.append(line.isEmpty() ? "" : ": ").append(message);
    if (!suggestion.isEmpty()) {
      line.append("; ").append(suggestion);
    }
    return line.toString();
  }
}
