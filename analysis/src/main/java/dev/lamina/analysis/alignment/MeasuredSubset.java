package dev.lamina.analysis.alignment;

import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.Response;
import dev.lamina.matrix.DType;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The examples of a data set that are measured throughout a run: as many of each class, the first
 * ones. Owns its inputs.
 */
final class MeasuredSubset implements AutoCloseable {
  private final DataSet set;
  private final AlignmentExamples examples;

  /**
   * Chooses examples.
   *
   * @param from borrowed
   * @param classes the classes by which they are chosen
   * @param labels the classes that count, one per sample of {@code from}
   * @param count how many at most
   */
  MeasuredSubset(DataSet from, Response.Classes classes, int[] labels, int count) {
    int[] rows = balanced(classes, count);
    set = from.select(rows, DType.FLOAT64, "balanced, measured");
    try {
      int[] own = Arrays.stream(rows).map(row -> labels[row]).toArray();
      examples = AlignmentExamples.ofClasses(set.x(), own, classes.count());
    } catch (RuntimeException e) {
      set.close();
      throw e;
    }
  }

  /** Takes one of each class in turn until there are enough. */
  static int[] balanced(Response.Classes classes, int count) {
    List<List<Integer>> byClass = new ArrayList<>();
    for (int c = 0; c < classes.count(); c++) {
      byClass.add(new ArrayList<>());
    }
    for (int i = 0; i < classes.samples(); i++) {
      byClass.get(classes.label(i)).add(i);
    }
    int[] rows = new int[Math.min(count, classes.samples())];
    int taken = 0;
    for (int round = 0; taken < rows.length; round++) {
      for (int c = 0; c < byClass.size() && taken < rows.length; c++) {
        if (round < byClass.get(c).size()) {
          rows[taken] = byClass.get(c).get(round);
          taken++;
        }
      }
    }
    Arrays.sort(rows);
    return rows;
  }

  AlignmentExamples examples() {
    return examples;
  }

  @Override
  public void close() {
    set.close();
  }
}
