package dev.lamina.analysis.network;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import com.fasterxml.jackson.core.StreamReadFeature;
import dev.lamina.matrix.DataFormatException;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * The header of a safetensors file: JSON that names each tensor's type, shape and place.
 *
 * @param metadata texts by name
 * @param tensors in the order of their places
 */
record SafetensorsHeader(Map<String, String> metadata, List<TensorInfo> tensors) {
  /** Bytes in front of the header: its length. */
  static final int PREFIX = Long.BYTES;

  private static final String METADATA = "__metadata__";

  /** A header nests three deep; more is an attack on the stack. */
  private static final int DEEPEST = 16;

  private static final JsonFactory JSON =
      JsonFactory.builder()
          .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
          .streamReadConstraints(StreamReadConstraints.builder().maxNestingDepth(DEEPEST).build())
          .build();

  /**
   * Reads a header.
   *
   * @param file the file, for error messages
   * @param header its bytes
   * @param fileBytes length of the file
   * @throws DataFormatException if the header is not what the format demands, or its tensors do not
   *     fill the rest of the file one after the other
   */
  static SafetensorsHeader parse(Path file, byte[] header, long fileBytes) {
    return new Reader(file, header, fileBytes).read();
  }

  /** Reads one header. */
  private static final class Reader {
    private final Path file;
    private final byte[] header;
    private final long dataBytes;
    private final Map<String, String> metadata = new LinkedHashMap<>();
    private final List<TensorInfo> tensors = new ArrayList<>();

    Reader(Path file, byte[] header, long fileBytes) {
      this.file = file;
      this.header = header;
      this.dataBytes = fileBytes - PREFIX - header.length;
    }

    SafetensorsHeader read() {
      requireText();
      try (JsonParser json = JSON.createParser(header)) {
        require(json, json.nextToken(), JsonToken.START_OBJECT, "a JSON object");
        while (json.nextToken() == JsonToken.FIELD_NAME) {
          String name = json.currentName();
          if (name.equals(METADATA)) {
            readMetadata(json);
          } else {
            readTensor(json, name);
          }
        }
        require(json, json.nextToken(), null, "nothing but spaces after the JSON object");
      } catch (JsonProcessingException e) {
        long at = e.getLocation() == null ? 0 : Math.max(0, e.getLocation().getByteOffset());
        throw new DataFormatException(
            file, PREFIX + at, "a JSON header", oneLine(e.getOriginalMessage()), e);
      } catch (IOException e) {
        throw new DataFormatException(
            file, PREFIX, "a JSON header in UTF-8", oneLine(e.getMessage()), e);
      }
      tensors.sort(
          Comparator.comparingLong(TensorInfo::offset).thenComparingLong(TensorInfo::bytes));
      requireFilled();
      return new SafetensorsHeader(metadata, List.copyOf(tensors));
    }

    /** The parser would take UTF-16 and UTF-32, whose first or second byte is 0. */
    private void requireText() {
      if (header.length < 2 || header[0] != '{' || header[1] == 0) {
        throw new DataFormatException(
            file,
            PREFIX,
            "a header that begins with {",
            header.length < 2
                ? header.length + " bytes"
                : "the bytes %02x %02x".formatted(header[0], header[1]));
      }
    }

    private void readMetadata(JsonParser json) throws IOException {
      require(json, json.nextToken(), JsonToken.START_OBJECT, METADATA + " to be an object");
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        require(json, json.nextToken(), JsonToken.VALUE_STRING, "a text for the key " + key);
        metadata.put(key, json.getText());
      }
    }

    private void readTensor(JsonParser json, String name) throws IOException {
      long at = offset(json);
      require(json, json.nextToken(), JsonToken.START_OBJECT, "tensor " + name + " as an object");
      TensorType type = null;
      List<Long> shape = null;
      List<Long> offsets = null;
      while (json.nextToken() == JsonToken.FIELD_NAME) {
        String key = json.currentName();
        json.nextToken();
        switch (key) {
          case "dtype" -> type = type(json, name);
          case "shape" -> shape = numbers(json, "the shape of " + name);
          case "data_offsets" -> offsets = numbers(json, "the data_offsets of " + name);
          default -> json.skipChildren();
        }
      }
      if (type == null || shape == null || offsets == null) {
        throw new DataFormatException(
            file,
            at,
            "dtype, shape and data_offsets of " + name,
            "only " + present(type, shape, offsets));
      }
      tensors.add(tensor(new Description(name, type, shape, offsets, at)));
    }

