package dev.lamina.analysis.learningcurve;

import dev.lamina.io.FileException;
import dev.lamina.matrix.DataFormatException;
import java.io.IOException;
import java.io.Reader;
import java.io.UncheckedIOException;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.apache.commons.csv.CSVFormat;
import org.apache.commons.csv.CSVParser;
import org.apache.commons.csv.CSVRecord;

/**
 * Reads a spectrum from a table with the columns eigenvalue, multiplicity and weight (Σ g² of the
 * target over these eigenfunctions), one row for each eigenvalue. A first line with these names, in
 * this order, may be there or not. Lines that begin with # are left out.
 */
public final class SpectrumFile {
  private static final List<String> COLUMNS = List.of("eigenvalue", "multiplicity", "weight");

  private SpectrumFile() {}

  /**
   * Reads a file in UTF-8.
   *
   * @param file comma-separated
   * @return the spectrum, without remainder
   * @throws DataFormatException naming the line of what is not as it should be
   * @throws FileException if it cannot be read
   */
  public static Spectrum read(Path file) {
    FileException.requireReadable(file);
    List<Mode> modes = new ArrayList<>();
    long line = 1;
    try (Reader in = Files.newBufferedReader(file, StandardCharsets.UTF_8);
        CSVParser parser = CSVParser.builder().setReader(in).setFormat(format()).get()) {
      boolean first = true;
      for (CSVRecord row : parser) {
        line = parser.getCurrentLineNumber();
        if (!first || !isHeader(row)) {
          modes.add(mode(file, line, row, modes.size()));
        }
        first = false;
      }
    } catch (CharacterCodingException e) {
      throw DataFormatException.inText(file, line, "or later", "text in UTF-8", "other bytes", e);
    } catch (UncheckedIOException e) {
      throw e.getCause() instanceof CharacterCodingException
          ? DataFormatException.inText(file, line, "or later", "text in UTF-8", "other bytes", e)
          : FileException.reading(file, e.getCause());
    } catch (IllegalStateException e) {
      throw DataFormatException.inText(
          file, line, "or later", "a table of separated cells", String.valueOf(e.getMessage()), e);
    } catch (IOException e) {
      throw FileException.reading(file, e);
    }
    if (modes.isEmpty()) {
      throw DataFormatException.inText(
          file, line, "", "rows of eigenvalue, multiplicity, weight", "nothing", null);
    }
    try {
      return new Spectrum(modes, 0);
    } catch (IllegalArgumentException e) {
      throw DataFormatException.inText(
          file, line, "or before", "an eigenvalue above 0", "only zeros", e);
    }
  }

  private static CSVFormat format() {
    return CSVFormat.DEFAULT
        .builder()
        .setIgnoreSurroundingSpaces(true)
        .setIgnoreEmptyLines(true)
        .setCommentMarker('#')
        .get();
  }

  private static boolean isHeader(CSVRecord row) {
    return row.toList().stream()
        .map(String::strip)
        .map(name -> name.toLowerCase(Locale.ROOT))
        .toList()
        .equals(COLUMNS);
  }

  private static Mode mode(Path file, long line, CSVRecord row, int number) {
    if (row.size() != COLUMNS.size()) {
      throw DataFormatException.inText(
          file,
          line,
          "",
          "3 cells (eigenvalue, multiplicity, weight)",
          row.size() + (row.size() == 1 ? " cell" : " cells"),
          null);
    }
    double[] cells = new double[COLUMNS.size()];
    for (int i = 0; i < cells.length; i++) {
      boolean positive = i == 1;
      try {
        cells[i] = Double.parseDouble(row.get(i));
      } catch (NumberFormatException e) {
        throw wrong(file, line, i, positive, row.get(i), e);
      }
      if (!Double.isFinite(cells[i]) || cells[i] < 0 || (positive && cells[i] == 0)) {
        throw wrong(file, line, i, positive, row.get(i), null);
      }
    }
    return new Mode(number, cells[0], cells[1], cells[2]);
  }

  private static DataFormatException wrong(
      Path file, long line, int column, boolean positive, String found, Throwable cause) {
    return DataFormatException.inText(
        file,
        line,
        "column %d (\"%s\")".formatted(column + 1, COLUMNS.get(column)),
        positive ? "a finite number above 0" : "a finite number, not negative",
        found.isEmpty() ? "an empty cell" : "'" + found + "'",
        cause);
  }
}
