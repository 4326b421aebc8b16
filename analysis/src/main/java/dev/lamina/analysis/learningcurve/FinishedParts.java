package dev.lamina.analysis.learningcurve;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.LaminaVersion;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.study.Fingerprint;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.io.AtomicFile;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The parts of a section that are finished, one file each with a digest of all that the part
 * depends on, so that a section goes on after an interruption with the first part that is missing.
 */
final class FinishedParts {
  private static final String IDENTITY = "identity";
  private static final String VALUE = "value";

  private final Optional<Path> folder;
  private final String common;

  FinishedParts(StudyContext context) {
    this.folder = context.folder();
    this.common =
        new Fingerprint()
            .add(LaminaVersion.text())
            .add(context.lamina().backend().id().text())
            .add(context.lamina().config().precision().name())
            .text();
  }

  /**
   * Returns a part: the kept one if it was made in the same way, else what the work gives, which is
   * kept.
   *
   * @param name of the part, fit for a file
   * @param settings says everything else that the part depends on
   * @param type a record of plain values
   */
  <T> T get(String name, String settings, Class<T> type, Supplier<T> work) {
    String identity = new Fingerprint().add(common).add(settings).text();
    Optional<T> kept = folder.flatMap(f -> find(f.resolve(name + ".json"), identity, type));
    if (kept.isPresent()) {
      return kept.get();
    }
    T value = work.get();
    folder.ifPresent(f -> {
      try {
        Files.createDirectories(f);
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
      AtomicFile.writeString(
          f.resolve(name + ".json"), Json.write(Map.of(IDENTITY, identity, VALUE, value)));
    });
    return value;
  }

  private static <T> Optional<T> find(Path file, String identity, Class<T> type) {
    if (!Files.isRegularFile(file)) {
      return Optional.empty();
    }
    try {
      JsonNode kept = Json.read(Files.readString(file), JsonNode.class);
      return kept.path(IDENTITY).asText().equals(identity)
          ? Optional.of(Json.read(kept.path(VALUE).toString(), type))
          : Optional.empty();
    } catch (IOException | UncheckedIOException e) {
      // Somebody else has written here: the part is simply done again.
      return Optional.empty();
    }
  }
}
