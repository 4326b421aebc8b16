package dev.lamina.analysis.layerwise;

import dev.lamina.backend.MemoryBudget;
import dev.lamina.config.ByteSizes;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.Matrix;

/** Thrown when a loss needs more device memory than the budget allows; says what would fit. */
public final class LayerMemoryException extends IllegalArgumentException {
  private static final long serialVersionUID = 1L;

  private LayerMemoryException(String message) {
    super(message);
  }

  /** Returns the exception for Gram matrices that do not fit. */
  static LayerMemoryException ofGram(
      ObjectiveSettings settings,
      Matrix activations,
      long outputs,
      long squares,
      long needed,
      long usable,
      MemoryBudget budget) {
    long n = activations.rows();
    DType dtype = activations.dtype();
    return new LayerMemoryException(
        "layer loss: %d samples need %s (%d Gram matrices of %d×%d %s at least) but %s of the memory budget of %s can be used; %s; or raise lamina.memory-budget"
            .formatted(
                n,
                ByteSizes.rounded(needed),
                squares,
                n,
                n,
                name(dtype),
                ByteSizes.rounded(Math.max(0, usable)),
                ByteSizes.rounded(budget.limit()),
                remedy(settings, activations, outputs, squares, usable)));
  }

  /** Returns the exception for feature-space matrices that do not fit. */
  static LayerMemoryException ofFeatures(
      Matrix activations, long needed, long usable, MemoryBudget budget) {
    return new LayerMemoryException(
        "layer loss: %d features of %d samples need %s in feature space but %s of the memory budget of %s can be used; raise lamina.memory-budget"
            .formatted(
                activations.cols(),
                activations.rows(),
                ByteSizes.rounded(needed),
                ByteSizes.rounded(Math.max(0, usable)),
                ByteSizes.rounded(budget.limit())));
  }

  private static String remedy(
      ObjectiveSettings settings, Matrix activations, long outputs, long squares, long usable) {
    StringBuilder text = new StringBuilder();
    long batch = largestBatch(usable / activations.dtype().bytes(), squares, outputs);
    text.append(
        batch > 0
            ? "mini-batches of at most " + batch + " samples would fit"
            : "not even a mini-batch of one sample would fit");
    if (settings.form().hasFeatureSpace()) {
      long features = largestWidth(activations, outputs, usable);
      if (settings.layersAbove() == 0 && activations.cols() <= features) {
        text.append("; the feature-space form would fit");
      } else if (features > 0) {
        text.append(
            "; the feature-space form, for 0 layers above, would fit up to %d features"
                .formatted(features));
      }
    }
    return text.toString();
  }

  /** Returns the largest b with squares·b² + (columns)·b ≤ entries. */
  private static long largestBatch(long entries, long squares, long outputs) {
    double half = GramPlan.perSample(outputs) / (2.0 * squares);
    long guess = (long) (Math.sqrt(half * half + (double) entries / squares) - half) + 1;
    while (guess > 0 && (squares * guess + GramPlan.perSample(outputs)) * guess > entries) {
      guess--;
    }
    return Math.max(0, guess);
  }

  /** Returns the largest number of features whose feature-space form fits; 0 if none. */
  private static long largestWidth(Matrix activations, long outputs, long usable) {
    long low = 0;
    long high = activations.rows();
    while (low < high) {
      long middle = (low + high + 1) / 2;
      if (FeatureObjective.bytes(activations.rows(), middle, outputs, activations.dtype())
          <= usable) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    return low;
  }

  private static String name(DType dtype) {
    return dtype == DType.FLOAT32 ? "float32" : "float64";
  }
}
