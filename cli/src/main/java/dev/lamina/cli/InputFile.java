package dev.lamina.cli;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.nio.file.Path;

/** Reads inputs that the user names. */
final class InputFile {
  private InputFile() {}

  /**
   * Returns the rows of a {@code .npy} file in the wanted precision: memory-mapped if the file has
   * it, converted with a notice otherwise. All of it is in memory when this returns, so that
   * computing is not timed with reading.
   *
   * @param file the file
   * @param precision the wanted element type
   * @param session where the notice goes
   */
  static HostMatrix read(Path file, DType precision, Session session) {
    HostMatrix matrix = HostMatrix.map(file);
    if (matrix.rows() == 0 || matrix.cols() == 0) {
      matrix.close();
      throw new ShapeException(
          "%s: there must be at least one row and one column but the array is %s"
              .formatted(file, matrix.shape()));
    }
    if (matrix.dtype() == precision) {
      if (matrix.segment().isMapped()) {
        matrix.segment().load();
      }
      return matrix;
    }
    try (matrix) {
      if (precision == DType.FLOAT32) {
        session.say(file + ": float64 is rounded to float32; --precision float64 keeps it");
      }
      return matrix.copy(precision);
    }
  }
}
