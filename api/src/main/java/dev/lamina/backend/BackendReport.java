package dev.lamina.backend;

import dev.lamina.backend.Availability.Available;
import dev.lamina.backend.Availability.Unavailable;
import dev.lamina.config.BackendChoice;
import dev.lamina.config.ByteSizes;
import java.util.Collections;
import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.StringJoiner;

/**
 * Which backend was chosen, and the state of each. Prints as a table.
 *
 * @param choice what was asked for
 * @param origin where it was asked for
 * @param states the state of every backend, in the order of preference
 * @param selected the backend to use; empty if what was asked for is not available
 */
public record BackendReport(
    BackendChoice choice,
    String origin,
    Map<BackendId, Availability> states,
    Optional<BackendId> selected) {

  /** Copies the states. */
  public BackendReport {
    states = Collections.unmodifiableMap(new EnumMap<>(states));
  }

  /**
   * {@return the chosen backend}
   *
   * @throws BackendUnavailableException if there is none
   */
  public BackendId requireSelected() {
    return selected.orElseThrow(() -> new BackendUnavailableException(this));
  }

  /**
   * {@return one line that says which preferred backend is passed over, why, and what would help;
   * empty unless the choice was {@code auto} and it fell back}
   */
  public Optional<String> fallback() {
    if (choice != BackendChoice.AUTO || selected.isEmpty()) {
      return Optional.empty();
    }
    StringJoiner reasons = new StringJoiner("; ");
    states.forEach((id, state) -> {
      if (id.compareTo(selected.get()) < 0 && state instanceof Unavailable u) {
        reasons.add(
            "%s is not available (%s: %s)".formatted(id.text(), u.reason().text(), u.detail()));
        reasons.add(u.remedy());
      }
    });
    return reasons.length() == 0
        ? Optional.empty()
        : Optional.of("backend = auto uses %s: %s".formatted(selected.get().text(), reasons));
  }

  /** Returns the table: the choice, then for each backend its state, reason and remedy. */
  @Override
  public String toString() {
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        "backend = %s (%s): %s"
            .formatted(
                choice.text(), origin, selected.map(BackendId::text).orElse("not available")));
    states.forEach((id, state) -> lines.add(row(id, state)));
    return lines.toString();
  }

  private String row(BackendId id, Availability state) {
    String mark = selected.equals(Optional.of(id)) ? "*" : " ";
    return switch (state) {
      case Available a ->
          "%s %-5s available    %s".formatted(mark, id.text(), describe(a.device()));
      case Unavailable u ->
          "%s %-5s unavailable  %s: %s\n%21s%s"
              .formatted(mark, id.text(), u.reason().text(), u.detail(), "", "→ " + u.remedy());
    };
  }

  private static String describe(DeviceInfo device) {
    return "%s; parallelism %d, memory %s; %s"
        .formatted(
            device.name(), device.parallelism(), rounded(device.memoryBytes()), device.detail());
  }

  private static String rounded(long bytes) {
    return bytes < 1L << 30
        ? ByteSizes.exact(bytes)
        : String.format(Locale.ROOT, "%.1f GiB", bytes / (double) (1L << 30));
  }
}
