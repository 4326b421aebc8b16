package dev.lamina.config;

import java.util.List;
import java.util.stream.Collectors;

/** Thrown when a configuration cannot be used; it lists everything that is wrong with it. */
public final class ConfigException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private final transient List<ConfigProblem> problems;

  /**
   * Creates the exception.
   *
   * @param problems at least one
   */
  public ConfigException(List<ConfigProblem> problems) {
    this(problems, null);
  }

  /**
   * Creates the exception with a cause.
   *
   * @param problems at least one
   * @param cause the lower-level failure, or null
   */
  public ConfigException(List<ConfigProblem> problems, Throwable cause) {
    super(message(problems), cause);
    this.problems = List.copyOf(problems);
  }

  private static String message(List<ConfigProblem> problems) {
    if (problems.size() == 1) {
      return "configuration: " + problems.getFirst();
    }
    return problems.stream()
        .map(problem -> "\n  " + problem)
        .collect(Collectors.joining("", "configuration: " + problems.size() + " problems", ""));
  }

  /** {@return everything that is wrong, in the order in which it was found} */
  public List<ConfigProblem> problems() {
    return problems;
  }
}
