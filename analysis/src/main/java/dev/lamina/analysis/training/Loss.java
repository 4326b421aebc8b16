package dev.lamina.analysis.training;

import dev.lamina.matrix.Matrix;
import dev.lamina.ops.LayerOps;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;

/** What training makes small; always the mean over the examples of a batch. */
public enum Loss {
  /** Softmax cross-entropy of logits with one-hot targets. */
  CROSS_ENTROPY,
  /** (1/n) Σ‖f(xᵢ) − yᵢ‖², without ½ and not divided by the number of outputs. */
  MSE,
  /** The same divided by the number of outputs: the mean over examples and outputs. */
  MEAN_SQUARE;

  /** Probabilities that were rounded to float32 add to 1 this well. */
  private static final double ROUNDING = 1e-6;

  /** {@return the losses by their words} */
  public static Map<String, Loss> words() {
    Map<String, Loss> words = new LinkedHashMap<>();
    for (Loss loss : values()) {
      words.put(loss.text(), loss);
    }
    return words;
  }

  /**
   * {@return the word used in config files: {@code cross-entropy}, {@code mse} or {@code
   * mean-square}}
   */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * Checks that targets are what this loss compares outputs with: for the cross-entropy, rows of
   * probabilities, such as one-hot rows; anything for the others.
   *
   * @param what how to call the targets in a message, such as their file
   * @param targets n×C
   * @throws IllegalArgumentException if a row has an entry below 0 or does not add to 1, to 10⁻⁶
   */
  public void requireTargets(String what, double[][] targets) {
    if (this != CROSS_ENTROPY) {
      return;
    }
    for (int i = 0; i < targets.length; i++) {
      double sum = 0;
      for (int j = 0; j < targets[i].length; j++) {
        double value = targets[i][j];
        if (!(value >= 0)) {
          throw new IllegalArgumentException(
              "%s must be one-hot or probabilities with cross-entropy but row %d, column %d (counted from 0) is %s"
                  .formatted(what, i, j, value));
        }
        sum += value;
      }
      if (!(Math.abs(sum - 1) <= ROUNDING)) {
        throw new IllegalArgumentException(
            "%s must be one-hot or probabilities with cross-entropy but row %d (counted from 0) adds to %s"
                .formatted(what, i, sum));
      }
    }
  }

  /**
   * Computes the losses of a batch, over its size, and their gradient.
   *
   * @param ops the operations of the device
   * @param outputs n×C
   * @param targets n×C
   * @param losses n×1, overwritten; their sum is the mean loss
   * @param gradient n×C, overwritten
   */
  public void compute(
      LayerOps ops, Matrix outputs, Matrix targets, Matrix losses, Matrix gradient) {
    double factor = 1.0 / outputs.rows();
    switch (this) {
      case CROSS_ENTROPY -> ops.softmaxCrossEntropy(outputs, targets, factor, losses, gradient);
      case MSE -> ops.squaredError(outputs, targets, factor, losses, gradient);
      case MEAN_SQUARE ->
          ops.squaredError(outputs, targets, factor / outputs.cols(), losses, gradient);
    }
  }
}
