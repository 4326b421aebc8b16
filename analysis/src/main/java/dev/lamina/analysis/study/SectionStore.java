package dev.lamina.analysis.study;

import com.fasterxml.jackson.databind.JsonNode;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The folder in which the finished sections of a study are kept, one folder each: {@code
 * result.json}, {@code view.json}, and {@code done.json} with the fingerprint, written last; {@code
 * work} is the section's own.
 */
final class SectionStore {
  private final Path folder;

  SectionStore(Path study) {
    this.folder = study.resolve("sections");
  }

  /**
   * What a finished section left behind.
   *
   * @param result what the analysis found
   * @param view how it is shown
   * @param seconds how long it took
   */
  record Kept(JsonNode result, SectionView view, double seconds) {}

  /**
   * The sign that a section is finished.
   *
   * @param fingerprint of everything the result depends on
   * @param seconds how long it took
   */
  record Done(String fingerprint, double seconds) {}

  /** Returns what a section left behind if it finished with the same fingerprint. */
  Optional<Kept> find(String section, String fingerprint) {
    Path own = folder.resolve(section);
    Path sign = own.resolve("done.json");
    if (!Files.isRegularFile(sign)) {
      return Optional.empty();
    }
    try {
      Done done = Json.read(Files.readString(sign), Done.class);
      if (!done.fingerprint().equals(fingerprint)) {
        return Optional.empty();
      }
      return Optional.of(
          new Kept(
              Json.read(Files.readString(own.resolve("result.json")), JsonNode.class),
              Json.read(Files.readString(own.resolve("view.json")), SectionView.class),
              done.seconds()));
    } catch (IOException | UncheckedIOException e) {
      // Somebody else has written or removed something here: the section is simply done again.
      return Optional.empty();
    }
  }

  /** Keeps a finished section. */
  Kept keep(
      String section, String fingerprint, ConfiguredSection.Finished finished, double seconds) {
    Path own = cleared(section);
    AtomicFile.writeString(own.resolve("result.json"), Json.write(finished.result()));
    AtomicFile.writeString(own.resolve("view.json"), Json.write(finished.view()));
    AtomicFile.writeString(own.resolve("done.json"), Json.write(new Done(fingerprint, seconds)));
    return new Kept(Json.tree(finished.result()), finished.view(), seconds);
  }

  /** Notes where a section failed. */
  void failed(String section, Throwable cause) {
    StringWriter trace = new StringWriter();
    cause.printStackTrace(new PrintWriter(trace, true));
    AtomicFile.writeString(cleared(section).resolve("error.txt"), trace.toString());
  }

  /**
   * Returns the folder that a section has for itself; what an earlier run left there is kept for
   * the next unless it is to be fresh.
   */
  Path kept(String section, boolean fresh) {
    Path own = folder.resolve(section).resolve("kept");
    if (fresh && Files.isDirectory(own)) {
      try (Stream<Path> files = Files.list(own)) {
        for (Path file : files.toList()) {
          Files.delete(file);
        }
      } catch (IOException e) {
        throw FileException.writing(own, e);
      }
    }
    return own;
  }

  /** Returns a section's folder without anything of an earlier run. */
  private Path cleared(String section) {
    Path own = folder.resolve(section);
    try {
      Files.createDirectories(own);
      // The sign goes first: what follows it may be interrupted.
      for (String name : new String[] {"done.json", "view.json", "result.json", "error.txt"}) {
        Files.deleteIfExists(own.resolve(name));
      }
    } catch (IOException e) {
      throw FileException.writing(own, e);
    }
    return own;
  }
}
