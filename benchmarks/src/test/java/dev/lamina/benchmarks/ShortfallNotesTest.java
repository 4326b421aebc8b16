package dev.lamina.benchmarks;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

final class ShortfallNotesTest {

  private static BackendResult nothing(String backend) {
    return new BackendResult(
        backend, "", "", 1, false, "", "", Ceilings.UNKNOWN, Map.of(), List.of(), List.of());
  }

  /** A note about a target that is called otherwise would never be shown. */
  @Test
  void everyNoteIsAboutATarget() throws IOException {
    List<String> targets =
        Targets.of(List.of(nothing("cpu"), nothing("cuda"))).stream()
            .map(t -> t.backend() + " | " + t.work() + " | ")
            .toList();
    try (InputStream in = Target.class.getResourceAsStream("report/shortfalls.txt")) {
      String text = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      Stream<String> notes = text.lines().filter(line -> !line.startsWith("#") && !line.isBlank());
      assertThat(notes)
          .isNotEmpty()
          .allSatisfy(note -> assertThat(targets).anyMatch(note::startsWith))
          // They are shown beside runs of any machine.
          .allMatch(note -> note.contains("| Not run") || note.contains("| On the machine of "));
    }
  }
}
