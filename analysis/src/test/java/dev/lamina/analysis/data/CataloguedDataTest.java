package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;
import static org.assertj.core.api.Assertions.within;
import static org.junit.jupiter.api.Assumptions.abort;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/**
 * Reads the real MNIST and Fashion-MNIST. Skipped with a message when they are not in the cache
 * folder; {@code -Dlamina.test.require=data} turns that into a failure. To have them: {@code lamina
 * data fetch mnist fashion-mnist}.
 */
class CataloguedDataTest {
  private static final CacheFolder CACHE = CacheFolder.ofProcess();

  private static DataParts load(String name) {
    CataloguedSet set = Catalogue.standard().get(name);
    if (!CACHE.has(set)) {
      String why = name + " is not in " + CACHE.root() + "; run: lamina data fetch " + name;
      if (Arrays.asList(System.getProperty("lamina.test.require", "").split(","))
          .contains("data")) {
        fail(why);
      }
      System.out.println("SKIPPED: " + why);
      abort(why);
    }
    return new DataSources(CACHE, 1).load(new DataSource.Cached(set), DType.FLOAT32);
  }

  private static List<Long> counts(DataSet set) {
    return Arrays.stream(((Response.Classes) set.response()).counts()).boxed().toList();
  }

  private static List<Integer> firstLabels(DataSet set) {
    return Arrays.stream(((Response.Classes) set.response()).labels()).limit(10).boxed().toList();
  }

  private static double sum(HostMatrix x, long from, long to) {
    double sum = 0;
    for (long i = from; i < to; i++) {
      for (long j = 0; j < x.cols(); j++) {
        sum += x.get(i, j);
      }
    }
    return sum;
  }

  private static List<Double> firstSums(DataSet set) {
    return LongStream.range(0, 5).mapToObj(i -> sum(set.x(), i, i + 1)).toList();
  }

  @Test
  void mnistIsTheGenuineSet() {
    try (DataParts parts = load("mnist")) {
      DataSet train = parts.train();
      assertThat(train.x().shape()).isEqualTo("60000×784 float32");
      assertThat(counts(train))
          .containsExactly(5923L, 6742L, 5958L, 6131L, 5842L, 5421L, 5918L, 6265L, 5851L, 5949L);
      assertThat(firstLabels(train)).containsExactly(5, 0, 4, 1, 9, 2, 1, 3, 1, 4);
      assertThat(sum(train.x(), 0, 60_000)).isEqualTo(1_567_298_545.0);
      assertThat(firstSums(train)).containsExactly(27525.0, 31095.0, 19443.0, 17135.0, 23214.0);
      DataSummary summary = DataSummary.of(train);
      assertThat(summary.x().mean() / 255).isCloseTo(0.130660, within(5e-7));
      assertThat(summary.x().standardDeviation() / 255).isCloseTo(0.308108, within(5e-7));
      assertThat(summary.zeroRows()).isZero();
      DataSet test = parts.test().orElseThrow();
      assertThat(counts(test))
          .containsExactly(980L, 1135L, 1032L, 1010L, 982L, 892L, 958L, 1028L, 974L, 1009L);
      assertThat(firstLabels(test)).containsExactly(7, 2, 1, 0, 4, 1, 4, 9, 5, 9);
      assertThat(sum(test.x(), 0, 10_000)).isEqualTo(264_923_200.0);
      assertThat(firstSums(test)).containsExactly(18454.0, 28850.0, 9871.0, 37014.0, 19237.0);
    }
  }

  @Test
  void fashionMnistIsTheGenuineSet() {
    try (DataParts parts = load("fashion-mnist")) {
      DataSet train = parts.train();
      assertThat(train.x().shape()).isEqualTo("60000×784 float32");
      assertThat(counts(train)).hasSize(10).containsOnly(6000L);
      assertThat(firstLabels(train)).containsExactly(9, 0, 0, 3, 0, 2, 7, 2, 5, 5);
      assertThat(sum(train.x(), 0, 60_000)).isEqualTo(3_431_114_169.0);
      assertThat(firstSums(train)).containsExactly(76247.0, 84598.0, 28662.0, 46649.0, 61187.0);
      DataSet test = parts.test().orElseThrow();
      assertThat(counts(test)).hasSize(10).containsOnly(1000L);
      assertThat(firstLabels(test)).containsExactly(9, 2, 1, 1, 6, 1, 4, 6, 5, 7);
      assertThat(sum(test.x(), 0, 10_000)).isEqualTo(573_469_082.0);
      assertThat(firstSums(test)).containsExactly(33456.0, 100994.0, 51520.0, 35377.0, 62655.0);
    }
  }
}
