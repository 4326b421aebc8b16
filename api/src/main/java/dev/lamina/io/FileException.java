package dev.lamina.io;

import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.ReadOnlyFileSystemException;
import java.util.List;
import java.util.Locale;
import java.util.Objects;

/** Thrown when a file cannot be read or written; the message names the file and the reason. */
public final class FileException extends UncheckedIOException {
  private static final long serialVersionUID = 1L;

  /** What stands in the way. */
  public enum Reason {
    /** The file to be read is not there. */
    MISSING,
    /** The folder of the file to be written is not there. */
    NO_FOLDER,
    /** A folder stands where a file is wanted. */
    IS_FOLDER,
    /** Something that is neither a file nor a folder stands where a file is wanted. */
    NOT_A_FILE,
    /** The system refuses access. */
    NO_PERMISSION,
    /** There is no room left. */
    DISK_FULL,
    /** Anything else; the cause says what. */
    FAILED;

    /** {@return whether another path given by the user would help} */
    public boolean isBadPath() {
      return switch (this) {
        case MISSING, NO_FOLDER, IS_FOLDER, NOT_A_FILE, NO_PERMISSION -> true;
        case DISK_FULL, FAILED -> false;
      };
    }
  }

  /** What Linux, macOS and Windows say, in lower case, when nothing more can be stored. */
  private static final List<String> FULL_TEXTS =
      List.of("no space left", "not enough space", "quota exceeded", "disk full");

  private final transient Path file;

  /** Why. */
  private final Reason reason;

  private FileException(Path file, Reason reason, String message, IOException cause) {
    super(message, cause);
    this.file = file;
    this.reason = reason;
  }

  /**
   * Says why a file could not be read.
   *
   * @param file the file
   * @param cause what the system reported
   * @return the exception, to be thrown
   */
  public static FileException reading(Path file, IOException cause) {
    Reason reason = reason(cause);
    String why =
        switch (reason) {
          case MISSING, NO_FOLDER -> "there is no such file";
          case IS_FOLDER -> "it is a folder";
          case NOT_A_FILE -> "it is not a regular file";
          case NO_PERMISSION -> "permission denied";
          case DISK_FULL, FAILED -> detail(cause);
        };
    return new FileException(file, reason, "cannot read " + file + ": " + why, cause);
  }

  /**
   * Says why a file could not be written.
   *
   * @param file the file, under its final name
   * @param cause what the system reported
   * @return the exception, to be thrown
   */
  public static FileException writing(Path file, IOException cause) {
    Path folder = Objects.requireNonNullElse(file.toAbsolutePath().getParent(), file);
    if (cause instanceof FileAlreadyExistsException) {
      String why = "it must be a folder but something else has this name";
      return new FileException(file, Reason.NOT_A_FILE, "cannot write " + file + ": " + why, cause);
    }
    Reason reason = reason(cause);
    if (reason == Reason.MISSING || reason == Reason.NOT_A_FILE) {
      reason = Reason.NO_FOLDER;
    }
    String why =
        switch (reason) {
          case MISSING, NO_FOLDER, NOT_A_FILE -> folderFault(folder);
          case IS_FOLDER -> "it is a folder";
          case NO_PERMISSION -> "no permission to write in " + folder;
          case DISK_FULL -> "the disk is full" + space(folder);
          case FAILED -> detail(cause);
        };
    return new FileException(file, reason, "cannot write " + file + ": " + why, cause);
  }

  private static String folderFault(Path folder) {
    if (Files.isDirectory(folder)) {
      return "no file can be created in " + folder;
    }
    return Files.exists(folder)
        ? folder + " is not a folder"
        : "the folder " + folder + " does not exist";
  }

  private static FileException of(Path file, Reason reason, String verb, String why) {
    String message = "cannot " + verb + " " + file + ": " + why;
    return new FileException(
        file, reason, message, new FileSystemException(file.toString(), null, why));
  }

  /** Says that a folder stands where a file is to be written. */
  static FileException targetIsFolder(Path file) {
    return of(file, Reason.IS_FOLDER, "write", "it is a folder");
  }

  /**
   * Checks that a path names a regular file that can be read.
   *
   * @param file the path
   * @return the path
   * @throws FileException if it does not exist or is something else
   */
  public static Path requireReadable(Path file) {
    if (Files.isRegularFile(file)) {
      if (!Files.isReadable(file)) {
        throw of(file, Reason.NO_PERMISSION, "read", "permission denied");
      }
      return file;
    }
    if (Files.isDirectory(file)) {
      throw of(file, Reason.IS_FOLDER, "read", "it is a folder");
    }
    if (Files.exists(file)) {
      throw of(file, Reason.NOT_A_FILE, "read", "it is not a regular file");
    }
    throw of(file, Reason.MISSING, "read", "there is no such file");
  }

  private static Reason reason(IOException cause) {
    if (cause instanceof NoSuchFileException || cause instanceof FileNotFoundException) {
      return Reason.MISSING;
    }
    if (cause instanceof NotDirectoryException) {
      return Reason.NO_FOLDER;
    }
    if (cause instanceof AccessDeniedException
        || cause.getCause() instanceof ReadOnlyFileSystemException) {
      return Reason.NO_PERMISSION;
    }
    String text = detail(cause).toLowerCase(Locale.ROOT);
    if (FULL_TEXTS.stream().anyMatch(text::contains)) {
      return Reason.DISK_FULL;
    }
    if (text.contains("is a directory")) {
      return Reason.IS_FOLDER;
    }
    if (text.contains("not a directory")) {
      return Reason.NO_FOLDER;
    }
    return text.contains("read-only file system") ? Reason.NO_PERMISSION : Reason.FAILED;
  }

  private static String detail(IOException cause) {
    if (cause instanceof FileSystemException failure && failure.getReason() != null) {
      return failure.getReason();
    }
    return Objects.requireNonNullElse(cause.getMessage(), cause.getClass().getSimpleName());
  }

  private static String space(Path folder) {
    try {
      return " (" + Files.getFileStore(folder).getUsableSpace() + " bytes free in " + folder + ")";
    } catch (IOException e) {
      return ""; // Only an extra in the message of the failure being reported.
    }
  }

  /** {@return the file, under its final name} */
  public Path file() {
    return file;
  }

  /** {@return what stands in the way} */
  public Reason reason() {
    return reason;
  }
}
