package dev.lamina.config;

import dev.lamina.matrix.DType;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The settings in force: the {@code lamina} block of a configuration.
 *
 * @param backend which backend is wanted
 * @param memoryBudget the most bytes a backend may take for its own tiles and panels, ≥ 1; by
 *     default a quarter of the machine's (or container's) physical memory
 * @param precision element type of kernel matrices
 * @param deterministic whether results must not depend on the number of threads
 * @param cache folder for fetched data sets; empty: where the system keeps caches
 * @param cpuThreads threads of the {@code cpu} backend, from 1 to 1024; by default all processors
 * @param cuda settings of the {@code cuda} backend
 * @param origins where values were set, by path; values without an entry were set by code
 */
public record LaminaConfig(
    BackendChoice backend,
    long memoryBudget,
    DType precision,
    boolean deterministic,
    Optional<Path> cache,
    int cpuThreads,
    CudaConfig cuda,
    Map<String, String> origins) {

  /** Far above what helps anywhere, and below what an operating system refuses. */
  static final int MOST_THREADS = 1024;

  /** Checks the ranges. */
  public LaminaConfig {
    Objects.requireNonNull(backend, "lamina.backend");
    Objects.requireNonNull(precision, "lamina.precision");
    Objects.requireNonNull(cache, "lamina.cache");
    Objects.requireNonNull(cuda, "lamina.cuda");
    if (memoryBudget < 1) {
      throw new IllegalArgumentException(
          "lamina.memory-budget must be ≥ 1 byte but is " + memoryBudget);
    }
    if (cpuThreads < 1 || cpuThreads > MOST_THREADS) {
      throw new IllegalArgumentException(
          "lamina.cpu.threads must be from 1 to %d but is %d".formatted(MOST_THREADS, cpuThreads));
    }
    origins = Map.copyOf(origins);
  }

  /** {@return the defaults, whatever environment and system properties say} */
  public static LaminaConfig defaults() {
    return load(ConfigSources.defaults());
  }

  /**
   * {@return the defaults, overridden by environment and system properties}
   *
   * @throws ConfigException if a value is wrong
   */
  public static LaminaConfig load() {
    return load(ConfigSources.ofProcess());
  }

  /**
   * {@return what the sources say}
   *
   * @param sources where settings come from
   * @throws ConfigException if a file cannot be read, a value is wrong, or a key is unknown
   */
  public static LaminaConfig load(ConfigSources sources) {
    ConfigErrors errors = new ConfigErrors();
    LoadedConfig loaded = sources.load(errors);
    loaded.reader().has("study");
    loaded.reader().finish();
    errors.throwIfAny();
    return loaded.lamina();
  }

  /**
   * {@return what a file says, overridden by environment and system properties}
   *
   * @param file a HOCON file
   * @throws ConfigException if the file cannot be read, a value is wrong, or a key is unknown
   */
  public static LaminaConfig load(Path file) {
    return load(ConfigSources.ofProcess().withFiles(List.of(file)));
  }

  /**
   * {@return this configuration with another backend choice}
   *
   * @param choice the backend choice
   */
  public LaminaConfig withBackend(BackendChoice choice) {
    return new LaminaConfig(
        choice,
        memoryBudget,
        precision,
        deterministic,
        cache,
        cpuThreads,
        cuda,
        byCode("lamina.backend"));
  }

  /**
   * {@return this configuration with another memory budget in bytes, ≥ 1}
   *
   * @param bytes the budget in bytes, ≥ 1
   */
  public LaminaConfig withMemoryBudget(long bytes) {
    return new LaminaConfig(
        backend,
        bytes,
        precision,
        deterministic,
        cache,
        cpuThreads,
        cuda,
        byCode("lamina.memory-budget"));
  }

  /**
   * {@return this configuration with another precision}
   *
   * @param dtype the element type
   */
  public LaminaConfig withPrecision(DType dtype) {
    return new LaminaConfig(
        backend,
        memoryBudget,
        dtype,
        deterministic,
        cache,
        cpuThreads,
        cuda,
        byCode("lamina.precision"));
  }

  /**
   * {@return this configuration with another number of threads, from 1 to 1024}
   *
   * @param threads number of threads, from 1 to 1024
   */
  public LaminaConfig withCpuThreads(int threads) {
    return new LaminaConfig(
        backend,
        memoryBudget,
        precision,
        deterministic,
        cache,
        threads,
        cuda,
        byCode("lamina.cpu.threads"));
  }

  private Map<String, String> byCode(String path) {
    Map<String, String> rest = new HashMap<>(origins);
    rest.remove(path);
    return rest;
  }

  /**
   * {@return every effective value with its origin, in the order of {@code lamina-defaults.conf}}
   */
  public List<Setting> settings() {
    return List.of(
        setting("lamina.backend", backend.text()),
        setting("lamina.memory-budget", ByteSizes.exact(memoryBudget)),
        setting("lamina.precision", precision.name().toLowerCase(Locale.ROOT)),
        setting("lamina.deterministic", Boolean.toString(deterministic)),
        setting("lamina.cache", cache.map(Path::toString).orElse("auto")),
        setting("lamina.cpu.threads", Integer.toString(cpuThreads)),
        setting("lamina.cuda.device", Integer.toString(cuda.device())),
        setting("lamina.cuda.math", cuda.math().text()),
        setting("lamina.cuda.library-path", cuda.libraryPath().map(Path::toString).orElse("")));
  }

  private Setting setting(String path, String value) {
    return new Setting(path, value, origins.getOrDefault(path, "code"));
  }
}
