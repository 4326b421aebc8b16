package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class DataSummaryTest {

  private static DataSummary summary(double[][] x, int... labels) {
    try (DataSet set =
        new DataSet(
            "a", HostMatrix.of(x), Response.Classes.numbered(labels, 3), Optional.empty(), "b")) {
      return DataSummary.of(set);
    }
  }

  @Test
  void countsWhatMatters() {
    DataSummary s =
        summary(
            new double[][] {{0, 0, 7}, {1, 2, 7}, {0, 0, 7}, {1, 2, 7}, {1, 2, 7}}, 0, 1, 0, 1, 2);
    assertThat(s.rows()).isEqualTo(5);
    assertThat(s.features()).isEqualTo(3);
    assertThat(s.duplicateRows()).isEqualTo(3);
    assertThat(s.conflictingRows()).isEqualTo(1);
    assertThat(s.constantFeatures()).isEqualTo(1);
    assertThat(s.zeroRows()).isZero();
    assertThat(s.classes().stream().map(DataSummary.ClassCount::rows)).containsExactly(2L, 2L, 1L);
    assertThat(s.x().min()).isZero();
    assertThat(s.x().max()).isEqualTo(7);
    assertThat(s.x().mean()).isCloseTo(44 / 15.0, within(1e-15));
    assertThat(s.x().standardDeviation())
        .isCloseTo(Math.sqrt((5 * 49 + 3 + 12) / 15.0 - 44 * 44 / 225.0), within(1e-14));
    DataSummary zeros = summary(new double[][] {{1, 2}, {0, 0}, {-0.0, 0}}, 0, 1, 0);
    assertThat(zeros.zeroRows()).isEqualTo(2);
    assertThat(zeros.firstZeroRow()).contains(1);
  }

  @Test
  void summarisesNumbers() {
    try (DataSet set =
        new DataSet(
            "a",
            HostMatrix.of(new float[][] {{1}, {1}}),
            new Response.Values(HostMatrix.of(new double[][] {{4}, {8}})),
            Optional.empty(),
            "b")) {
      DataSummary s = DataSummary.of(set);
      assertThat(s.classes()).isEmpty();
      assertThat(s.y().orElseThrow()).isEqualTo(new DataSummary.Range(4, 8, 6, 2));
      assertThat(s.conflictingRows()).isEqualTo(1);
    }
  }

  @Test
  void summarisesNothing() {
    try (DataSet set =
        new DataSet(
            "a",
            HostMatrix.allocate(DType.FLOAT32, 0, 3),
            Response.Classes.numbered(new int[0], 2),
            Optional.empty(),
            "b")) {
      assertThat(DataSummary.of(set).x().min()).isNaN();
    }
  }

  @Property
  void findsTheDuplicatesThatAMapFinds(
      @ForAll @Size(min = 1, max = 60) List<@IntRange(max = 15) Integer> codes) {
    double[][] x = new double[codes.size()][];
    Map<Integer, Integer> seen = new HashMap<>();
    int duplicates = 0;
    int conflicting = 0;
    int[] labels = new int[x.length];
    for (int i = 0; i < x.length; i++) {
      int code = codes.get(i);
      x[i] = new double[] {code % 4, code >> 2};
      labels[i] = i % 3;
      Integer first = seen.putIfAbsent(code, i);
      duplicates += first == null ? 0 : 1;
      conflicting += first != null && labels[first] != labels[i] ? 1 : 0;
    }
    DataSummary s = summary(x, labels);
    assertThat(s.duplicateRows()).isEqualTo(duplicates);
    assertThat(s.conflictingRows()).isEqualTo(conflicting);
  }
}
