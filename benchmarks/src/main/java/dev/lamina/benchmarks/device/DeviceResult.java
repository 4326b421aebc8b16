package dev.lamina.benchmarks.device;

import dev.lamina.backend.DeviceInfo;
import java.util.List;

/**
 * What the suite found.
 *
 * @param device what was measured
 * @param emulated whether the processor imitated it: then times say nothing about a GPU
 * @param library what multiplied matrices
 * @param reference what computed the float64 entries that errors are measured against
 * @param settings what was asked for
 * @param ceilings what the device does at best
 * @param figures everything that was measured
 * @param problems sections that failed, with their reasons
 * @param seconds time that everything took
 */
public record DeviceResult(
    DeviceInfo device,
    boolean emulated,
    String library,
    String reference,
    DeviceSettings settings,
    Ceilings ceilings,
    List<Figure> figures,
    List<String> problems,
    double seconds) {

  /** Copies the lists. */
  public DeviceResult {
    figures = List.copyOf(figures);
    problems = List.copyOf(problems);
  }
}
