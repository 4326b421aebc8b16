package dev.lamina.analysis.data;

import dev.lamina.matrix.HostMatrix;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/**
 * What a data set looks like at a glance.
 *
 * @param name what users call it
 * @param provenance where it comes from and what was done to it
 * @param rows number of samples N
 * @param features number of features d
 * @param image how a row is an image, if it is one
 * @param classes the classes and how many samples each has; empty if the response is numbers
 * @param x range of the features
 * @param y range of the response, if it is numbers
 * @param zeroRows how many rows are all zeros: kernels of angles are undefined there
 * @param firstZeroRow index of the first of them
 * @param duplicateRows how many rows equal an earlier one: kernel matrices are singular then
 * @param conflictingRows how many of those have another response than the first equal one
 * @param constantFeatures how many columns hold one value only
 */
public record DataSummary(
    String name,
    String provenance,
    int rows,
    long features,
    Optional<ImageShape> image,
    List<ClassCount> classes,
    Range x,
    Optional<Range> y,
    int zeroRows,
    Optional<Integer> firstZeroRow,
    int duplicateRows,
    int conflictingRows,
    long constantFeatures) {

  /** Copies the list. */
  public DataSummary {
    classes = List.copyOf(classes);
  }

  /**
   * A class.
   *
   * @param name its name
   * @param rows how many samples it has
   */
  public record ClassCount(String name, long rows) {}

  /**
   * Where the entries of a matrix lie.
   *
   * @param min the smallest; NaN if there is none
   * @param max the largest; NaN if there is none
   * @param mean their mean
   * @param standardDeviation the one with 1/n
   */
  public record Range(double min, double max, double mean, double standardDeviation) {

    static Range of(HostMatrix m) {
      double min = Double.POSITIVE_INFINITY;
      double max = Double.NEGATIVE_INFINITY;
      double sum = 0;
      for (long i = 0; i < m.rows(); i++) {
        for (long j = 0; j < m.cols(); j++) {
          double value = m.get(i, j);
          min = Math.min(min, value);
          max = Math.max(max, value);
          sum += value;
        }
      }
      double count = (double) m.rows() * m.cols();
      double mean = sum / count;
      double squares = 0;
      for (long i = 0; i < m.rows(); i++) {
        for (long j = 0; j < m.cols(); j++) {
          double difference = m.get(i, j) - mean;
          squares += difference * difference;
        }
      }
      return count == 0
          ? new Range(Double.NaN, Double.NaN, Double.NaN, Double.NaN)
          : new Range(min, max, mean, Math.sqrt(squares / count));
    }
  }

  /**
   * {@return the summary of a data set}
   *
   * @param set the data set; stays the caller's
   */
  public static DataSummary of(DataSet set) {
    HostMatrix x = set.x();
    int[] zeros = IntStream.range(0, set.samples()).filter(row -> isZero(x, row)).toArray();
    int[] earlier = earlierEqualRows(x);
    int duplicates = (int) IntStream.of(earlier).filter(first -> first >= 0).count();
    int conflicting =
        (int)
            IntStream.range(0, earlier.length)
                .filter(row -> earlier[row] >= 0 && differ(set.response(), row, earlier[row]))
                .count();
    return new DataSummary(
        set.name(),
        set.provenance(),
        set.samples(),
        set.features(),
        set.image(),
        classes(set.response()),
        Range.of(x),
        set.response() instanceof Response.Values numbers
            ? Optional.of(Range.of(numbers.values()))
            : Optional.empty(),
        zeros.length,
        IntStream.of(zeros).boxed().findFirst(),
        duplicates,
        conflicting,
        constantColumns(x));
  }

  private static List<ClassCount> classes(Response response) {
    List<ClassCount> list = new ArrayList<>();
    if (response instanceof Response.Classes classes) {
      long[] counts = classes.counts();
      for (int c = 0; c < counts.length; c++) {
        list.add(new ClassCount(classes.names().get(c), counts[c]));
      }
    }
    return list;
  }

  private static boolean isZero(HostMatrix x, long row) {
    for (long j = 0; j < x.cols(); j++) {
      if (x.get(row, j) != 0) {
        return false;
      }
    }
    return true;
  }

  private static long constantColumns(HostMatrix x) {
    long constant = 0;
    for (long j = 0; j < x.cols(); j++) {
      boolean same = true;
      for (long i = 1; i < x.rows() && same; i++) {
        same = x.get(i, j) == x.get(0, j);
      }
      constant += same ? 1 : 0;
    }
    return constant;
  }

  private static boolean differ(Response response, int a, int b) {
    return switch (response) {
      case Response.Classes classes -> classes.label(a) != classes.label(b);
      case Response.Values numbers -> mismatch(numbers.values(), a, b) >= 0;
    };
  }

  private static long mismatch(HostMatrix m, long a, long b) {
    return m.rows(a, a + 1).segment().mismatch(m.rows(b, b + 1).segment());
  }

  /** Returns for each row the first one with the same bytes, or −1 if it is that itself. */
  private static int[] earlierEqualRows(HostMatrix x) {
    int n = Math.toIntExact(x.rows());
    long[] hashes = IntStream.range(0, n).parallel().mapToLong(row -> hash(x, row)).toArray();
    List<Integer> order =
        IntStream.range(0, n)
            .boxed()
            .sorted(
                Comparator.comparingLong((Integer row) -> hashes[row])
                    .thenComparing(Comparator.naturalOrder()))
            .toList();
    int[] earlier = new int[n];
    for (int i = 0; i < n; i++) {
      int row = order.get(i);
      earlier[row] = -1;
      // Equal rows have equal hashes and stand together, the first of them first.
      for (int k = i - 1; k >= 0 && hashes[order.get(k)] == hashes[row]; k--) {
        int other = order.get(k);
        if (mismatch(x, row, other) < 0) {
          earlier[row] = earlier[other] >= 0 ? earlier[other] : other;
          break;
        }
      }
    }
    return earlier;
  }

  private static long hash(HostMatrix x, long row) {
    MemorySegment bytes = x.rows(row, row + 1).segment();
    long hash = 0;
    for (long at = 0; at < bytes.byteSize(); at += Integer.BYTES) {
      hash = (hash ^ bytes.get(ValueLayout.JAVA_INT_UNALIGNED, at)) * 0x9E3779B97F4A7C15L;
      hash ^= hash >>> 32; // High bits alone would be all that a factor spreads to.
    }
    return hash;
  }
}
