package dev.lamina.analysis.alignment;

import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.network.Network;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.ArrayList;
import java.util.List;

/**
 * The examples on which alignment is measured: inputs, and labels with their column means
 * subtracted. Inputs are borrowed and must stay open.
 */
public final class AlignmentExamples {
  private final HostMatrix x;
  private final double[][] y;
  private final List<Integer> missing;

  private AlignmentExamples(HostMatrix x, double[][] labels, List<Integer> missing) {
    if (x.rows() < 2) {
      throw new IllegalArgumentException(
          "alignment: there must be at least 2 examples but there is " + x.rows());
    }
    this.x = x;
    this.y = centred(labels);
    this.missing = List.copyOf(missing);
    requireFinite();
  }

  /**
   * Returns examples of classes, coded as one-hot rows.
   *
   * @param x N×d, N ≥ 2; borrowed
   * @param labels N classes from 0
   * @param outputs number of the network's outputs C
   * @return the examples
   * @throws ShapeException if there are not N labels
   * @throws IllegalArgumentException if a label is not below C, if there is only one example, or if
   *     all are of one class
   */
  public static AlignmentExamples ofClasses(HostMatrix x, int[] labels, int outputs) {
    if (labels.length != x.rows()) {
      throw new ShapeException(
          "alignment: x and y must have equally many rows but x is %s and y has %d labels"
              .formatted(x.shape(), labels.length));
    }
    double[][] y = new double[labels.length][outputs];
    int[] counts = new int[outputs];
    for (int i = 0; i < labels.length; i++) {
      if (labels[i] < 0 || labels[i] >= outputs) {
        throw new IllegalArgumentException(
            "alignment: labels must be 0 to %d, for the network has %d outputs, but row %d has %d"
                .formatted(outputs - 1, outputs, i, labels[i]));
      }
      y[i][labels[i]] = 1;
      counts[labels[i]]++;
    }
    List<Integer> missing = new ArrayList<>();
    for (int c = 0; c < outputs; c++) {
      if (counts[c] == 0) {
        missing.add(c);
      }
    }
    if (labels.length > 1 && missing.size() == outputs - 1) {
      throw new IllegalArgumentException(
          "alignment: there must be examples of at least 2 classes but all %d are of class %d"
              .formatted(labels.length, labels[0]));
    }
    return new AlignmentExamples(x, y, missing);
  }

  /**
   * Returns examples with targets of their own: one-hot rows or any numbers.
   *
   * @param x N×d, N ≥ 2; borrowed
   * @param targets N×C; copied
   * @return the examples
   * @throws ShapeException if the rows do not agree
   * @throws IllegalArgumentException if there is only one example, if a number is not finite, or if
   *     all targets are the same
   */
  public static AlignmentExamples ofTargets(HostMatrix x, HostMatrix targets) {
    if (targets.rows() != x.rows()) {
      throw new ShapeException(
          "alignment: x and y must have equally many rows but x is %s and y is %s"
              .formatted(x.shape(), targets.shape()));
    }
    AlignmentExamples examples = new AlignmentExamples(x, targets.toArray(), List.of());
    if (!(examples.labelSquare() > 0)) {
      throw new IllegalArgumentException(
          "alignment: the targets of all %d examples are the same, so there is nothing to align with"
              .formatted(x.rows()));
    }
    return examples;
  }

  /**
   * {@return the examples of a data set}
   *
   * @param set borrowed
   * @param outputs number of the network's outputs
   */
  public static AlignmentExamples of(DataSet set, int outputs) {
    return switch (set.response()) {
      case Response.Classes classes -> ofClasses(set.x(), classes.labels(), outputs);
      case Response.Values numbers -> ofTargets(set.x(), numbers.values());
    };
  }

  /** Subtracts the means of the columns; from the first row on, so that constants become 0. */
  private static double[][] centred(double[][] labels) {
    double[] first = labels[0];
    double[] means = new double[first.length];
    for (double[] row : labels) {
      for (int c = 0; c < means.length; c++) {
        means[c] += (row[c] - first[c]) / labels.length;
      }
    }
    double[][] y = new double[labels.length][means.length];
    for (int i = 0; i < y.length; i++) {
      for (int c = 0; c < means.length; c++) {
        y[i][c] = labels[i][c] - first[c] - means[c];
      }
    }
    return y;
  }

  private void requireFinite() {
    for (int i = 0; i < y.length; i++) {
      for (int j = 0; j < x.cols(); j++) {
        if (!Double.isFinite(x.get(i, j))) {
          throw notFinite("x", i, j, x.get(i, j));
        }
      }
      for (int c = 0; c < y[i].length; c++) {
        if (!Double.isFinite(y[i][c])) {
          throw notFinite("y", i, c, y[i][c]);
        }
      }
    }
  }

  private static IllegalArgumentException notFinite(String what, int row, int col, double value) {
    return new IllegalArgumentException(
        "alignment: numbers must be finite but row %d, column %d (counted from 0) of %s is %s"
            .formatted(row, col, what, value));
  }

  void requireFit(Network network) {
    if (network.inputs() != x.cols() || network.outputs() != outputs()) {
      throw new ShapeException(
          "alignment: the network has %d inputs and %d outputs but x is %s and y has %d columns"
              .formatted(network.inputs(), network.outputs(), x.shape(), outputs()));
    }
  }

  /** {@return the inputs, N×d} */
  public HostMatrix x() {
    return x;
  }

  /** {@return the classes below C that no example has} */
  public List<Integer> missingClasses() {
    return missing;
  }

  /** Returns N. */
  int count() {
    return y.length;
  }

  /** Returns C. */
  int outputs() {
    return y[0].length;
  }

  /** Returns the centred labels, one row for each example; not to be changed. */
  double[][] labels() {
    return y;
  }

  /** Returns ‖y‖². */
  double labelSquare() {
    double square = 0;
    for (double[] row : y) {
      for (double v : row) {
        square += v * v;
      }
    }
    return square;
  }

  /** Returns ‖YᵀY‖ = ‖Y Yᵀ‖. */
  double labelGram() {
    double square = 0;
    for (int c = 0; c < outputs(); c++) {
      for (int e = 0; e < outputs(); e++) {
        double product = 0;
        for (double[] row : y) {
          product += row[c] * row[e];
        }
        square += product * product;
      }
    }
    return Math.sqrt(square);
  }
}
