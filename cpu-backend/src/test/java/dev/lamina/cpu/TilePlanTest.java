package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.lamina.backend.MemoryBudgetException;
import java.util.HashSet;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class TilePlanTest {
  private static final TilePlan.Cost COST = new TilePlan.Cost(4, 100, 64);

  private static TilePlan plan(long n, long m, int threads, long budget) {
    return TilePlan.of("compute", n, m, COST, threads, budget, budget);
  }

  @Test
  void takesTheLargestTileWhenMemoryIsPlenty() {
    TilePlan plan = plan(10_000, 10_000, 2, 1L << 32);
    assertThat(plan.edge()).isEqualTo(TilePlan.LARGEST_EDGE);
    assertThat(plan.workers()).isEqualTo(2);
    assertThat(plan.keepRows()).isTrue();
  }

  @Test
  void plansMoreThanTwoToTheThirtyOneEntries() {
    TilePlan plan = plan(46_341, 46_341, 2, 1L << 30);
    long blocks = TilePlan.blocks(46_341, plan.edge());
    assertThat(blocks).isEqualTo(182);
    assertThat(TilePlan.lowerTiles(blocks)).isEqualTo(182 * 183 / 2);
    assertThat(TilePlan.lowerTiles(3_000_000_000L)).isEqualTo(4_500_000_001_500_000_000L);
  }

  @Test
  void tilesDoNotDependOnTheNumberOfThreads() {
    for (int threads = 1; threads < 70; threads += 3) {
      assertThat(plan(5_000, 5_000, threads, 2L << 20).edge())
          .isEqualTo(plan(5_000, 5_000, 1, 2L << 20).edge());
    }
  }

  @Property
  void staysWithinTheBudgetOrSaysWhatIsMissing(
      @ForAll @LongRange(max = 100_000) long n,
      @ForAll @LongRange(max = 100_000) long m,
      @ForAll @IntRange(min = 1, max = 64) int threads,
      @ForAll @LongRange(min = 1, max = 1L << 26) long budget) {
    TilePlan plan;
    try {
      plan = plan(n, m, threads, budget);
    } catch (MemoryBudgetException e) {
      assertThat(COST.worker(TilePlan.SMALLEST_EDGE)).isGreaterThan(budget);
      return;
    }
    assertThat(plan.bytes()).isLessThanOrEqualTo(budget);
    assertThat(plan.workers()).isBetween(1, threads);
    assertThat(plan.workers() * COST.worker(plan.edge())).isLessThanOrEqualTo(plan.bytes());
  }

  @Test
  void aBudgetBelowOneTileIsRefused() {
    assertThatThrownBy(() -> plan(100, 100, 2, 1000))
        .isInstanceOf(MemoryBudgetException.class)
        .hasMessageContaining("compute: one tile of 8×8 needs")
        .hasMessageContaining("memory budget of 1000 bytes");
  }

  @Test
  void everyLowerTileIsCountedOnce() {
    Set<Long> seen = new HashSet<>();
    for (long index = 0; index < TilePlan.lowerTiles(40); index++) {
      long row = TilePlan.lowerRow(index);
      long col = index - TilePlan.lowerTiles(row);
      assertThat(col).isBetween(0L, row);
      seen.add(row * 40 + col);
    }
    assertThat(seen).hasSize(820);
  }

  @Property
  void lowerRowIsExactForLargeIndices(@ForAll @LongRange(min = 1, max = 2_000_000_000L) long row) {
    long first = TilePlan.lowerTiles(row);
    assertThat(TilePlan.lowerRow(first)).isEqualTo(row);
    assertThat(TilePlan.lowerRow(first - 1)).isEqualTo(row - 1);
  }
}
