package dev.lamina.analysis.data;

import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import dev.lamina.config.NearestWords;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** Reads which samples a study is about. */
final class DataSourceReader {
  private static final Bounds COUNT = Bounds.between(1, Integer.MAX_VALUE - 8);

  private final ConfigReader data;
  private final Path base;

  DataSourceReader(ConfigReader data, Path base) {
    this.data = data;
    this.base = base;
  }

  DataSource read() {
    Map<String, Supplier<DataSource>> sources = new LinkedHashMap<>();
    sources.put("digits", DataSource.Digits::new);
    sources.put("iris", DataSource.Iris::new);
    for (CataloguedSet set : Catalogue.standard().sets()) {
      sources.put(set.name(), () -> new DataSource.Cached(set));
    }
    sources.put("npy", this::npy);
    sources.put("csv", this::csv);
    sources.put("idx", () -> new DataSource.IdxFolder(path("folder")));
    sources.put("clusters", this::clusters);
    sources.put("sphere", this::sphere);
    sources.put("xor", this::xor);
    sources.put("curve", this::curve);
    String word = data.text("source");
    Supplier<DataSource> source = sources.get(word);
    if (source == null) {
      if (!word.isEmpty()) {
        String known = String.join(", ", sources.keySet());
        List<String> near = NearestWords.of(word, sources.keySet());
        data.problem(
            "source",
            "must be one of " + known + " but is \"" + word + "\"",
            near.isEmpty() ? "" : NearestWords.suggestion(word, near));
      }
      data.keys().forEach(data::has); // Which keys there are depends on the source.
      return new DataSource.Digits();
    }
    return source.get();
  }

  private DataSource npy() {
    Path x = path("x");
    Path y = path("y");
    Optional<Path> testX = optionalPath("test-x");
    Optional<Path> testY = optionalPath("test-y");
    Optional<Integer> classes =
        data.has("classes") ? Optional.of(data.integer("classes", COUNT)) : Optional.empty();
    return new DataSource.NpyPair(x, y, testX, testY, kind(), classes, image());
  }

  private DataSource csv() {
    Map<String, CsvOptions.Header> headers =
        Map.of(
            "auto", CsvOptions.Header.AUTO,
            "yes", CsvOptions.Header.YES,
            "no", CsvOptions.Header.NO,
            "true", CsvOptions.Header.YES,
            "false", CsvOptions.Header.NO);
    CsvOptions options =
        new CsvOptions(
            data.choice("header", headers, CsvOptions.Header.AUTO),
            separator(),
            data.has("label") ? Optional.of(data.text("label")) : Optional.empty(),
            kind());
    return new DataSource.Csv(path("file"), optionalPath("test-file"), options);
  }

  private Optional<Character> separator() {
    String text = data.text("separator", "auto");
    String character = text.equals("tab") ? "\t" : text;
    if (text.equals("auto")) {
      return Optional.empty();
    }
    boolean usable =
        character.length() == 1 && "\"\r\n+-.eE0123456789".indexOf(character.charAt(0)) < 0;
    if (!usable) {
      data.problem(
          "separator", "must be auto, tab or one character such as \";\" but is \"" + text + "\"");
      return Optional.empty();
    }
    return Optional.of(character.charAt(0));
  }

  private ResponseKind kind() {
    Map<String, ResponseKind> kinds =
        Map.of(
            "auto", ResponseKind.AUTO,
            "classes", ResponseKind.CLASSES,
            "values", ResponseKind.VALUES);
    return data.choice("target", kinds, ResponseKind.AUTO);
  }

  private Optional<ImageShape> image() {
    List<Integer> sizes = data.integers("image", Bounds.between(1, 1 << 15), List.of());
    if (!sizes.isEmpty() && sizes.size() != 2) {
      data.problem("image", "must be a list [height, width] but has " + sizes.size() + " numbers");
    }
    return sizes.size() == 2
        ? Optional.of(new ImageShape(sizes.get(0), sizes.get(1)))
        : Optional.empty();
  }

  private DataSource clusters() {
    return new DataSource.Clusters(
        data.integer("rows", COUNT),
        data.integer("features", COUNT),
        data.integer("classes", COUNT, 2),
        data.number("separation", Bounds.NOT_NEGATIVE, 3),
        seed(data));
  }

  private DataSource sphere() {
    return new DataSource.Sphere(
        data.integer("rows", COUNT), data.integer("features", COUNT), seed(data));
  }

  private DataSource xor() {
    return new DataSource.Xor(
        data.integer("rows", COUNT), data.integer("features", COUNT, 20), seed(data));
  }

  private DataSource curve() {
    TargetFunction function =
        data.choice("function", TargetFunction.words(), TargetFunction.STAIRS);
    return new DataSource.Curve(
        function,
        data.integer("rows", Bounds.atLeast(2), 100),
        data.number("from", Bounds.ANY, function.from()),
        data.number("to", Bounds.ANY, function.to()));
  }

  /** Reads a seed; empty if there is none. */
  static Optional<Long> seed(ConfigReader reader) {
    return reader.has("seed") ? Optional.of(reader.whole("seed", Bounds.ANY, 0)) : Optional.empty();
  }

  private Path path(String key) {
    return resolve(key, data.text(key));
  }

  private Optional<Path> optionalPath(String key) {
    return data.has(key) ? Optional.of(resolve(key, data.text(key))) : Optional.empty();
  }

  private Path resolve(String key, String text) {
    try {
      return base.resolve(text);
    } catch (InvalidPathException e) {
      data.problem(key, "must be a path but is \"" + text + "\": " + e.getReason());
      return base;
    }
  }
}
