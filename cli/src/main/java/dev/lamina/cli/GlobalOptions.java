package dev.lamina.cli;

import dev.lamina.config.Setting;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine.Option;
import picocli.CommandLine.ScopeType;

/** The options that every subcommand has. */
final class GlobalOptions {

  @Option(
      names = "--backend",
      scope = ScopeType.INHERIT,
      paramLabel = "NAME",
      description = "auto, cuda or cpu (default: auto, the first that is available).")
  private String backend;

  @Option(
      names = "--threads",
      scope = ScopeType.INHERIT,
      paramLabel = "N",
      description = "Threads of the cpu backend (default: all processors).")
  private String threads;

  @Option(
      names = "--memory-budget",
      scope = ScopeType.INHERIT,
      paramLabel = "SIZE",
      description =
          "The most memory that the backend takes for itself, such as 4GiB (default: a quarter of the memory).")
  private String memoryBudget;

  @Option(
      names = "--precision",
      scope = ScopeType.INHERIT,
      paramLabel = "TYPE",
      description = "float32 or float64 (default: float32).")
  private String precision;

  @Option(
      names = "--config",
      scope = ScopeType.INHERIT,
      paramLabel = "FILE",
      description = "A config file; may be given several times, later ones override earlier ones.")
  private List<Path> files = new ArrayList<>();

  @Option(
      names = "--json",
      scope = ScopeType.INHERIT,
      description = "Print one JSON document on standard output and everything else elsewhere.")
  private boolean json;

  @Option(
      names = {"--debug", "--stacktrace"},
      scope = ScopeType.INHERIT,
      description = "Show where an error comes from.")
  private boolean debug;

  /** Returns whether {@code --backend} asks for every backend, which {@code bench} alone knows. */
  boolean isEveryBackend() {
    return "all".equals(backend);
  }

  boolean json() {
    return json;
  }

  boolean debug() {
    return debug;
  }

  List<Path> files() {
    return List.copyOf(files);
  }

  /** Returns what the options set. */
  List<Setting> settings() {
    List<Setting> settings = settingsOfEveryBackend();
    add(settings, "lamina.backend", backend, "--backend");
    return settings;
  }

  /** Returns what the options set apart from the backend. */
  List<Setting> settingsOfEveryBackend() {
    List<Setting> settings = new ArrayList<>();
    add(settings, "lamina.cpu.threads", threads, "--threads");
    add(settings, "lamina.memory-budget", memoryBudget, "--memory-budget");
    add(settings, "lamina.precision", precision, "--precision");
    return settings;
  }

  private static void add(List<Setting> settings, String path, String value, String option) {
    if (value != null) {
      settings.add(new Setting(path, value, "command line " + option));
    }
  }
}
