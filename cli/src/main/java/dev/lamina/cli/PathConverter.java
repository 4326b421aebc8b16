package dev.lamina.cli;

import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** Reads the name of a file or folder. */
final class PathConverter implements ITypeConverter<Path> {

  @Override
  public Path convert(String value) {
    if (value.isEmpty()) {
      throw new TypeConversionException("a file name is expected but the text is empty");
    }
    try {
      return Path.of(value);
    } catch (InvalidPathException e) {
      throw new TypeConversionException(
          "\"%s\" is no file name in the character set %s of this locale: %s; LC_ALL=C.UTF-8 allows all"
              .formatted(value, System.getProperty("sun.jnu.encoding"), e.getReason()));
    }
  }
}
