package dev.lamina.cli;

import dev.lamina.analysis.regression.Targets;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.NpyFile;
import dev.lamina.matrix.NpyHeader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Targets that were read from {@code .npy} files.
 *
 * @param train what the training samples are
 * @param test what the test samples are, if it is known
 * @param open matrices that closing this closes
 */
record TargetFiles(Targets train, Optional<Targets> test, List<HostMatrix> open)
    implements AutoCloseable {

  /** Integers beyond this and beyond the number of samples are hardly class labels. */
  private static final long MOST_CLASSES_OF_FEW = 1000;

  /** Returns whether a file holds integers in one column, which are taken for class labels. */
  static boolean holdsLabels(Path file) {
    NpyHeader header = NpyFile.header(file);
    List<Long> shape = header.shape();
    boolean column = shape.size() == 1 || (shape.size() == 2 && shape.get(1) == 1);
    return column && header.type().isInteger();
  }

  /**
   * Reads targets.
   *
   * @param train file of the training targets
   * @param test file of the test targets, if there is one
   * @param classes whether they are class labels; then the largest training label decides how many
   *     classes there are
   */
  static TargetFiles read(Path train, Optional<Path> test, boolean classes) {
    if (classes) {
      int count = countClasses(train);
      return new TargetFiles(
          labels(train, count), test.map(file -> labels(file, count)), List.of());
    }
    List<HostMatrix> open = new ArrayList<>();
    try {
      Targets values = values(train, open);
      return new TargetFiles(values, test.map(file -> values(file, open)), open);
    } catch (RuntimeException | Error e) {
      open.forEach(HostMatrix::close);
      throw e;
    }
  }

  private static Targets labels(Path file, int classes) {
    return Targets.ofLabels(NpyFile.readLabels(file, classes), classes);
  }

  private static Targets values(Path file, List<HostMatrix> open) {
    HostMatrix values = NpyFile.read(file);
    open.add(values);
    return Targets.ofValues(values);
  }

  private static int countClasses(Path file) {
    long largest = 1;
    long[] labels = NpyFile.readIntegers(file);
    for (long label : labels) {
      if (label < 0) {
        throw new DataFormatException(
            file,
            0,
            "class labels from 0 (integers in one column are class labels; numbers such as -1 and 1 are stored as floats)",
            "the label " + label);
      }
      largest = Math.max(largest, label);
    }
    long limit = Math.max(MOST_CLASSES_OF_FEW, labels.length);
    if (largest >= limit) {
      throw new DataFormatException(
          file,
          0,
          "class labels below "
              + limit
              + " (integers in one column are class labels; numbers are stored as floats, or taken by --task regression of lamina regress)",
          "the label " + largest);
    }
    return Math.toIntExact(largest + 1);
  }

  @Override
  public void close() {
    open.forEach(HostMatrix::close);
  }
}
