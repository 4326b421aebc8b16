package dev.lamina.analysis.data;

import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.stream.IntStream;

/** What belongs to each row of a data set and is to be predicted: a class, or numbers. */
public sealed interface Response extends AutoCloseable {

  /** {@return the number of samples} */
  int samples();

  /**
   * {@return the response of some of the samples; the caller closes it}
   *
   * @param rows their indices
   */
  Response select(int[] rows);

  /** Frees memory that is owned. Closing twice does nothing. */
  @Override
  void close();

  /** One class per sample. Immutable. */
  final class Classes implements Response {
    private final int[] labels;
    private final List<String> names;

    private Classes(int[] labels, List<String> names) {
      this.labels = labels;
      this.names = names;
    }

    /**
     * {@return classes after checking the labels}
     *
     * @param labels one per sample, each in 0 … C − 1
     * @param names the C class names, all different
     * @throws DataException if a label is outside its range, naming the row, or a name occurs twice
     */
    public static Classes of(int[] labels, List<String> names) {
      if (new HashSet<>(names).size() < names.size()) {
        throw new DataException("class names must differ but are " + names);
      }
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] < 0 || labels[i] >= names.size()) {
          throw new DataException(
              "the class label of row %d must lie in 0 … %d but is %d"
                  .formatted(i, names.size() - 1, labels[i]));
        }
      }
      return new Classes(labels.clone(), List.copyOf(names));
    }

    /**
     * {@return classes that are named by their numbers}
     *
     * @param labels one per sample, each in 0 … count − 1
     * @param count number of classes C
     * @throws DataException if a label is outside its range, naming the row
     */
    public static Classes numbered(int[] labels, int count) {
      return of(labels, IntStream.range(0, count).mapToObj(Integer::toString).toList());
    }

    @Override
    public int samples() {
      return labels.length;
    }

    /**
     * {@return the class of a sample}
     *
     * @param row zero-based sample
     */
    public int label(int row) {
      return labels[row];
    }

    /** {@return the classes of all samples, as a copy} */
    public int[] labels() {
      return labels.clone();
    }

    /** {@return the class names, the name of class c at index c} */
    public List<String> names() {
      return names;
    }

    /** {@return the number of classes C} */
    public int count() {
      return names.size();
    }

    /** {@return how many samples each class has} */
    public long[] counts() {
      long[] counts = new long[names.size()];
      for (int label : labels) {
        counts[label]++;
      }
      return counts;
    }

    @Override
    public Classes select(int[] rows) {
      return new Classes(Arrays.stream(rows).map(row -> labels[row]).toArray(), names);
    }

    @Override
    public void close() {
      // The labels lie on the heap.
    }
  }

  /**
   * One or more numbers per sample.
   *
   * @param values N×k; owned
   */
  record Values(HostMatrix values) implements Response {

    /** Checks that there are values. */
    public Values {
      Objects.requireNonNull(values, "values");
    }

    @Override
    public int samples() {
      return Math.toIntExact(values.rows());
    }

    @Override
    public Values select(int[] rows) {
      return new Values(Rows.copy(values, rows, values.dtype()));
    }

    @Override
    public void close() {
      values.close();
    }
  }
}
