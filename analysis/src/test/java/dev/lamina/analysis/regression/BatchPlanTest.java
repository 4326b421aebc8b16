package dev.lamina.analysis.regression;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.backend.MemoryBudget;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.LongRange;
import org.junit.jupiter.api.Test;

final class BatchPlanTest {

  @Property
  void batchesCoverAllRowsWithinHalfOfTheBudget(
      @ForAll @LongRange(min = 0, max = 5_000_000_000L) long total,
      @ForAll @LongRange(min = 1, max = 1L << 30) long bytesPerRow,
      @ForAll @LongRange(min = 1L << 30, max = 1L << 40) long limit) {
    BatchPlan plan = BatchPlan.of("test", total, bytesPerRow, new MemoryBudget(limit));
    assertThat(plan.rows()).isPositive();
    assertThat(plan.rows() == 1 || plan.rows() * bytesPerRow <= limit / 2).isTrue();
    assertThat(plan.count() * plan.rows()).isBetween(total, total + plan.rows());
    if (total > 0) {
      assertThat(plan.to(plan.count() - 1)).isEqualTo(total);
      assertThat(plan.from(0)).isZero();
    }
  }

  @Test
  void takesMoreThanHalfOnlyForASingleRow() {
    MemoryBudget budget = new MemoryBudget(100);
    BatchPlan plan = BatchPlan.of("test", 3, 70, budget);
    assertThat(plan).isEqualTo(new BatchPlan(3, 1, 70));
    try (var _ = plan.reserve("test", budget)) {
      assertThat(budget.available()).isEqualTo(30);
    }
    assertThat(budget.available()).isEqualTo(100);
  }
}
