package dev.lamina.analysis.data;

import dev.lamina.analysis.data.PreprocessingStep.Center;
import dev.lamina.analysis.data.PreprocessingStep.Extent;
import dev.lamina.analysis.data.PreprocessingStep.NormaliseRows;
import dev.lamina.analysis.data.PreprocessingStep.NormaliseRows.Length;
import dev.lamina.analysis.data.PreprocessingStep.Scale;
import dev.lamina.analysis.data.PreprocessingStep.Standardise;
import dev.lamina.analysis.data.PreprocessingStep.Zca;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/** Reads one block of the list of preprocessing steps, such as {@code { scale = 0.0625 }}. */
final class PreprocessingReader {
  private static final String NONE = "none";

  private PreprocessingReader() {}

  /** Returns the step; empty if it does nothing, or after reporting a problem. */
  static Optional<PreprocessingStep> read(ConfigReader block) {
    Map<String, Function<ConfigReader, Optional<PreprocessingStep>>> steps = new LinkedHashMap<>();
    steps.put("scale", PreprocessingReader::scale);
    choice(
        steps,
        "center",
        Map.of("mean", new Center(Extent.FEATURES), "global-mean", new Center(Extent.GLOBAL)));
    choice(
        steps,
        "standardise",
        Map.of(
            "features",
            new Standardise(Extent.FEATURES),
            "global",
            new Standardise(Extent.GLOBAL)));
    choice(
        steps,
        "normalise-rows",
        Map.of("unit", new NormaliseRows(Length.UNIT), "sqrt-d", new NormaliseRows(Length.SQRT_D)));
    steps.put("zca", b -> Optional.of(new Zca(b.number("zca", Bounds.NOT_NEGATIVE))));
    List<String> found = steps.keySet().stream().filter(block::has).toList();
    if (found.size() == 1) {
      return steps.get(found.getFirst()).apply(block);
    }
    if (found.size() > 1) {
      block.problem(
          found.get(1),
          "must be a step of its own: { %s = … }, { %s = … }"
              .formatted(found.get(0), found.get(1)));
    } else if (block.keys().isEmpty()) {
      block.problem("scale", "is missing, or another step: " + String.join(", ", steps.keySet()));
    }
    return Optional.empty(); // An unknown step is reported as an unknown key.
  }

  private static Optional<PreprocessingStep> scale(ConfigReader block) {
    return block
        .parsed("scale", "a number or a fraction such as 1/255", PreprocessingReader::factor)
        .map(Scale::new);
  }

  /** Reads {@code 0.0625} and {@code 1/16}. */
  private static double factor(String text) {
    String[] parts = text.split("/", -1);
    try {
      double value = Double.parseDouble(parts[0]);
      if (parts.length == 2) {
        value /= Double.parseDouble(parts[1]);
      }
      if (parts.length <= 2 && Double.isFinite(value) && value != 0) {
        return value;
      }
    } catch (NumberFormatException _) {
      // Said below like everything else that is not allowed.
    }
    throw new DataException(
        "must be a finite number or a fraction such as 1/255, not 0, but is \"" + text + "\"");
  }

  /** Adds a step whose value is one of some words, or {@code none}. */
  private static void choice(
      Map<String, Function<ConfigReader, Optional<PreprocessingStep>>> steps,
      String key,
      Map<String, PreprocessingStep> stepByWord) {
    Map<String, Optional<PreprocessingStep>> words = new HashMap<>(Map.of(NONE, Optional.empty()));
    stepByWord.forEach((word, step) -> words.put(word, Optional.of(step)));
    steps.put(key, block -> block.choice(key, words, Optional.empty()));
  }
}
