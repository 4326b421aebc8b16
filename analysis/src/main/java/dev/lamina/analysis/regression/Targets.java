package dev.lamina.analysis.regression;

import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.Response;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import java.util.stream.IntStream;

/**
 * What is to be predicted, as the regression sees it and as it is scored.
 *
 * <p>Classes are coded as one-hot rows minus 1/C: each row sums to zero, as the outputs of a
 * process with mean zero do on average. One-hot rows themselves would add one number to all outputs
 * of a sample and so predict the same classes. The predicted class is the output with the largest
 * mean, the first one of equals.
 *
 * @param response classes or numbers; borrowed, must stay open
 */
public record Targets(Response response) {

  /** Checks that there is something to tell apart. */
  public Targets {
    if (response instanceof Response.Classes classes && classes.count() < 2) {
      throw new DataException(
          "classification needs at least 2 classes but there is only " + classes.names());
    }
  }

  /**
   * Returns classes.
   *
   * @param labels one per sample, each in 0 … classes − 1
   * @param classes their number C, ≥ 2
   * @return the targets
   * @throws DataException if a label is outside its range
   */
  public static Targets ofLabels(int[] labels, int classes) {
    return new Targets(Response.Classes.numbered(labels, classes));
  }

  /**
   * Returns numbers.
   *
   * @param values N×C; borrowed, must stay open
   * @return the targets
   */
  public static Targets ofValues(HostMatrix values) {
    return new Targets(new Response.Values(values));
  }

  /** {@return the number of samples N} */
  public int samples() {
    return response.samples();
  }

  /** {@return the number of outputs C} */
  public int outputs() {
    return switch (response) {
      case Response.Classes classes -> classes.count();
      case Response.Values numbers -> Math.toIntExact(numbers.values().cols());
    };
  }

  /** {@return whether there are classes} */
  public boolean isClassification() {
    return response instanceof Response.Classes;
  }

  /** {@return the N×C float64 matrix that a regression is fitted to; the caller closes it} */
  public HostMatrix toMatrix() {
    return switch (response) {
      case Response.Classes classes -> centred(classes);
      case Response.Values numbers -> numbers.values().copy(DType.FLOAT64);
    };
  }

  private static HostMatrix centred(Response.Classes classes) {
    double share = 1.0 / classes.count();
    HostMatrix y = HostMatrix.allocate(DType.FLOAT64, classes.samples(), classes.count());
    y.fill(-share);
    for (int i = 0; i < classes.samples(); i++) {
      y.set(i, classes.label(i), 1 - share);
    }
    return y;
  }

  /**
   * Returns the targets of the first samples, borrowed from these.
   *
   * @param count how many, 0 ≤ count ≤ N
   */
  Targets first(int count) {
    return new Targets(
        switch (response) {
          case Response.Classes classes -> classes.select(IntStream.range(0, count).toArray());
          case Response.Values numbers -> new Response.Values(numbers.values().rows(0, count));
        });
  }

  /**
   * Scores predicted means.
   *
   * @param mean N×C
   * @return accuracy for classes, root mean squared error for numbers
   */
  public Score score(HostMatrix mean) {
    if (mean.rows() != samples() || mean.cols() != outputs()) {
      throw new ShapeException(
          "score: predictions must be %d×%d like the targets but are %s"
              .formatted(samples(), outputs(), mean.shape()));
    }
    return switch (response) {
      case Response.Classes classes -> accuracy(classes, mean);
      case Response.Values numbers -> rmse(numbers.values(), mean);
    };
  }

  private static Score accuracy(Response.Classes classes, HostMatrix mean) {
    int correct = 0;
    for (int i = 0; i < classes.samples(); i++) {
      correct += largest(mean, i) == classes.label(i) ? 1 : 0;
    }
    return new Score.Accuracy(correct, classes.samples());
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

  private static Score rmse(HostMatrix values, HostMatrix mean) {
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
