package dev.lamina.analysis.data;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.DataFormatException;
import dev.lamina.matrix.HostMatrix;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;

/** Data sets that are the user's tables. */
final class CsvData {
  /** With more different whole numbers than this, they may as well be measurements. */
  private static final int PLAINLY_CLASSES = 20;

  /** Beyond this, doubles are no longer all the whole numbers, and labels could fall together. */
  private static final double EXACT_IN_DOUBLE = 0x1p53;

  private CsvData() {}

  static DataParts load(DataSource.Csv source, DType dtype) {
    CsvTable train = CsvTable.read(source.file(), source.options());
    Optional<CsvTable> test = source.testFile().map(file -> CsvTable.read(file, source.options()));
    test.ifPresent(table -> requireSameColumns(train, table));
    boolean classes = areClasses(train, source.options().kind());
    List<String> names = classes ? classNames(train) : List.of();
    DataSet first = set(train, classes, names, dtype);
    return DataParts.of(first, () -> test.map(table -> set(table, classes, names, dtype)));
  }

  private static void requireSameColumns(CsvTable train, CsvTable test) {
    if (!train.names().equals(test.names()) || train.label() != test.label()) {
      throw DataFormatException.inText(
          test.file(),
          1,
          "",
          "the columns of " + train.file() + ", " + columns(train),
          columns(test),
          null);
    }
  }

  private static String columns(CsvTable table) {
    return table.names().map(String::valueOf).orElse("no header")
        + " with the label in "
        + table.labelColumn();
  }

  private static boolean areClasses(CsvTable table, ResponseKind kind) {
    if (kind != ResponseKind.AUTO) {
      return kind == ResponseKind.CLASSES;
    }
    List<Optional<Double>> numbers = table.labels().stream().map(CsvTable::number).toList();
    if (numbers.stream().anyMatch(Optional::isEmpty)) {
      return true;
    }
    if (!numbers.stream().allMatch(n -> n.get() == Math.rint(n.get()))) {
      return false;
    }
    long different = numbers.stream().distinct().count();
    if (different > PLAINLY_CLASSES) {
      throw new DataException(
          ("%s: %s holds %d different whole numbers in %d rows, which may be classes or values;"
                  + " say target = classes or target = values")
              .formatted(table.file(), table.labelColumn(), different, numbers.size()));
    }
    return true;
  }

  /** Returns the different labels: numbers by size before words by alphabet. */
  private static List<String> classNames(CsvTable table) {
    Comparator<String> bySize =
        Comparator.comparing(name -> CsvTable.number(name).orElse(Double.POSITIVE_INFINITY));
    TreeSet<String> names = new TreeSet<>(bySize.thenComparing(Comparator.naturalOrder()));
    table.labels().forEach(label -> names.add(normal(label)));
    return List.copyOf(names);
  }

  /** Returns whole numbers in one spelling: 1.0 is the class 1. */
  private static String normal(String label) {
    Optional<Double> number = CsvTable.number(label);
    boolean whole =
        number.isPresent()
            && number.get() == Math.rint(number.get())
            && Math.abs(number.get()) <= EXACT_IN_DOUBLE;
    return whole ? Long.toString(number.get().longValue()) : label;
  }

  private static DataSet set(CsvTable table, boolean classes, List<String> names, DType dtype) {
    Response response = classes ? classes(table, names) : values(table);
    String name = String.valueOf(table.file().getFileName());
    String provenance = name + ": " + table.file() + ", response in " + table.labelColumn();
    return new DataSet(name, table.x(dtype), response, Optional.empty(), provenance);
  }

  private static Response.Classes classes(CsvTable table, List<String> names) {
    Map<String, Integer> index = new HashMap<>();
    names.forEach(name -> index.put(name, index.size()));
    int[] labels = new int[table.labels().size()];
    for (int i = 0; i < labels.length; i++) {
      String label = table.labels().get(i);
      Integer found = index.get(normal(label));
      if (found == null) {
        throw labelError(table, i, "one of the training file's classes " + names);
      }
      labels[i] = found;
    }
    return Response.Classes.of(labels, names);
  }

  private static Response.Values values(CsvTable table) {
    HostMatrix y = HostMatrix.allocate(DType.FLOAT64, table.labels().size(), 1);
    for (int i = 0; i < table.labels().size(); i++) {
      Optional<Double> number = CsvTable.number(table.labels().get(i));
      if (number.isEmpty()) {
        y.close();
        throw labelError(table, i, "a finite number");
      }
      y.set(i, 0, number.get());
    }
    return new Response.Values(y);
  }

  private static DataFormatException labelError(CsvTable table, int row, String expected) {
    return DataFormatException.inText(
        table.file(),
        table.lines().get(row),
        table.labelColumn(),
        expected,
        "'" + table.labels().get(row) + "'",
        null);
  }
}
