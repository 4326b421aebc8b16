package dev.lamina.analysis.network;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonGenerator;
import dev.lamina.io.AtomicFile;
import dev.lamina.io.FileException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Writes one safetensors file. */
final class SafetensorsWriter {
  /** A multiple of every element size and of what vector instructions like. */
  private static final int ALIGNMENT = 64;

  private static final int CHUNK = 1 << 20;
  private static final String METADATA = "__metadata__";

  private final Path file;
  private final List<NamedTensor> tensors;
  private final Map<String, String> metadata;

  SafetensorsWriter(Path file, List<NamedTensor> tensors, Map<String, String> metadata) {
    this.file = file;
    this.tensors =
        tensors.stream()
            .sorted(Comparator.comparingInt(t -> t.matrix().dtype() == DType.FLOAT64 ? 0 : 1))
            .toList();
    this.metadata = metadata;
    Set<String> names = new HashSet<>(Set.of(METADATA));
    for (NamedTensor tensor : tensors) {
      if (!names.add(tensor.name())) {
        throw new IllegalArgumentException(
            "safetensors: the name %s is taken, it cannot be given to a tensor"
                .formatted(tensor.name()));
      }
    }
  }

  void write() {
    try (AtomicFile out = AtomicFile.create(file)) {
      try {
        writeAll(out.channel(), header());
        ByteBuffer buffer = ByteBuffer.allocateDirect(CHUNK).order(ByteOrder.LITTLE_ENDIAN);
        for (NamedTensor tensor : tensors) {
          write(tensor.matrix(), buffer, out.channel());
        }
        writeAll(out.channel(), buffer.flip());
      } catch (IOException e) {
        throw FileException.writing(file, e);
      }
      out.commit();
    }
  }

  /** Returns the length and the JSON text, filled with spaces up to the alignment of the data. */
  private ByteBuffer header() throws IOException {
    byte[] json = json();
    int total = Math.ceilDiv(SafetensorsHeader.PREFIX + json.length, ALIGNMENT) * ALIGNMENT;
    byte[] bytes = new byte[total];
    Arrays.fill(bytes, (byte) ' ');
    System.arraycopy(json, 0, bytes, SafetensorsHeader.PREFIX, json.length);
    ByteBuffer header = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
    header.putLong(0, total - SafetensorsHeader.PREFIX);
    return header;
  }

  private byte[] json() throws IOException {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try (JsonGenerator json = new JsonFactory().createGenerator(bytes)) {
      json.writeStartObject();
      if (!metadata.isEmpty()) {
        json.writeObjectFieldStart(METADATA);
        for (Map.Entry<String, String> entry : metadata.entrySet()) {
          json.writeStringField(entry.getKey(), entry.getValue());
        }
        json.writeEndObject();
      }
      long begin = 0;
      for (NamedTensor tensor : tensors) {
        long end = Math.addExact(begin, tensor.bytes());
        json.writeObjectFieldStart(tensor.name());
        json.writeStringField("dtype", TensorType.of(tensor.matrix().dtype()).name());
        writeNumbers(json, "shape", tensor.shape());
        writeNumbers(json, "data_offsets", List.of(begin, end));
        json.writeEndObject();
        begin = end;
      }
      json.writeEndObject();
    }
    return bytes.toByteArray();
  }

  private static void writeNumbers(JsonGenerator json, String name, List<Long> numbers)
      throws IOException {
    json.writeArrayFieldStart(name);
    for (long number : numbers) {
      json.writeNumber(number);
    }
    json.writeEndArray();
  }

  private static void write(HostMatrix m, ByteBuffer buffer, FileChannel channel)
      throws IOException {
    boolean single = m.dtype() == DType.FLOAT32;
    for (long i = 0; i < m.rows(); i++) {
      for (long j = 0; j < m.cols(); j++) {
        if (buffer.remaining() < Double.BYTES) {
          writeAll(channel, buffer.flip());
          buffer.clear();
        }
        if (single) {
          buffer.putFloat((float) m.get(i, j));
        } else {
          buffer.putDouble(m.get(i, j));
        }
      }
    }
  }

  private static void writeAll(FileChannel channel, ByteBuffer bytes) throws IOException {
    while (bytes.hasRemaining()) {
      int _ = channel.write(bytes);
    }
  }
}
