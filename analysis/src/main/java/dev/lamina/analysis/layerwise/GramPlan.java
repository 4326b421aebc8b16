package dev.lamina.analysis.layerwise;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import java.util.List;

/**
 * What an objective with a Gram matrix holds for one shape of activations and targets.
 *
 * @param samples N
 * @param outputs C
 * @param dtype element type
 * @param gradient whether there is a way back
 * @param chain which kernel matrices are kept for it
 * @param bytes all device memory together
 */
record GramPlan(
    long samples, long outputs, DType dtype, boolean gradient, ChainPlan chain, long bytes) {
  static final String WHAT = "layer loss: Gram matrices of the samples";

  /** N×C matrices: centred targets, α, and two more of some forms. */
  private static final long COLUMNS = 4;

  /** N×1 matrices: ones, a diagonal, factors of rows. */
  private static final long VECTORS = 4;

  /** A sixteenth of the budget is left to the operations' own tiles. */
  private static final long SHARE = 16;

  /** Returns the chain of a call without a way back. */
  static ChainPlan forward(ObjectiveSettings settings) {
    return new ChainPlan(List.of(), settings.layersAbove());
  }

  /** Returns the fastest plan that the budget has. */
  static GramPlan of(
      ObjectiveSettings settings,
      DeviceMatrix activations,
      DeviceMatrix targets,
      boolean gradient,
      MemoryBudget budget) {
    long n = activations.rows();
    DType dtype = activations.dtype();
    long square = bytes(Math.multiplyExact(n, n), dtype);
    long rest = bytes(Math.multiplyExact(n, perSample(targets.cols())), dtype);
    long extra = gradient ? extra(settings.form()) : 0;
    int p = settings.layersAbove();
    long least = gradient ? ChainPlan.least(p) : 1;
    long usable = usable(budget);
    long affordable = (usable - rest) / square - extra;
    if (affordable < least) {
      long needed = Math.addExact(Math.multiplyExact(least + extra, square), rest);
      throw LayerMemoryException.ofGram(
          settings, activations, targets.cols(), least + extra, needed, usable, budget);
    }
    ChainPlan chain = gradient ? ChainPlan.of(p, affordable) : forward(settings);
    long squares = (gradient ? chain.matrices() : 1) + extra;
    return new GramPlan(n, targets.cols(), dtype, gradient, chain, squares * square + rest);
  }

  /** Returns how many N×N matrices a loss of a kernel matrix needs beside it for its gradient. */
  private static long extra(Form form) {
    return form.leavesOut() ? 1 : 0;
  }

  /** Returns how many entries a sample has beside those of the Gram matrices. */
  static long perSample(long outputs) {
    return COLUMNS * outputs + VECTORS;
  }

  /** Returns how many bytes of a budget objectives take, so that operations have some too. */
  static long usable(MemoryBudget budget) {
    return budget.available() - budget.available() / SHARE;
  }

  private static long bytes(long entries, DType dtype) {
    return Math.multiplyExact(entries, (long) dtype.bytes());
  }

  /** Returns whether the plan serves a call. */
  boolean covers(DeviceMatrix activations, DeviceMatrix targets, boolean withGradient) {
    return activations.rows() == samples
        && targets.cols() == outputs
        && activations.dtype() == dtype
        && (gradient || !withGradient);
  }
}
