package dev.lamina.config;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigList;
import com.typesafe.config.ConfigObject;
import com.typesafe.config.ConfigOrigin;
import com.typesafe.config.ConfigValue;
import com.typesafe.config.ConfigValueFactory;
import com.typesafe.config.ConfigValueType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;

/**
 * Reads one object of a configuration with checks.
 *
 * <p>A value of the wrong type or outside its bounds is reported to the {@link ConfigErrors} with
 * its path and origin, and reading goes on with a value that is allowed: all problems are found in
 * one go, and nobody uses the values before {@link ConfigErrors#throwIfAny()}. Every key that is
 * asked for counts as known; {@link #finish()} reports the others. For one thread.
 */
public final class ConfigReader {
  /** How the HOCON library's text for the origin of a merged object starts. */
  private static final String MERGE = "merge of ";

  private final ConfigObject object;
  private final String path;
  private final ConfigErrors errors;
  private final Set<String> known = new LinkedHashSet<>();
  private final List<ConfigReader> sections = new ArrayList<>();

  private ConfigReader(ConfigObject object, String path, ConfigErrors errors) {
    this.object = object;
    this.path = path;
    this.errors = errors;
  }

  /**
   * Creates a reader of a resolved configuration.
   *
   * @param config the root
   * @param errors where problems go
   * @return the reader
   */
  public static ConfigReader of(Config config, ConfigErrors errors) {
    return new ConfigReader(config.root(), "", errors);
  }

  /** {@return where the object stands, such as {@code study.data}; empty for the root} */
  public String path() {
    return path;
  }

  /**
   * {@return the path of a key of this object}
   *
   * @param key the key
   */
  public String path(String key) {
    return path.isEmpty() ? key : path + "." + key;
  }

  /** {@return the keys that the object has, in the order of the file if it came from one} */
  public List<String> keys() {
    return object.entrySet().stream()
        .sorted((a, b) -> Integer.compare(line(a.getValue()), line(b.getValue())))
        .map(Map.Entry::getKey)
        .toList();
  }

  private static int line(ConfigValue value) {
    return value.origin().lineNumber();
  }

  /** {@return the object itself} */
  public Config config() {
    return object.toConfig();
  }

  /**
   * Declares a key as known and returns whether it is there and not null.
   *
   * @param key the key
   * @return whether the key has a value
   */
  public boolean has(String key) {
    return value(key).isPresent();
  }

  /**
   * Reports a problem with a key of this object.
   *
   * @param key the key
   * @param message what was expected and what was found
   */
  public void problem(String key, String message) {
    problem(key, message, "");
  }

  /**
   * Reports a problem with a key of this object.
   *
   * @param key the key
   * @param message what was expected and what was found
   * @param suggestion what was probably meant, or empty
   */
  public void problem(String key, String message, String suggestion) {
    errors.add(new ConfigProblem(path(key), origin(key), message, suggestion));
  }

  /**
   * {@return where a key was set, or where the object was if the key is missing}
   *
   * @param key the key
   */
  public String origin(String key) {
    ConfigValue value = object.get(key);
    return origin(value == null ? object.origin() : value.origin());
  }

  static String origin(ConfigOrigin origin) {
    if (ConfigSources.DEFAULTS.equals(origin.resource())) {
      return ConfigSources.DEFAULT_ORIGIN;
    }
    String text = origin.description();
    if (text.startsWith(MERGE)) {
      // An object of several sources, of which the defaults are no news.
      return Arrays.stream(text.substring(MERGE.length()).split(","))
          .filter(part -> !part.startsWith(ConfigSources.DEFAULTS))
          .collect(Collectors.joining(", "));
    }
    return ConfigSources.NO_ORIGIN.equals(text) ? "" : text;
  }

  /**
   * {@return a text, which must be there}
   *
   * @param key the key
   */
  public String text(String key) {
    return required(key, "a text", "").map(v -> textOf(key, v)).orElse("");
  }

  /**
   * {@return a text, or {@code otherwise} if there is none}
   *
   * @param key the key
   * @param otherwise the default
   */
  public String text(String key, String otherwise) {
    return value(key).map(v -> textOf(key, v)).orElse(otherwise);
  }

