package dev.lamina.analysis.report;

import com.fasterxml.jackson.core.JsonGenerator;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.databind.DeserializationContext;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonMappingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.SerializerProvider;
import com.fasterxml.jackson.databind.deser.std.StdDeserializer;
import com.fasterxml.jackson.databind.exc.UnrecognizedPropertyException;
import com.fasterxml.jackson.databind.exc.ValueInstantiationException;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.module.SimpleModule;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.ser.std.StdSerializer;
import dev.lamina.io.FileException;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Writes results as JSON and reads them back.
 *
 * <p>Numbers have all their digits: the shortest decimal that is read back as the same double. JSON
 * has no NaN and no infinities; they become {@code null}, and a {@code null} where a double is
 * wanted is read as NaN. An empty Optional or OptionalDouble is {@code null}. Kernels, activations,
 * element types and enum constants are their texts.
 */
public final class Json {
  private static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addModule(module())
          .enable(SerializationFeature.INDENT_OUTPUT)
          .enable(MapperFeature.ACCEPT_CASE_INSENSITIVE_ENUMS) // element types are in lower case
          .enable(SerializationFeature.WRITE_ENUMS_USING_TO_STRING)
          .disable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
          .build();

  private static final ObjectReader STRICT =
      MAPPER
          .reader()
          .with(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .with(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .with(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
          .with(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
          .with(StreamReadFeature.STRICT_DUPLICATE_DETECTION);

  /** How Jackson says that a field is missing. */
  private static final Pattern MISSING = Pattern.compile("Missing creator property '([^']*)'");

  /** How Jackson says that a value is, for example, an Array. */
  private static final Pattern OTHER_KIND =
      Pattern.compile("Cannot deserialize value of type `[^`]*` from (\\w+)");

  private static final String NULL = "JSON's null where a value belongs";

  private Json() {}

  private static SimpleModule module() {
    SimpleModule module = new SimpleModule("lamina");
    module.addSerializer(Double.class, new NumberWriter<>(Double.class, d -> d));
    module.addSerializer(double.class, new NumberWriter<>(Double.class, d -> d));
    module.addSerializer(
        OptionalDouble.class, new NumberWriter<>(OptionalDouble.class, d -> d.orElse(Double.NaN)));
    module.addSerializer(new OptionalWriter());
    module.addSerializer(new TextWriter<>(Kernel.class, Kernel::toString));
    module.addSerializer(new TextWriter<>(Activation.class, Activation::toString));
    module.addSerializer(new TextWriter<>(Path.class, Path::toString));
    module.addSerializer(
        new TextWriter<>(DType.class, dtype -> dtype.name().toLowerCase(Locale.ROOT)));
    module.addDeserializer(Double.class, new DoubleReader());
    module.addDeserializer(double.class, new DoubleReader());
    module.addDeserializer(OptionalDouble.class, new OptionalDoubleReader());
    return module;
  }

  /**
   * {@return a value as an indented JSON text}
   *
   * @param value a record, collection, text, number, boolean or {@link JsonNode}
   */
  public static String write(Object value) {
    try {
      return MAPPER.writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a " + value.getClass().getName() + " is not JSON", e);
    }
  }

  /**
   * {@return a value as a JSON text in one line}
   *
   * @param value a record, collection, text, number, boolean or {@link JsonNode}
   */
  public static String writeLine(Object value) {
    try {
      return MAPPER.writer().without(SerializationFeature.INDENT_OUTPUT).writeValueAsString(value);
    } catch (JsonProcessingException e) {
      throw new IllegalArgumentException("a " + value.getClass().getName() + " is not JSON", e);
    }
  }

  /**
   * {@return a value as a JSON tree}
   *
   * @param value a record, collection, text, number, boolean or {@link JsonNode}
   */
  public static JsonNode tree(Object value) {
    return MAPPER.valueToTree(value);
  }

  /**
   * Reads a JSON text.
   *
   * @param <T> what it stands for
   * @param text the text
   * @param type a record of plain values, or {@link JsonNode}
   * @return the value
   * @throws UncheckedIOException if the text is not JSON or not such a record
   */
  public static <T> T read(String text, Class<T> type) {
    try {
      return MAPPER.readValue(text, type);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads a JSON file in which every field of the record must stand and no other may.
   *
   * @param <T> what it stands for
   * @param file the file
   * @param type a record that checks its values
   * @param what what the file should hold, such as {@code the result of a benchmark}
   * @return the value
   * @throws FileException if the file cannot be read
   * @throws DataFormatException if it is not JSON or not such a record; the message says where
   */
  public static <T> T readFile(Path file, Class<T> type, String what) {
    return readFile(file, type, what, Map.of());
  }

  /**
   * Reads a JSON file in which every field of the record must stand, but for some that earlier
   * versions did not write, and no other may.
   *
   * @param <T> what it stands for
   * @param file the file
   * @param type a record that checks its values
   * @param what what the file should hold, such as {@code the result of a benchmark}
   * @param absent what those fields of the record are if they are missing, by name
   * @return the value
   * @throws FileException if the file cannot be read
   * @throws DataFormatException if it is not JSON or not such a record; the message says where
   */
  public static <T> T readFile(Path file, Class<T> type, String what, Map<String, ?> absent) {
    FileException.requireReadable(file);
    try {
      T value = STRICT.forType(type).readValue(completed(Files.readString(file), absent));
      if (value == null) {
        throw DataFormatException.inText(file, 1, "", what, NULL, null);
      }
      return value;
    } catch (JsonProcessingException e) {
      throw notSuch(file, what, e);
    } catch (CharacterCodingException e) {
      throw new DataFormatException(file, 0, what + " as UTF-8 text", "other bytes", e);
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  /** Returns the text with these fields if they are missing, in as many lines. */
  private static String completed(String text, Map<String, ?> absent)
      throws JsonProcessingException {
    Map<String, Object> missing = new LinkedHashMap<>(absent);
    if (STRICT.readTree(text) instanceof ObjectNode fields && !fields.isEmpty()) {
      missing.keySet().removeIf(fields::has);
    } else {
      missing.clear();
    }
    if (missing.isEmpty()) {
      return text;
    }
    String added = writeLine(missing);
    return text.replaceFirst(
        "\\{", Matcher.quoteReplacement(added.substring(0, added.length() - 1) + ","));
  }

  private static DataFormatException notSuch(Path file, String what, JsonProcessingException e) {
    long line = e.getLocation() == null ? 1 : Math.max(1, e.getLocation().getLineNr());
    return DataFormatException.inText(file, line, field(e), what, found(e), e);
  }

  /** Returns what is wrong, in words that need no knowledge of the library. */
  private static String found(JsonProcessingException e) {
    if (e instanceof ValueInstantiationException
        && e.getCause() instanceof IllegalArgumentException refused) {
      return String.valueOf(refused.getMessage());
    }
    if (e instanceof ValueInstantiationException && e.getCause() instanceof NullPointerException) {
      return NULL; // in a list: the record does not copy it
    }
    if (e instanceof UnrecognizedPropertyException unknown) {
      return "a field '%s' that this version does not know; a later one may have written the file"
          .formatted(unknown.getPropertyName());
    }
    if (e.getCause() instanceof JsonProcessingException inner) {
      return found(inner); // it was wrapped to say in which field
    }
    if (e.getOriginalMessage().startsWith("Unexpected end-of-input")) {
      return "the end of the file in the middle of a value";
    }
    // What follows are names of classes and places in the stream of bytes.
    String message =
        e.getOriginalMessage()
            .lines()
            .findFirst()
            .orElse("")
            .replaceFirst(" \\((?:class|index|for|start).*", "");
    if (e instanceof JsonParseException) {
      return "no proper JSON: " + message;
    }
    if (message.startsWith("No content")) {
      return "nothing";
    }
    Matcher missing = MISSING.matcher(message);
    if (missing.lookingAt()) {
      return "no field '%s'".formatted(missing.group(1));
    }
    Matcher other = OTHER_KIND.matcher(message);
    return other.lookingAt()
        ? "JSON's %s where another kind of value belongs"
            .formatted(other.group(1).toLowerCase(Locale.ROOT))
        : message;
  }

  /** Returns the path to the field that was read, such as {@code backends[0].device}. */
  private static String field(JsonProcessingException e) {
    StringBuilder path = new StringBuilder();
    if (e instanceof JsonMappingException mapping) {
      for (JsonMappingException.Reference step : mapping.getPath()) {
        if (step.getFieldName() == null) {
          path.append('[').append(step.getIndex()).append(']');
        } else {
          path.append(path.isEmpty() ? "" : ".").append(step.getFieldName());
        }
      }
    }
    return path.toString();
  }

  /**
   * Writes something as a number, or as null if it is not finite.
   *
   * @param <T> what it stands for
   */
  private static final class NumberWriter<T> extends StdSerializer<T> {
    private static final long serialVersionUID = 1L;
    private final transient Function<T, Double> number;

    NumberWriter(Class<T> type, Function<T, Double> number) {
      super(type);
      this.number = number;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      double d = number.apply(value);
      if (Double.isFinite(d)) {
        out.writeNumber(d);
      } else {
        out.writeNull();
      }
    }
  }

  /**
   * Writes something as a text.
   *
   * @param <T> what it stands for
   */
  private static final class TextWriter<T> extends StdSerializer<T> {
    private static final long serialVersionUID = 1L;
    private final transient Function<T, String> text;

    TextWriter(Class<T> type, Function<T, String> text) {
      super(type);
      this.text = text;
    }

    @Override
    public void serialize(T value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      out.writeString(text.apply(value));
    }
  }

  /** Writes what is in an Optional, or null. */
  private static final class OptionalWriter extends StdSerializer<Optional<?>> {
    private static final long serialVersionUID = 1L;

    OptionalWriter() {
      super(Optional.class, false);
    }

    @Override
    public void serialize(Optional<?> value, JsonGenerator out, SerializerProvider provider)
        throws IOException {
      provider.defaultSerializeValue(value.orElse(null), out);
    }
  }

  private static double number(JsonParser in, DeserializationContext context) throws IOException {
    if (in.currentToken() == null || !in.currentToken().isNumeric()) {
      context.reportInputMismatch(double.class, "%s where a number belongs", in.getText());
    }
    return in.getDoubleValue();
  }

  /** Reads a number, and null as NaN. */
  private static final class DoubleReader extends StdDeserializer<Double> {
    private static final long serialVersionUID = 1L;

    DoubleReader() {
      super(Double.class);
    }

    @Override
    public Double deserialize(JsonParser in, DeserializationContext context) throws IOException {
      return number(in, context);
    }

    @Override
    public Double getNullValue(DeserializationContext context) {
      return Double.NaN;
    }
  }

  /** Reads a number, and null as nothing. */
  private static final class OptionalDoubleReader extends StdDeserializer<OptionalDouble> {
    private static final long serialVersionUID = 1L;

    OptionalDoubleReader() {
      super(OptionalDouble.class);
    }

    @Override
    public OptionalDouble deserialize(JsonParser in, DeserializationContext context)
        throws IOException {
      return OptionalDouble.of(number(in, context));
    }

    @Override
    public OptionalDouble getNullValue(DeserializationContext context) {
      return OptionalDouble.empty();
    }
  }
}
