package dev.lamina.benchmarks;

import java.util.List;

/**
 * One run of the benchmark: what its JSON holds and its report shows.
 *
 * @param version version of Lamina
 * @param date when it began, ISO 8601 in UTC
 * @param machine where
 * @param circumstances what was asked for and what else was running
 * @param seconds time that everything took
 * @param backends what was found on each
 * @param targets what was to be reached
 */
public record BenchResult(
    String version,
    String date,
    Machine machine,
    Circumstances circumstances,
    double seconds,
    List<BackendResult> backends,
    List<Target> targets) {

  /** Checks the time and copies the lists. */
  public BenchResult {
    Checks.magnitude("seconds", seconds);
    backends = List.copyOf(backends);
    targets = List.copyOf(targets);
  }

  /**
   * The host.
   *
   * @param system operating system and its version
   * @param architecture of the processor
   * @param processor its name
   * @param cores processors available to the JVM
   * @param memoryBytes physical memory
   * @param jvm virtual machine and its version
   */
  public record Machine(
      String system,
      String architecture,
      String processor,
      int cores,
      long memoryBytes,
      String jvm) {}
}
