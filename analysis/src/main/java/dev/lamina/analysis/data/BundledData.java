package dev.lamina.analysis.data;

import dev.lamina.matrix.DType;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.zip.GZIPInputStream;

/** The data sets that come with Lamina; NOTICE.txt beside them says from where. */
final class BundledData {
  static final String IRIS = "iris.csv";
  static final String DIGITS = "digits.csv.gz";

  private BundledData() {}

  static InputStream open(String resource) {
    return Objects.requireNonNull(BundledData.class.getResourceAsStream(resource), resource);
  }

  static DataParts iris(DType dtype) {
    try (InputStream in = open(IRIS)) {
      // The first line is "150,4," and the class names.
      CsvTable table = read(IRIS, in, CsvOptions.Header.YES);
      List<String> header = table.names().orElseThrow();
      List<String> names = header.subList(2, header.size());
      return set("iris", table, names, Optional.empty(), "Fisher's irises, corrected", dtype);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the bundled " + IRIS, e);
    }
  }

  static DataParts digits(DType dtype) {
    try (InputStream in = new GZIPInputStream(open(DIGITS))) {
      CsvTable table = read(DIGITS, in, CsvOptions.Header.NO);
      List<String> names = List.of("0", "1", "2", "3", "4", "5", "6", "7", "8", "9");
      Optional<ImageShape> image = Optional.of(new ImageShape(8, 8));
      return set("digits", table, names, image, "UCI optical digits, test part", dtype);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read the bundled " + DIGITS, e);
    }
  }

  private static CsvTable read(String resource, InputStream in, CsvOptions.Header header)
      throws IOException {
    CsvOptions options =
        new CsvOptions(header, Optional.of(','), Optional.empty(), ResponseKind.CLASSES);
    return CsvTable.read(Path.of(resource), in, options);
  }

  private static DataParts set(
      String name,
      CsvTable table,
      List<String> classNames,
      Optional<ImageShape> image,
      String provenance,
      DType dtype) {
    int[] labels = table.labels().stream().mapToInt(Integer::parseInt).toArray();
    Response.Classes classes = Response.Classes.of(labels, classNames);
    DataSet set = new DataSet(name, table.x(dtype), classes, image, name + ": " + provenance);
    return new DataParts(set, Optional.empty());
  }
}
