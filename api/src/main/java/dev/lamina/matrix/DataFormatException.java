package dev.lamina.matrix;

import java.nio.file.Path;

/** Thrown when a file's bytes are not what its format demands. */
public final class DataFormatException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  /**
   * Creates the exception.
   *
   * @param file the file that was read
   * @param offset byte offset of the offending bytes
   * @param expected what the format demands there
   * @param found what stands there
   */
  public DataFormatException(Path file, long offset, String expected, String found) {
    this(file, offset, expected, found, null);
  }

  /**
   * Creates the exception with a cause.
   *
   * @param file the file that was read
   * @param offset byte offset of the offending bytes
   * @param expected what the format demands there
   * @param found what stands there
   * @param cause the lower-level failure
   */
  public DataFormatException(
      Path file, long offset, String expected, String found, Throwable cause) {
    super(file + ": at byte " + offset + ": expected " + expected + " but found " + found, cause);
  }

  private DataFormatException(String message, Throwable cause) {
    super(message, cause);
  }

  /**
   * Says what is wrong with a text file.
   *
   * @param file the file that was read
   * @param line line number, from 1
   * @param place what in the line, such as {@code column 3 ("age")}; empty if the whole line
   * @param expected what the format demands there
   * @param found what stands there
   * @param cause the lower-level failure, or null
   * @return the exception, to be thrown
   */
  public static DataFormatException inText(
      Path file, long line, String place, String expected, String found, Throwable cause) {
    String where = "line " + line + (place.isEmpty() ? "" : ", " + place);
    return new DataFormatException(
        file + ": in " + where + ": expected " + expected + " but found " + found, cause);
  }
}