  /**
   * {@return a whole number within bounds, which must be there}
   *
   * @param key the key
   * @param bounds the numbers that are allowed
   */
  public int integer(String key, Bounds bounds) {
    return required(key, "a whole number", bounds)
        .map(v -> integerOf(key, v, bounds))
        .orElseGet(() -> (int) bounds.anyInside());
  }

  /**
   * {@return a whole number within bounds, or {@code otherwise} if there is none}
   *
   * @param key the key
   * @param bounds the numbers that are allowed
   * @param otherwise the default
   */
  public int integer(String key, Bounds bounds, int otherwise) {
    return value(key).map(v -> integerOf(key, v, bounds)).orElse(otherwise);
  }

  /**
   * {@return a whole number of 64 bits within bounds, or {@code otherwise} if there is none}
   *
   * @param key the key
   * @param bounds the numbers that are allowed
   * @param otherwise the default
   */
  public long whole(String key, Bounds bounds, long otherwise) {
    return value(key)
        .map(v -> new ConfigNumber(v).whole(bounds, Long.MIN_VALUE, Long.MAX_VALUE))
        .map(n -> n.orElseReport(message -> problem(key, message), (long) bounds.anyInside()))
        .orElse(otherwise);
  }

  /**
   * {@return a number within bounds, which must be there}
   *
   * @param key the key
   * @param bounds the numbers that are allowed
   */
  public double number(String key, Bounds bounds) {
    return required(key, "a number", bounds)
        .map(v -> numberOf(key, v, bounds))
        .orElseGet(bounds::anyInside);
  }

  /**
   * {@return a number within bounds, or {@code otherwise} if there is none}
   *
   * @param key the key
   * @param bounds the numbers that are allowed
   * @param otherwise the default
   */
  public double number(String key, Bounds bounds, double otherwise) {
    return value(key).map(v -> numberOf(key, v, bounds)).orElse(otherwise);
  }

  /**
   * {@return {@code true} or {@code false}, or {@code otherwise} if there is none}
   *
   * @param key the key
   * @param otherwise the default
   */
  public boolean flag(String key, boolean otherwise) {
    return choice(key, Map.of("true", true, "false", false), otherwise);
  }

  /**
   * {@return one of several things by its word, or {@code otherwise} if there is none}
   *
   * @param <T> the things
   * @param key the key
   * @param words the words and what they stand for
   * @param otherwise the default
   */
  public <T> T choice(String key, Map<String, T> words, T otherwise) {
    return value(key).map(v -> choiceOf(key, v, words, otherwise)).orElse(otherwise);
  }

  /**
   * {@return a number of bytes, such as {@code 4 GiB} or {@code 500 MB}, or {@code otherwise} if
   * there is none}
   *
   * @param key the key
   * @param least the smallest number that is allowed
   * @param otherwise the default
   */
  public long bytes(String key, long least, long otherwise) {
    Optional<ConfigValue> value = value(key);
    if (value.isEmpty()) {
      return otherwise;
    }
    try {
      long bytes = object.toConfig().getMemorySize(quoted(key)).toBytes();
      if (bytes >= least) {
        return bytes;
      }
      problem(key, "must be at least " + ByteSizes.exact(least) + " but is " + shown(value.get()));
    } catch (com.typesafe.config.ConfigException | IllegalArgumentException e) {
      problem(key, "must be a size such as 4 GiB or 500 MB but is " + shown(value.get()));
    }
    return Math.max(least, otherwise);
  }

  /**
   * Returns a value of the user's own grammar, such as a kernel, which must be there.
   *
   * @param <T> what the text stands for
   * @param key the key
   * @param what what it is, for the message if it is missing
   * @param parser throws IllegalArgumentException with a message if it does not understand
   * @return the value, or empty after reporting a problem
   */
  public <T> Optional<T> parsed(String key, String what, Function<String, T> parser) {
    return required(key, what, "").flatMap(v -> parse(key, v, parser));
  }

