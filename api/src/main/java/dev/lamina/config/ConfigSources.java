package dev.lamina.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import com.typesafe.config.ConfigParseOptions;
import com.typesafe.config.ConfigValueFactory;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What a configuration is made of, weakest first: defaults, files, environment, system properties,
 * command line.
 *
 * @param files HOCON files; a later one overrides an earlier one
 * @param environment environment variables; {@code LAMINA_CPU_THREADS} sets {@code
 *     lamina.cpu.threads}
 * @param systemProperties system properties; {@code lamina.cpu.threads} sets the key of that name
 * @param commandLine what options set, with the option as origin
 */
public record ConfigSources(
    List<Path> files,
    Map<String, String> environment,
    Map<String, String> systemProperties,
    List<Setting> commandLine) {

  /** The resource that holds every key of {@code lamina} and its default. */
  static final String DEFAULTS = "lamina-defaults.conf";

  static final String DEFAULT_ORIGIN = "default";

  /** What a merge of objects without an origin is called by the HOCON library. */
  static final String NO_ORIGIN = "empty config";

  /** A misspelt variable is at most so many edits away from the one that was meant. */
  private static final int MISSPELT = 2;

  /** Copies the parts. */
  public ConfigSources {
    files = List.copyOf(files);
    environment = Map.copyOf(environment);
    systemProperties = Map.copyOf(systemProperties);
    commandLine = List.copyOf(commandLine);
  }

  /** {@return the defaults alone} */
  public static ConfigSources defaults() {
    return new ConfigSources(List.of(), Map.of(), Map.of(), List.of());
  }

  /** {@return this process's environment and system properties} */
  public static ConfigSources ofProcess() {
    Map<String, String> properties = new HashMap<>();
    System.getProperties()
        .stringPropertyNames()
        .forEach(name -> properties.put(name, System.getProperty(name)));
    return new ConfigSources(List.of(), System.getenv(), properties, List.of());
  }

  /**
   * {@return these sources with other files}
   *
   * @param newFiles the files, later ones override earlier ones
   */
  public ConfigSources withFiles(List<Path> newFiles) {
    return new ConfigSources(newFiles, environment, systemProperties, commandLine);
  }

  /**
   * {@return these sources with another command line}
   *
   * @param settings the settings, later ones override earlier ones
   */
  public ConfigSources withCommandLine(List<Setting> settings) {
    return new ConfigSources(files, environment, systemProperties, settings);
  }

  /**
   * Reads and merges everything.
   *
   * @param errors where problems go: unreadable files, bad syntax, wrong values, unknown keys of
   *     {@code lamina}
   * @return the whole configuration; to be used only if there were no problems
   */
  public LoadedConfig load(ConfigErrors errors) {
    Config defaults =
        ConfigFactory.parseResources(
            DEFAULTS,
            ConfigParseOptions.defaults()
                .setAllowMissing(false)
                .setClassLoader(ConfigSources.class.getClassLoader()));
    SortedSet<String> keys = new TreeSet<>();
    defaults.entrySet().forEach(entry -> keys.add(entry.getKey()));
    List<Config> layers = new ArrayList<>(List.of(defaults));
    files.forEach(file -> layers.add(parse(file, errors)));
    layers.add(environment(keys, errors));
    layers.add(properties(keys, errors));
    layers.add(layer(commandLine));
    Config merged = layers.reversed().stream().reduce(Config::withFallback).orElseThrow();
    return LoadedConfig.of(resolve(merged, defaults, errors), errors);
  }

  /** Sets the variables whose names belong to a key, and reports those that nearly do. */
  private Config environment(SortedSet<String> keys, ConfigErrors errors) {
    Map<String, String> names = new HashMap<>();
    keys.forEach(key -> names.put(variable(key), key));
    return variables(environment, names, "LAMINA_", "environment variable ", errors);
  }

  private Config properties(SortedSet<String> keys, ConfigErrors errors) {
    Map<String, String> names = new HashMap<>();
    keys.forEach(key -> names.put(key, key));
    return variables(systemProperties, names, "lamina.", "system property ", errors);
  }

  /** Returns the environment variable of a key: {@code LAMINA_CPU_THREADS}. */
  static String variable(String key) {
    return key.toUpperCase(Locale.ROOT).replace('.', '_').replace('-', '_');
  }

  private static Config variables(
      Map<String, String> values,
      Map<String, String> keyByName,
      String prefix,
      String kind,
      ConfigErrors errors) {
    List<Setting> settings = new ArrayList<>();
    for (String name : new TreeSet<>(values.keySet())) {
      String key = keyByName.get(name);
      if (key != null) {
        settings.add(new Setting(key, values.get(name), kind + name));
      } else if (name.startsWith(prefix)) {
        // Other names with the prefix are somebody else's, unless they are misspelt ones of ours.
        List<String> meant =
            NearestWords.of(name, keyByName.keySet()).stream()
                .filter(candidate -> NearestWords.edits(name, candidate) <= MISSPELT)
                .toList();
        if (!meant.isEmpty()) {
          errors.add(new ConfigProblem("", kind + name, "unknown", NearestWords.didYouMean(meant)));
        }
      }
    }
    return layer(settings);
  }

  private static Config layer(List<Setting> settings) {
    Config layer = ConfigFactory.empty();
    for (Setting s : settings) {
      layer = layer.withValue(s.path(), ConfigValueFactory.fromAnyRef(s.value(), s.origin()));
    }
    return layer;
  }

  private static Config parse(Path file, ConfigErrors errors) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      String why =
          !Files.exists(file)
              ? "no such file"
              : Files.isDirectory(file) ? "is a folder, not a file" : "must not be read";
      errors.add("", file.toString(), why);
      return ConfigFactory.empty();
    }
    try {
      ConfigParseOptions options =
          ConfigParseOptions.defaults()
              .setAllowMissing(false)
              .setOriginDescription(file.toString())
              .setClassLoader(ConfigSources.class.getClassLoader())
              .setIncluder(new StrictIncluder());
      // Includes are looked for beside the file, and a bare name would have no folder.
      return ConfigFactory.parseFile(file.toAbsolutePath().toFile(), options);
    } catch (com.typesafe.config.ConfigException e) {
      errors.add("", e.origin() == null ? file.toString() : "", e.getMessage());
      return ConfigFactory.empty();
    }
  }

  private static Config resolve(Config merged, Config defaults, ConfigErrors errors) {
    try {
      return merged.resolve();
    } catch (com.typesafe.config.ConfigException e) {
      errors.add("", "", e.getMessage());
      return defaults;
    }
  }
}
