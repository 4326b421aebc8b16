package dev.lamina.analysis.depth;

import dev.lamina.analysis.training.Loss;
import org.hipparchus.linear.RealMatrix;

/** Judges outputs by targets, in float64. */
final class Outputs {
  private Outputs() {}

  /**
   * Returns the mean loss.
   *
   * @param loss which one
   * @param outputs n×C
   * @param targets n×C
   */
  static double loss(Loss loss, RealMatrix outputs, RealMatrix targets) {
    double sum = 0;
    for (int i = 0; i < outputs.getRowDimension(); i++) {
      double[] f = outputs.getRow(i);
      double[] y = targets.getRow(i);
      sum += loss == Loss.CROSS_ENTROPY ? crossEntropy(f, y) : squares(f, y);
    }
    double mean = sum / outputs.getRowDimension();
    return switch (loss) {
      case CROSS_ENTROPY, MSE -> mean;
      case MEAN_SQUARE -> mean / outputs.getColumnDimension();
    };
  }

  private static double crossEntropy(double[] logits, double[] oneHot) {
    double max = logits[largest(logits)];
    double sum = 0;
    double chosen = 0;
    for (int j = 0; j < logits.length; j++) {
      sum += Math.exp(logits[j] - max);
      chosen += oneHot[j] * (logits[j] - max);
    }
    return Math.log(sum) - chosen;
  }

  private static double squares(double[] f, double[] y) {
    double sum = 0;
    for (int j = 0; j < f.length; j++) {
      sum += (f[j] - y[j]) * (f[j] - y[j]);
    }
    return sum;
  }

  /**
   * Returns the share of rows whose largest entries are in the same column.
   *
   * @param a n×C
   * @param b n×C
   */
  static double agreement(RealMatrix a, RealMatrix b) {
    int same = 0;
    for (int i = 0; i < a.getRowDimension(); i++) {
      same += largest(a.getRow(i)) == largest(b.getRow(i)) ? 1 : 0;
    }
    return (double) same / a.getRowDimension();
  }

  private static int largest(double[] values) {
    int at = 0;
    for (int j = 1; j < values.length; j++) {
      at = values[j] > values[at] ? j : at;
    }
    return at;
  }
}
