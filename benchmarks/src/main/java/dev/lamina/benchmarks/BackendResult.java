package dev.lamina.benchmarks;

import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What was found on one backend.
 *
 * @param backend {@code cpu} or {@code cuda}
 * @param device name of what computed
 * @param detail memory, instruction set, library
 * @param threads threads or multiprocessors in use
 * @param emulated whether the processor imitated the device: then times say nothing about one
 * @param library what multiplied matrices for the ceilings
 * @param reference what computed the float64 entries that errors are measured against
 * @param ceilings what it does at best
 * @param rivals versions of the rivals that ran, and whether one failed or why it did not run, by
 *     name
 * @param figures everything that was measured, suite after suite
 * @param problems suites and rivals that failed, with their reasons
 */
public record BackendResult(
    String backend,
    String device,
    String detail,
    int threads,
    boolean emulated,
    String library,
    String reference,
    Ceilings ceilings,
    Map<String, String> rivals,
    List<Figure> figures,
    List<String> problems) {

  /** Copies the collections. */
  public BackendResult {
    rivals = Collections.unmodifiableMap(new LinkedHashMap<>(rivals));
    figures = List.copyOf(figures);
    problems = List.copyOf(problems);
  }
}
