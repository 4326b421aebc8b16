package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.sparsity.RepresentationPlan.Order;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.config.ByteSizes;

/** What minimising the Tikhonov loss takes of the memory budget. */
final class RepresentationMemory {
  private final DenseShape shape;
  private final int constantRows;
  private final RepresentationPlan plan;

  RepresentationMemory(DenseShape shape, int constantRows, RepresentationPlan plan) {
    this.shape = shape;
    this.constantRows = constantRows;
    this.plan = plan;
  }

  /**
   * Takes it.
   *
   * @param budget of the backend
   * @param samples N
   * @return the reservation
   * @throws IllegalArgumentException if the budget is too small; says what would fit
   */
  MemoryBudget.Reservation reserve(MemoryBudget budget, long samples) {
    long needed = bytes(samples, plan.order());
    long left = budget.available();
    if (needed <= left) {
      return budget.reserve(needed, "tikhonov form");
    }
    throw new IllegalArgumentException(
        "tikhonov form: %d samples and widths %s need %s for representations, factors and earlier steps but only %s of the memory budget of %s are left; %s; or raise lamina.memory-budget"
            .formatted(
                samples,
                shape.widths(),
                ByteSizes.rounded(needed),
                ByteSizes.rounded(left),
                ByteSizes.rounded(budget.limit()),
                remedy(samples, left)));
  }

  private String remedy(long samples, long left) {
    long inTurns = bytes(samples, Order.LAYERWISE);
    if (plan.order() == Order.JOINT && inTurns <= left) {
      return "moving the layers in turns needs %s and would fit"
          .formatted(ByteSizes.rounded(inTurns));
    }
    long low = 0;
    long high = samples;
    while (low + 1 < high) {
      long middle = (low + high) / 2;
      if (bytes(middle, plan.order()) <= left) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low > 0
        ? "at most %d samples would fit".formatted(low)
        : "not even one sample would fit";
  }

  /** Returns an upper bound of the bytes in use at once. */
  long bytes(long samples, Order order) {
    long entries = 0;
    long widest = 0;
    long total = 0;
    for (int l = 1; l <= shape.depth(); l++) {
      long width = shape.width(l);
      long below = (long) shape.width(l - 1) + constantRows;
      long p = Math.min(below, samples);
      long turning = samples <= below ? width * width : 0;
      entries += (below + width) * samples + 2 * p * p + p * width + turning; // B, T, factors
      widest = Math.max(widest, width);
      total += width;
    }
    long outputs = 5L * shape.width(shape.depth()) * samples;
    long moving = samples * (order == Order.JOINT ? total : widest);
    LbfgsSettings settings =
        order == Order.JOINT
            ? LbfgsSettings.of(plan.iterations(), moving)
            : LbfgsSettings.of(plan.iterations());
    long points = 2L * settings.memory() + 6;
    long start = 2 * total * samples;
    return Double.BYTES * (entries + outputs + start + points * moving);
  }
}
