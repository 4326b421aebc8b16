package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.analysis.data.SplitPlan.Amount;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

class SplitterTest {
  private static final Response.Classes TEN =
      Response.Classes.numbered(new int[] {0, 0, 0, 0, 1, 1, 1, 2, 2, 2}, 3);

  private static SplitPlan plan(Amount train, Amount test, boolean shuffle) {
    return new SplitPlan(
        Optional.ofNullable(train),
        Optional.ofNullable(test),
        Optional.of(shuffle),
        Optional.empty());
  }

  private static Amount count(long n) {
    return new Amount.Count(n);
  }

  private static Splitter.Indices split(SplitPlan plan) {
    return new Splitter("ten", plan, 7).ofOnePart(TEN);
  }

  private static void assertSplit(SplitPlan plan, List<Integer> train, List<Integer> test) {
    Splitter.Indices indices = split(plan);
    assertThat(Arrays.stream(indices.train()).boxed()).isEqualTo(train);
    assertThat(Arrays.stream(indices.test()).boxed()).isEqualTo(test);
  }

  @Test
  void takesTheFirstForTrainingAndTheLastForTesting() {
    assertSplit(plan(count(7), null, false), range(0, 7), range(7, 10));
    assertSplit(plan(count(7), count(2), false), range(0, 7), range(8, 10));
    assertSplit(plan(null, count(3), false), range(0, 7), range(7, 10));
    assertSplit(plan(new Amount.Fraction(0.75), null, false), range(0, 8), range(8, 10));
    assertSplit(
        plan(new Amount.Fraction(0.5), new Amount.Fraction(0.2), false), range(0, 5), range(8, 10));
    assertSplit(plan(new Amount.Fraction(0.01), null, false), range(0, 1), range(1, 10));
  }

  @Test
  void takesEquallyManyOfEachClass() {
    assertSplit(
        plan(new Amount.PerClass(2), null, false), List.of(0, 1, 4, 5, 7, 8), List.of(2, 3, 6, 9));
    assertSplit(
        plan(new Amount.PerClass(1), new Amount.PerClass(2), false),
        List.of(0, 4, 7),
        List.of(1, 2, 5, 6, 8, 9));
    assertSplit(plan(new Amount.PerClass(1), count(2), false), List.of(0, 4, 7), List.of(8, 9));
  }

  @Test
  void splitsEachPartOfASourceInTwoParts() {
    Response.Classes test = Response.Classes.numbered(new int[] {2, 1, 0, 0}, 3);
    Splitter.Indices some =
        new Splitter("two", plan(count(4), count(2), false), 1).ofTwoParts(TEN, test);
    assertThat(some.train()).containsExactly(0, 1, 2, 3);
    assertThat(some.test()).containsExactly(0, 1);
    Splitter.Indices all =
        new Splitter("two", SplitPlan.ALL_IN_FILE_ORDER, 1).ofTwoParts(TEN, test);
    assertThat(all.train()).hasSize(10);
    assertThat(all.test()).containsExactly(0, 1, 2, 3);
    assertThatThrownBy(
            () -> new Splitter("two", plan(count(4), count(5), false), 1).ofTwoParts(TEN, test))
        .isInstanceOf(DataException.class)
        .hasMessage("split: 5 test rows are asked for but two has 4");
  }

  @Property
  void aShuffledSplitIsAPartitionThatDependsOnTheSeedAlone(
      @ForAll @IntRange(min = 1, max = 9) int train, @ForAll long seed) {
    SplitPlan plan = plan(count(train), null, true);
    Splitter.Indices one = new Splitter("ten", plan, seed).ofOnePart(TEN);
    Splitter.Indices two = new Splitter("ten", plan, seed).ofOnePart(TEN);
    assertThat(one.train()).isEqualTo(two.train());
    assertThat(one.train()).hasSize(train);
    assertThat(
            IntStream.concat(Arrays.stream(one.train()), Arrays.stream(one.test()))
                .sorted()
                .boxed())
        .isEqualTo(range(0, 10));
  }

  @Test
  void everySampleIsEquallyLikelyToBeDrawnFirst() {
    int[] first = new int[10];
    for (int seed = 0; seed < 20_000; seed++) {
      first[new Splitter("ten", plan(count(1), null, true), seed).ofOnePart(TEN).train()[0]]++;
    }
    // 2000 expected, standard deviation 42.
    assertThat(Arrays.stream(first).boxed()).allSatisfy(n -> assertThat(n).isBetween(1790, 2210));
  }

  @Test
  void aSeedOfThePlanWins() {
    SplitPlan seeded =
        new SplitPlan(Optional.of(count(5)), Optional.empty(), Optional.of(true), Optional.of(3L));
    assertThat(new Splitter("ten", seeded, 1).ofOnePart(TEN).train())
        .isEqualTo(new Splitter("ten", seeded, 2).ofOnePart(TEN).train());
    assertThat(new Splitter("ten", seeded, 1).orderText()).isEqualTo("shuffled with seed 3");
  }

  @Test
  void saysWhatCannotBeSplit() {
    assertRefused(
        plan(count(11), null, false), "split: 11 training rows are asked for but ten has 10");
    assertRefused(
        plan(count(10), null, false),
        "split: ten has 10 rows and all are for training; none is left for testing");
    assertRefused(
        plan(count(7), count(4), false),
        "split: 7 training and 4 test rows are asked for but ten has 10 rows");
    assertRefused(plan(null, count(10), false), "split: 10 test rows are asked for but ten has 9");
    assertRefused(plan(null, null, false), "split: ten needs a number of training or test rows");
    assertRefused(
        plan(new Amount.PerClass(4), null, false),
        "split: 4 training rows per class are asked for but class 1 of ten has 3");
    assertThatThrownBy(() -> new Amount.Count(0)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new Amount.Fraction(1)).isInstanceOf(DataException.class);
    assertThatThrownBy(() -> new Amount.PerClass(0)).isInstanceOf(DataException.class);
    try (Response.Values numbers = new Response.Values(HostMatrix.allocate(DType.FLOAT32, 3, 1))) {
      Splitter splitter = new Splitter("three", plan(new Amount.PerClass(1), null, false), 1);
      assertThatThrownBy(() -> splitter.ofOnePart(numbers))
          .isInstanceOf(DataException.class)
          .hasMessage(
              "split: training rows per class are asked for but three has numbers, not classes");
    }
  }

  private static void assertRefused(SplitPlan plan, String message) {
    assertThatThrownBy(() -> split(plan)).isInstanceOf(DataException.class).hasMessage(message);
  }

  private static List<Integer> range(int from, int to) {
    return IntStream.range(from, to).boxed().toList();
  }
}
