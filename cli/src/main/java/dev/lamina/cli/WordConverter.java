package dev.lamina.cli;

import java.util.Arrays;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/**
 * Reads an enum constant from its name in lower case.
 *
 * @param <E> the enum
 */
abstract class WordConverter<E extends Enum<E>> implements ITypeConverter<E> {
  private final Class<E> type;

  WordConverter(Class<E> type) {
    this.type = type;
  }

  @Override
  public final E convert(String value) {
    return Arrays.stream(type.getEnumConstants())
        .filter(constant -> word(constant).equals(value))
        .findFirst()
        .orElseThrow(() ->
            new TypeConversionException(
                "must be one of %s but is \"%s\""
                    .formatted(
                        Arrays.stream(type.getEnumConstants())
                            .map(WordConverter::word)
                            .collect(Collectors.joining(", ")),
                        value)));
  }

  private static String word(Enum<?> constant) {
    return constant.name().toLowerCase(Locale.ROOT);
  }
}
