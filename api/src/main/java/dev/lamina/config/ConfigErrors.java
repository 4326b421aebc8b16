package dev.lamina.config;

import java.util.ArrayList;
import java.util.List;

/**
 * Collects what is wrong with a configuration, so that a user sees all of it at once. For one
 * thread.
 */
public final class ConfigErrors {
  private final List<ConfigProblem> problems = new ArrayList<>();

  /** Starts without problems. */
  public ConfigErrors() {}

  /**
   * Adds a problem.
   *
   * @param problem the problem
   */
  public void add(ConfigProblem problem) {
    problems.add(problem);
  }

  /**
   * Adds a problem without a suggestion.
   *
   * @param path the key
   * @param origin where it was set
   * @param message what was expected and what was found
   */
  public void add(String path, String origin, String message) {
    add(new ConfigProblem(path, origin, message, ""));
  }

  /** {@return the problems so far} */
  public List<ConfigProblem> problems() {
    return List.copyOf(problems);
  }

  /** {@return the number of problems so far} */
  public int count() {
    return problems.size();
  }

  /**
   * Throws if there is any problem.
   *
   * @throws ConfigException with all problems
   */
  public void throwIfAny() {
    if (!problems.isEmpty()) {
      throw new ConfigException(problems);
    }
  }
}
