package dev.lamina.benchmarks;

import dev.lamina.matrix.DType;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * What to measure.
 *
 * @param suites which suites; each at most once
 * @param sizes how large
 * @param rivals what to run in turn with the processor; one that is not found is said
 * @param rounds rounds that are counted, after one or more that are not; ≥ 1
 * @param seconds time for each backend; warming up and rounds shrink when it runs short, and what
 *     it does not suffice for is left out and named; ≥ 1
 * @param precision the only element type to measure; empty for those that each suite is meant for
 */
public record BenchRequest(
    List<Suite> suites,
    SizeChoice sizes,
    Set<Rival> rivals,
    int rounds,
    int seconds,
    Optional<DType> precision) {

  /** Checks the ranges. */
  public BenchRequest {
    suites = List.copyOf(suites);
    rivals = Set.copyOf(rivals);
    if (rounds < 1 || seconds < 1) {
      throw new IllegalArgumentException(
          "bench: rounds and seconds must be ≥ 1 but are %d and %d".formatted(rounds, seconds));
    }
  }

  /** Returns what is asked for as texts, by the names of the command's options. */
  Map<String, String> options() {
    Map<String, String> options = new LinkedHashMap<>();
    options.put("suites", suites.stream().map(Suite::id).collect(Collectors.joining(" ")));
    options.put("sizes", sizes.text());
    options.put(
        "rivals", rivals.stream().map(Rival::name).sorted().collect(Collectors.joining(",")));
    options.put("repeat", String.valueOf(rounds));
    options.put("seconds", String.valueOf(seconds));
    return options;
  }
}
