package dev.lamina.benchmarks;

import static java.util.stream.Collectors.joining;

import dev.lamina.config.LaminaConfig;
import java.lang.management.ManagementFactory;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * Under what circumstances a run took place.
 *
 * @param options what was asked for, by the name of the option, and the settings that are not as
 *     they are by default, by key; empty if that is not known
 * @param environment environment variables that change how fast libraries compute, those that were
 *     set
 * @param loadBefore the system's load average of the last minute when the run began; empty if the
 *     system does not tell
 * @param loadAfter the same when it ended, this run included
 */
public record Circumstances(
    Map<String, String> options,
    Map<String, String> environment,
    OptionalDouble loadBefore,
    OptionalDouble loadAfter) {

  /** Nothing is known, as of results of earlier versions. */
  public static final Circumstances UNKNOWN =
      new Circumstances(Map.of(), Map.of(), OptionalDouble.empty(), OptionalDouble.empty());

  /** More than this part of the cores busy before the run began: there was something else. */
  private static final double BUSY_BEFORE = 0.5;

  /** More threads than this many times the cores at its end: they were not all this run's. */
  private static final double BUSY_AFTER = 1.5;

  private static final List<String> VARIABLES =
      List.of(
          "OPENBLAS_CORETYPE",
          "OPENBLAS_NUM_THREADS",
          "MKL_NUM_THREADS",
          "OMP_NUM_THREADS",
          "CUDA_VISIBLE_DEVICES",
          "LAMINA_JAVA_OPTS",
          "JAVA_TOOL_OPTIONS",
          "JDK_JAVA_OPTIONS");

  /** Checks the numbers; copies the maps, keeping their order. */
  public Circumstances {
    Checks.magnitude("load before the run", loadBefore);
    Checks.magnitude("load after the run", loadAfter);
    options = Collections.unmodifiableMap(new LinkedHashMap<>(options));
    environment = Collections.unmodifiableMap(new LinkedHashMap<>(environment));
  }

  /** Returns those of a run that is about to begin. */
  static Circumstances before(
      LaminaConfig config, List<BenchDevice> devices, BenchRequest request) {
    Map<String, String> options = new LinkedHashMap<>(request.options());
    options.put("devices", devices.stream().map(BenchDevice::text).collect(joining(",")));
    config.settings().stream()
        .filter(s -> !s.origin().equals("default"))
        .forEach(s -> options.put(s.path(), s.value()));
    return new Circumstances(options, relevant(System.getenv()), load(), OptionalDouble.empty());
  }

  /** Returns these at the end of the run. */
  Circumstances after() {
    return new Circumstances(options, environment, loadBefore, load());
  }

  private static OptionalDouble load() {
    double load = ManagementFactory.getOperatingSystemMXBean().getSystemLoadAverage();
    return load >= 0 ? OptionalDouble.of(load) : OptionalDouble.empty();
  }

  /** Returns those of the environment's variables that matter. */
  static Map<String, String> relevant(Map<String, String> environment) {
    Map<String, String> found = new LinkedHashMap<>();
    for (String variable : VARIABLES) {
      if (environment.containsKey(variable)) {
        found.put(variable, environment.get(variable));
      }
    }
    return found;
  }

  /**
   * {@return what a load says that other programs have caused; empty if none does}
   *
   * @param cores of the machine
   */
  public Optional<String> disturbance(int cores) {
    if (loadBefore.orElse(0) > BUSY_BEFORE * cores) {
      return Optional.of(disturbance("at the beginning", loadBefore, cores));
    }
    return loadAfter.orElse(0) > BUSY_AFTER * cores
        ? Optional.of(disturbance("at the end", loadAfter, cores))
        : Optional.empty();
  }

  private static String disturbance(String when, OptionalDouble load, int cores) {
    return String.format(
        Locale.ROOT,
        "other programs were running: the load average %s was %.2f on %d cores",
        when,
        load.getAsDouble(),
        cores);
  }
}