  /**
   * {@return a value of the user's own grammar, or {@code otherwise} if there is none or it is
   * wrong}
   *
   * @param <T> what the text stands for
   * @param key the key
   * @param parser throws IllegalArgumentException with a message if it does not understand
   * @param otherwise the default
   */
  public <T> T parsed(String key, Function<String, T> parser, T otherwise) {
    return value(key).flatMap(v -> parse(key, v, parser)).orElse(otherwise);
  }

  /**
   * {@return a list of texts, or {@code otherwise} if there is none}
   *
   * @param key the key
   * @param otherwise the default
   */
  public List<String> texts(String key, List<String> otherwise) {
    return list(key, ConfigReader::textOf, otherwise);
  }

  /**
   * {@return a list of whole numbers, all within bounds, or {@code otherwise} if there is none}
   *
   * @param key the key
   * @param bounds the numbers that are allowed
   * @param otherwise the default
   */
  public List<Integer> integers(String key, Bounds bounds, List<Integer> otherwise) {
    return list(key, (r, k, v) -> r.integerOf(k, v, bounds), otherwise);
  }

  /**
   * {@return a list of numbers, all within bounds, or {@code otherwise} if there is none}
   *
   * @param key the key
   * @param bounds the numbers that are allowed
   * @param otherwise the default
   */
  public List<Double> numbers(String key, Bounds bounds, List<Double> otherwise) {
    return list(key, (r, k, v) -> r.numberOf(k, v, bounds), otherwise);
  }

  /**
   * {@return a list of things by their words, or {@code otherwise} if there is none}
   *
   * @param <T> the things
   * @param key the key
   * @param words the words and what they stand for
   * @param otherwise the default
   */
  public <T> List<T> choices(String key, Map<String, T> words, List<T> otherwise) {
    T any = words.values().iterator().next();
    return list(key, (r, k, v) -> r.choiceOf(k, v, words, any), otherwise);
  }

  /**
   * {@return a list of values of the user's own grammar, or {@code otherwise} if there is none}
   * Elements that are wrong are reported and left out.
   *
   * @param <T> what the texts stand for
   * @param key the key
   * @param parser throws IllegalArgumentException with a message if it does not understand
   * @param otherwise the default
   */
  public <T> List<T> parsedList(String key, Function<String, T> parser, List<T> otherwise) {
    return this.<Optional<T>>list(
            key, (r, k, v) -> r.parse(k, v, parser), otherwise.stream().map(Optional::of).toList())
        .stream()
        .flatMap(Optional::stream)
        .toList();
  }

  /**
   * {@return a reader of a nested object; of an empty one if there is none}
   *
   * @param key the key
   */
  public ConfigReader section(String key) {
    ConfigObject nested = ConfigValueFactory.fromMap(Map.of()).withOrigin(object.origin());
    Optional<ConfigValue> value = value(key);
    if (value.isPresent()) {
      if (value.get() instanceof ConfigObject found) {
        nested = found;
      } else {
        problem(key, "must be a block { … } but is " + shown(value.get()));
      }
    }
    return add(new ConfigReader(nested, path(key), errors));
  }

  /**
   * {@return readers of the objects in a list; none if there is no such list}
   *
   * @param key the key
   */
  public List<ConfigReader> sections(String key) {
    List<ConfigReader> readers = new ArrayList<>();
    list(
        key,
        (r, k, v) -> {
          if (v instanceof ConfigObject nested) {
            readers.add(add(new ConfigReader(nested, path(k), errors)));
          } else {
            problem(k, "must be a block { … } but is " + shown(v));
          }
          return k;
        },
        List.of());
    return List.copyOf(readers);
  }

  private ConfigReader add(ConfigReader section) {
    sections.add(section);
    return section;
  }

