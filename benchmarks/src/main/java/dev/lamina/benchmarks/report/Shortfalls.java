package dev.lamina.benchmarks.report;

import dev.lamina.benchmarks.Target;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** What is known about targets that are missed: the notes in {@code shortfalls.txt}. */
final class Shortfalls {
  private static final String NOTES = "shortfalls.txt";

  /** How notes begin that say why a target is not measured. */
  private static final String NOT_RUN = "Not run";

  /** Which target a note is about. */
  private record Key(String backend, String work) {}

  private final Map<Key, String> notes = new HashMap<>();

  private Shortfalls(List<String> lines) {
    for (int i = 0; i < lines.size(); i++) {
      String line = lines.get(i).strip();
      if (!line.isEmpty() && !line.startsWith("#")) {
        String[] parts = line.split("\\s*\\|\\s*", 3);
        if (parts.length < 3 || notes.put(new Key(parts[0], parts[1]), parts[2]) != null) {
          throw new IllegalArgumentException(
              "%s, line %d: expected backend | work | explanation, each work once, found %s"
                  .formatted(NOTES, i + 1, line));
        }
      }
    }
  }

  /** Reads the notes. */
  static Shortfalls known() {
    try (InputStream in = Shortfalls.class.getResourceAsStream(NOTES)) {
      return of(new String(in.readAllBytes(), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException(NOTES, e);
    }
  }

  static Shortfalls of(String text) {
    return new Shortfalls(text.lines().toList());
  }

  /** Returns why a target was missed or not measured; empty if neither, or if nothing is known. */
  String of(Target target) {
    String note = notes.getOrDefault(new Key(target.backend(), target.work()), "");
    boolean aboutThis = note.startsWith(NOT_RUN) == target.measured().isEmpty();
    return aboutThis && !target.met() ? note : "";
  }
}