    private static String present(TensorType type, List<Long> shape, List<Long> offsets) {
      List<String> there = new ArrayList<>();
      if (type != null) {
        there.add("dtype");
      }
      if (shape != null) {
        there.add("shape");
      }
      if (offsets != null) {
        there.add("data_offsets");
      }
      return there.isEmpty() ? "other keys" : String.join(" and ", there);
    }

    private TensorType type(JsonParser json, String name) throws IOException {
      require(json, json.currentToken(), JsonToken.VALUE_STRING, "the dtype of " + name);
      String text = json.getText();
      return TensorType.parse(text)
          .orElseThrow(() ->
              new DataFormatException(
                  file,
                  offset(json),
                  "the dtype of " + name + " to be one of " + TensorType.names(),
                  text));
    }

    private List<Long> numbers(JsonParser json, String what) throws IOException {
      require(json, json.currentToken(), JsonToken.START_ARRAY, what + " as a list");
      List<Long> numbers = new ArrayList<>();
      while (json.nextToken() != JsonToken.END_ARRAY) {
        boolean whole = json.currentToken() == JsonToken.VALUE_NUMBER_INT;
        long value = whole ? json.getLongValue() : -1; // beyond a long: a JsonProcessingException
        if (value < 0) {
          throw new DataFormatException(
              file, offset(json), what + " in whole numbers ≥ 0", json.getText());
        }
        numbers.add(value);
      }
      return numbers;
    }

    /** A tensor as described, not yet checked. */
    private record Description(
        String name, TensorType type, List<Long> shape, List<Long> offsets, long at) {}

    private TensorInfo tensor(Description d) {
      boolean inside =
          d.offsets().size() == 2
              && d.offsets().get(0) <= d.offsets().get(1)
              && d.offsets().get(1) <= dataBytes;
      if (!inside) {
        throw new DataFormatException(
            file,
            d.at(),
            "data_offsets [begin, end] of %s within the %d bytes after the header"
                .formatted(d.name(), dataBytes),
            d.offsets().toString());
      }
      long begin = d.offsets().get(0);
      long bytes = d.offsets().get(1) - begin;
      if (bytes != byteCount(d)) {
        throw new DataFormatException(
            file,
            d.at(),
            "as many bytes for %s as %s %s has".formatted(d.name(), d.type(), d.shape()),
            "data_offsets %s, %d bytes".formatted(d.offsets(), bytes));
      }
      long start = PREFIX + header.length + begin;
      return new TensorInfo(d.name(), d.type(), d.shape(), start, bytes, d.at());
    }

    /** Returns the bytes that type and shape ask for; −1 if they cannot be counted. */
    private static long byteCount(Description d) {
      if (d.shape().contains(0L)) {
        return 0;
      }
      try {
        long count = d.type().bytes();
        for (long length : d.shape()) {
          count = Math.multiplyExact(count, length);
        }
        return count;
      } catch (ArithmeticException e) {
        return -1; // more than a file can have, so it is not equal to what the file has
      }
    }

    /** Checks that the tensors follow each other without overlap, gap or rest. */
    private void requireFilled() {
      long end = (long) PREFIX + header.length;
      String before = "the header";
      for (TensorInfo tensor : tensors) {
        if (tensor.offset() != end) {
          throw new DataFormatException(
              file,
              tensor.headerOffset(),
              "%s to begin where %s ends, at byte %d".formatted(tensor.name(), before, end),
              "%s at byte %d"
                  .formatted(tensor.offset() < end ? "an overlap" : "a gap", tensor.offset()));
        }
        end += tensor.bytes();
        before = tensor.name();
      }
      long fileBytes = PREFIX + header.length + dataBytes;
      if (end != fileBytes) {
        throw new DataFormatException(
            file, end, "the end of the file after " + before, (fileBytes - end) + " more bytes");
      }
    }

    private void require(JsonParser json, JsonToken found, JsonToken wanted, String expected)
        throws IOException {
      if (found != wanted) {
        throw new DataFormatException(
            file,
            offset(json),
            expected,
            found == null ? "the end of the header" : "\"" + json.getText() + "\"");
      }
    }

    private static long offset(JsonParser json) {
      return PREFIX + Math.max(0, json.currentTokenLocation().getByteOffset());
    }

    private static String oneLine(String message) {
      return message == null ? "something else" : message.lines().findFirst().orElse("");
    }
  }
}
