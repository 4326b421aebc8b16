package dev.lamina.cli;

import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Checks, before long work, the files that a command is to write. */
final class OutputFiles {
  private OutputFiles() {}

  /**
   * Returns the folder for the results of a config file.
   *
   * @param out the folder that was asked for, or null
   * @param file the config file
   */
  static Path folder(Path out, Path file) {
    String name = String.valueOf(file.getFileName());
    return out != null ? out : Path.of("out", name.replaceFirst("\\.conf$", ""));
  }

  /**
   * An option and the file it names.
   *
   * @param option such as {@code --out}
   * @param file null if the option was not given
   */
  record Named(String option, Path file) {
    private boolean isGiven() {
      return file != null;
    }
  }

  /**
   * Checks that every output can be written and that none of them is an input or another output.
   * Devices and pipes may be named twice.
   *
   * @param inputs what is read
   * @param outputs what is to be written
   * @throws FileException if an output cannot be written
   * @throws IllegalArgumentException if an output would overwrite an input or another output
   */
  static void require(List<Named> inputs, List<Named> outputs) {
    List<Named> earlier = new ArrayList<>(inputs.stream().filter(Named::isGiven).toList());
    for (Named output : outputs.stream().filter(Named::isGiven).toList()) {
      for (Named other : earlier) {
        if (isSame(output.file(), other.file())) {
          throw new IllegalArgumentException(
              "%s %s is also %s and would overwrite it; choose another name"
                  .formatted(output.option(), output.file(), other.option()));
        }
      }
      AtomicFile.requireWritable(output.file());
      earlier.add(output);
    }
  }

  /** Returns whether two names stand for one file, which need not be there. */
  static boolean isSame(Path a, Path b) {
    try {
      if (Files.exists(a) && Files.exists(b)) {
        return Files.isRegularFile(a) && Files.isSameFile(a, b);
      }
      return a.toAbsolutePath().normalize().equals(b.toAbsolutePath().normalize());
    } catch (IOException e) {
      throw FileException.writing(a, e);
    }
  }
}
