package dev.lamina.analysis.layerwise;

import java.util.List;
import java.util.stream.IntStream;

/**
 * Which of the kernel matrices K⁽⁰⁾ … K⁽ᵖ⁻¹⁾ are kept for the way back; the others are computed
 * again from the nearest one below, or from the activations. K⁽ᵖ⁾ becomes the gradient in place.
 *
 * @param kept depths of kept matrices, ascending
 * @param layersAbove p
 */
record ChainPlan(List<Integer> kept, int layersAbove) {

  ChainPlan {
    kept = List.copyOf(kept);
  }

  /** Returns the plan that keeps everything. */
  static ChainPlan all(int layersAbove) {
    return new ChainPlan(IntStream.range(0, layersAbove).boxed().toList(), layersAbove);
  }

  /**
   * Returns the plan with the least work for a number of matrices.
   *
   * @param layersAbove p
   * @param matrices how many N×N matrices the chain may hold, at least {@link #least}
   */
  static ChainPlan of(int layersAbove, long matrices) {
    if (matrices > layersAbove) {
      return all(layersAbove);
    }
    // One matrix becomes the gradient, one holds what is computed again.
    int keep = Math.toIntExact(matrices - 2);
    // Evenly spaced: the work to compute again is what lies between neighbours.
    List<Integer> depths =
        IntStream.range(0, keep)
            .mapToObj(i -> Math.toIntExact((long) i * layersAbove / keep))
            .toList();
    return new ChainPlan(depths, layersAbove);
  }

  /** Returns how many N×N matrices a chain must have at least. */
  static int least(int layersAbove) {
    return Math.min(layersAbove, 1) + 1;
  }

  /** Returns how many N×N matrices the plan takes. */
  int matrices() {
    return kept.size() + (isComplete() ? 1 : 2);
  }

  /** Returns whether nothing is computed again. */
  boolean isComplete() {
    return kept.size() == layersAbove;
  }

  /** Returns the place among the kept of the deepest one that is not above a depth; −1 if none. */
  int nearest(int depth) {
    int place = -1;
    while (place + 1 < kept.size() && kept.get(place + 1) <= depth) {
      place++;
    }
    return place;
  }
}
