package dev.lamina.analysis.data;

import dev.lamina.config.NearestWords;
import dev.lamina.io.FileException;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * The cells of a text table: numbers, but for one column of labels which may be anything.
 *
 * @param file where it comes from
 * @param names the column names including the label's; empty if there was no header
 * @param label index of the label column
 * @param features one row of numbers per sample
 * @param labels the cells of the label column
 * @param lines the line numbers of the samples, for messages
 */
record CsvTable(
    Path file,
    Optional<List<String>> names,
    int label,
    List<double[]> features,
    List<String> labels,
    List<Long> lines) {

  /** Decimal numbers as people write them: no hexadecimal, no type suffix, no NaN. */
  private static final Pattern NUMBER =
      Pattern.compile("[+-]?(\\d+\\.?\\d*|\\.\\d+)([eE][+-]?\\d{1,5})?");

  private static final int LONGEST_NUMBER = 400;
  private static final char BYTE_ORDER_MARK = '\uFEFF';

  /**
   * Reads a file in UTF-8.
   *
   * @param file the file
   * @param options how
   * @throws DataFormatException naming line and column of what is not as it should be
   * @throws FileException if it cannot be read
   */
  static CsvTable read(Path file, CsvOptions options) {
    FileException.requireReadable(file);
    try (InputStream in = Files.newInputStream(file)) {
      return read(file, in, options);
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
  }

  /** Reads a stream; {@code file} is its name in messages. */
  static CsvTable read(Path file, InputStream in, CsvOptions options) throws IOException {
    Reader text =
        new InputStreamReader(
            in,
            StandardCharsets.UTF_8
                .newDecoder()
                .onMalformedInput(CodingErrorAction.REPORT)
                .onUnmappableCharacter(CodingErrorAction.REPORT));
    BufferedReader reader = new BufferedReader(text, 1 << 16);
    Lines table = new Lines(file, options);
    long line = 1;
    try {
      skipMark(reader);
      CSVFormat format = format(options, reader);
      try (CSVParser parser = CSVParser.builder().setReader(reader).setFormat(format).get()) {
        var records = parser.iterator();
        while (records.hasNext()) {
          CSVRecord next = records.next();
          // The parser stands at the end of the record's last line, past its line break if any.
          line = parser.getCurrentLineNumber();
          table.add(next, line);
        }
      }
      return table.finish();
    } catch (CharacterCodingException e) {
      throw DataFormatException.inText(file, line, "or later", "text in UTF-8", "other bytes", e);
    } catch (UncheckedIOException e) {
      throw broken(file, line, e);
    } catch (IllegalStateException e) {
      throw broken(file, line, e);
    }
  }

  private static DataFormatException broken(Path file, long line, RuntimeException e) {
    boolean coding = e.getCause() instanceof CharacterCodingException;
    return DataFormatException.inText(
        file,
        line,
        "or later",
        coding ? "text in UTF-8" : "a table of separated cells",
        coding ? "other bytes" : String.valueOf(e.getMessage()),
        e);
  }

  private static void skipMark(BufferedReader reader) throws IOException {
    reader.mark(1);
    if (reader.read() != BYTE_ORDER_MARK) {
      reader.reset();
    }
  }

  private static CSVFormat format(CsvOptions options, BufferedReader reader) throws IOException {
    char separator =
        options.separator().isPresent() ? options.separator().get() : likeliestSeparator(reader);
    return CSVFormat.DEFAULT
        .builder()
        .setDelimiter(separator)
        .setIgnoreSurroundingSpaces(true)
        .setIgnoreEmptyLines(true)
        .get();
  }

  private static char likeliestSeparator(BufferedReader reader) throws IOException {
    int look = 1 << 15;
    reader.mark(look);
    int commas = 0;
    int semicolons = 0;
    int tabs = 0;
    boolean quoted = false;
    for (int i = 0; i < look - 1; i++) {
      int c = reader.read();
      if (c < 0 || (!quoted && (c == '\n' || c == '\r') && commas + semicolons + tabs > 0)) {
        break;
      }
      quoted ^= c == '"';
      commas += !quoted && c == ',' ? 1 : 0;
      semicolons += !quoted && c == ';' ? 1 : 0;
      tabs += !quoted && c == '\t' ? 1 : 0;
    }
    reader.reset();
    return tabs > Math.max(commas, semicolons) ? '\t' : semicolons > commas ? ';' : ',';
  }

  /** Returns the number that a cell says, or empty if it says none. */
  static Optional<Double> number(String cell) {
    if (cell.length() > LONGEST_NUMBER || !NUMBER.matcher(cell).matches()) {
      return Optional.empty();
    }
    double value = Double.parseDouble(cell);
    return Double.isFinite(value) ? Optional.of(value) : Optional.empty();
  }

  /** Returns the features as a matrix; the caller closes it. */
  HostMatrix x(DType dtype) {
    int width = features.isEmpty() ? 0 : features.getFirst().length;
    HostMatrix x = HostMatrix.allocate(dtype, features.size(), width);
    for (int i = 0; i < features.size(); i++) {
      double[] row = features.get(i);
      for (int j = 0; j < width; j++) {
        x.set(i, j, row[j]);
      }
    }
    return x;
  }

  /** Returns what a message calls the label column. */
  String labelColumn() {
    return column(names, label);
  }

  private static String column(Optional<List<String>> names, int index) {
    String number = "column " + (index + 1);
    return names.map(n -> number + " (\"" + n.get(index) + "\")").orElse(number);
  }

  /** Takes the lines one after the other and knows what they must look like. */
  private static final class Lines {
    private final Path file;
    private final CsvOptions options;
    private final List<double[]> features = new ArrayList<>();
    private final List<String> labels = new ArrayList<>();
    private final List<Long> lines = new ArrayList<>();
    private Optional<List<String>> names = Optional.empty();
    private int width = -1;
    private int label = -1;

    Lines(Path file, CsvOptions options) {
      this.file = file;
      this.options = options;
    }

    void add(CSVRecord line, long number) {
      if (width < 0) {
        first(line, number);
        if (names.isPresent()) {
          return;
        }
      }
      if (line.size() != width) {
        String expected = width + " cells like in the first line";
        throw DataFormatException.inText(file, number, "", expected, line.size() + "", null);
      }
      double[] row = new double[width - 1];
      for (int i = 0; i < width; i++) {
        if (i != label) {
          row[i < label ? i : i - 1] = requireNumber(line.get(i), i, number);
        }
      }
      if (line.get(label).isEmpty()) {
        throw DataFormatException.inText(
            file, number, column(names, label), "a label", "an empty cell", null);
      }
      features.add(row);
      labels.add(line.get(label));
      lines.add(number);
    }

    private double requireNumber(String cell, int index, long line) {
      Optional<Double> value = number(cell);
      if (value.isEmpty()) {
        String found = cell.isEmpty() ? "an empty cell" : "'" + shortened(cell) + "'";
        throw DataFormatException.inText(
            file, line, column(names, index), "a finite number", found, null);
      }
      return value.get();
    }

    private static String shortened(String cell) {
      return cell.length() <= 40 ? cell : cell.substring(0, 40) + "…";
    }

    /** Decides from the first line whether it is a header and which column is the label. */
    private void first(CSVRecord line, long number) {
      width = line.size();
      if (width < 2) {
        throw DataFormatException.inText(
            file, number, "", "at least one feature and a label", width + " cell", null);
      }
      List<String> cells = line.toList();
      int byIndex = options.label().map(this::labelIndex).orElse(width - 1);
      boolean anyNumber = false;
      for (int i = 0; i < width; i++) {
        anyNumber |= i != byIndex && number(cells.get(i)).isPresent();
      }
      boolean header =
          switch (options.header()) {
            case YES -> true;
            case NO -> false;
            case AUTO -> !anyNumber;
          };
      if (header) {
        names = Optional.of(cells);
      }
      int byName =
          header && options.label().isPresent() ? cells.indexOf(options.label().get()) : -1;
      label = byName >= 0 ? byName : byIndex;
      if (label < 0 || label >= width) {
        throw noSuchLabel(cells, header, number);
      }
    }

    /** Returns the index that the option says, or −1 if it says none. */
    private int labelIndex(String text) {
      try {
        int index = Integer.parseInt(text);
        return index < 0 ? width + index : index;
      } catch (NumberFormatException e) {
        return -1; // A name: looked up in the header.
      }
    }

    private DataFormatException noSuchLabel(List<String> cells, boolean header, long number) {
      String asked = options.label().orElseThrow();
      String found =
          header
              ? "none; " + NearestWords.suggestion(asked, cells)
              : width + " columns without names";
      return DataFormatException.inText(
          file, number, "", "the label column \"" + asked + "\"", found, null);
    }

    CsvTable finish() {
      if (features.isEmpty()) {
        throw DataFormatException.inText(
            file,
            1,
            "",
            "at least one sample",
            names.isPresent() ? "a header only" : "nothing",
            null);
      }
      return new CsvTable(file, names, label, features, labels, lines);
    }
  }
}
