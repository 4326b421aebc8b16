package dev.lamina.analysis.regression;

import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.Arrays;
import java.util.Objects;

/** What is to be predicted, as the regression sees it and as it is scored. */
public sealed interface Targets {

  /** {@return the number of samples N} */
  long samples();

  /** {@return the number of outputs C} */
  long outputs();

  /** {@return the N×C float64 matrix that a regression is fitted to; the caller closes it} */
  HostMatrix toMatrix();

  /**
   * Scores predicted means.
   *
   * @param mean N×C
   */
  Score score(HostMatrix mean);

  /**
   * {@return the targets of the first samples}
   *
   * @param count how many, 0 ≤ count ≤ N
   */
  Targets first(int count);

  /**
   * {@return classes}
   *
   * @param labels one per sample, each in 0 … classes − 1; copied
   * @param classes their number C, ≥ 2
   * @throws IllegalArgumentException if a label is outside its range
   */
  static Labels ofLabels(int[] labels, int classes) {
    return new Labels(labels.clone(), classes);
  }

  /**
   * {@return real targets}
   *
   * @param values N×C; borrowed, must stay open
   */
  static Values ofValues(HostMatrix values) {
    return new Values(values);
  }

  private static void requireShape(Targets targets, HostMatrix mean) {
    if (mean.rows() != targets.samples() || mean.cols() != targets.outputs()) {
      throw new ShapeException(
          "score: predictions must be %d×%d like the targets but are %s"
              .formatted(targets.samples(), targets.outputs(), mean.shape()));
    }
  }

  /**
   * Classes, coded as one-hot rows minus 1/C so that each row sums to zero; the predicted class is
   * the output with the largest mean, the first one of equals.
   */
  final class Labels implements Targets {
    private final int[] labels;
    private final int classes;

    private Labels(int[] labels, int classes) {
      if (classes < 2) {
        throw new IllegalArgumentException("labels need at least 2 classes but have " + classes);
      }
      for (int i = 0; i < labels.length; i++) {
        if (labels[i] < 0 || labels[i] >= classes) {
          throw new IllegalArgumentException(
              "label of sample %d must lie in 0 … %d but is %d"
                  .formatted(i, classes - 1, labels[i]));
        }
      }
      this.labels = labels;
      this.classes = classes;
    }

    @Override
    public long samples() {
      return labels.length;
    }

    @Override
    public long outputs() {
      return classes;
    }

    @Override
    public HostMatrix toMatrix() {
      HostMatrix y = HostMatrix.allocate(DType.FLOAT64, labels.length, classes);
      y.fill(-1.0 / classes);
      for (int i = 0; i < labels.length; i++) {
        y.set(i, labels[i], 1 - 1.0 / classes);
      }
      return y;
    }

    @Override
    public Labels first(int count) {
      return new Labels(
          Arrays.copyOf(labels, Objects.checkIndex(count, labels.length + 1)), classes);
    }

    @Override
    public Score.Accuracy score(HostMatrix mean) {
      requireShape(this, mean);
      int correct = 0;
      for (int i = 0; i < labels.length; i++) {
        correct += largest(mean, i) == labels[i] ? 1 : 0;
      }
      return new Score.Accuracy(correct, labels.length);
    }

    private static int largest(HostMatrix mean, long row) {
      int best = 0;
      for (int c = 1; c < mean.cols(); c++) {
        if (mean.get(row, c) > mean.get(row, best)) {
          best = c;
        }
      }
      return best;
    }
  }

  /** Real numbers. */
  final class Values implements Targets {
    private final HostMatrix values;

    private Values(HostMatrix values) {
      this.values = values;
    }

    @Override
    public long samples() {
      return values.rows();
    }

    @Override
    public long outputs() {
      return values.cols();
    }

    @Override
    public HostMatrix toMatrix() {
      return values.copy(DType.FLOAT64);
    }

    @Override
    public Values first(int count) {
      return new Values(values.rows(0, count));
    }

    @Override
    public Score.Rmse score(HostMatrix mean) {
      requireShape(this, mean);
      double sum = 0;
      for (long i = 0; i < mean.rows(); i++) {
        for (long c = 0; c < mean.cols(); c++) {
          double error = mean.get(i, c) - values.get(i, c);
          sum += error * error;
        }
      }
      return new Score.Rmse(Math.sqrt(sum / mean.rows() / mean.cols()));
    }
  }
}