  /**
   * Reads a record from this object: unknown keys are reported, and what the record's own checks
   * throw becomes a problem of this object.
   *
   * @param <T> the record
   * @param recipe reads the values and makes the record
   * @return the record, or empty if there was any problem
   */
  public <T> Optional<T> read(Function<ConfigReader, T> recipe) {
    int before = errors.count();
    Optional<T> result = Optional.empty();
    try {
      result = Optional.of(recipe.apply(this));
    } catch (IllegalArgumentException e) {
      // A record that refuses a stand-in value says nothing that has not been reported already.
      if (errors.count() == before) {
        errors.add(path, origin(object.origin()), e.getMessage());
      }
    }
    finish();
    return errors.count() == before ? result : Optional.empty();
  }

  /** Reports every key of this object and of the sections read from it that nobody asked for. */
  public void finish() {
    for (String key : keys()) {
      if (!known.contains(key)) {
        problem(key, "unknown key", NearestWords.suggestion(key, known));
      }
    }
    sections.forEach(ConfigReader::finish);
    known.addAll(object.keySet());
  }

  private Optional<ConfigValue> value(String key) {
    known.add(key);
    ConfigValue value = object.get(key);
    return value == null || value.valueType() == ConfigValueType.NULL
        ? Optional.empty()
        : Optional.of(value);
  }

  private Optional<ConfigValue> required(String key, String what, Object bounds) {
    Optional<ConfigValue> value = value(key);
    if (value.isEmpty()) {
      problem(key, ("is missing; it must be " + what + " " + bounds).stripTrailing());
    }
    return value;
  }

  private String textOf(String key, ConfigValue value) {
    if (value instanceof ConfigObject || value instanceof ConfigList) {
      problem(key, "must be a text but is " + shown(value));
      return "";
    }
    return value.unwrapped().toString();
  }

  private int integerOf(String key, ConfigValue value, Bounds bounds) {
    return new ConfigNumber(value)
        .whole(bounds, Integer.MIN_VALUE, Integer.MAX_VALUE)
        .orElseReport(message -> problem(key, message), (long) bounds.anyInside())
        .intValue();
  }

  private double numberOf(String key, ConfigValue value, Bounds bounds) {
    return new ConfigNumber(value)
        .real(bounds)
        .orElseReport(message -> problem(key, message), bounds.anyInside());
  }

  private <T> T choiceOf(String key, ConfigValue value, Map<String, T> words, T otherwise) {
    String word = value.unwrapped().toString();
    T chosen = words.get(word);
    if (chosen == null) {
      problem(
          key,
          "must be one of "
              + String.join(", ", words.keySet().stream().sorted().toList())
              + " but is "
              + shown(value),
          NearestWords.of(word, words.keySet()).isEmpty()
              ? ""
              : NearestWords.suggestion(word, words.keySet()));
      return otherwise;
    }
    return chosen;
  }

  private <T> Optional<T> parse(String key, ConfigValue value, Function<String, T> parser) {
    int before = errors.count();
    String text = textOf(key, value);
    if (errors.count() > before) {
      return Optional.empty();
    }
    try {
      return Optional.of(parser.apply(text));
    } catch (IllegalArgumentException e) {
      problem(key, e.getMessage());
      return Optional.empty();
    }
  }

  private <T> List<T> list(String key, ElementReader<T> element, List<T> otherwise) {
    Optional<ConfigValue> value = value(key);
    if (value.isEmpty()) {
      return otherwise;
    }
    if (!(value.get() instanceof ConfigList list)) {
      problem(key, "must be a list [ … ] but is " + shown(value.get()));
      return otherwise;
    }
    List<T> values = new ArrayList<>();
    for (int i = 0; i < list.size(); i++) {
      values.add(element.read(this, key + "[" + i + "]", list.get(i)));
    }
    return List.copyOf(values);
  }

  private interface ElementReader<T> {
    T read(ConfigReader reader, String key, ConfigValue value);
  }

  private static String quoted(String key) {
    return com.typesafe.config.ConfigUtil.joinPath(key);
  }

  static String shown(ConfigValue value) {
    return switch (value.valueType()) {
      case OBJECT -> "a block";
      case LIST -> "a list";
      case NULL -> "null";
      case STRING -> "\"" + value.unwrapped() + "\"";
      case NUMBER, BOOLEAN -> value.unwrapped().toString();
    };
  }
}
