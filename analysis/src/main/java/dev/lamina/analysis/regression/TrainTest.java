package dev.lamina.analysis.regression;

import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;

/**
 * Samples to learn from and samples to judge by. Borrows the matrices.
 *
 * @param trainX N×d
 * @param trainY targets of the N training samples
 * @param testX M×d
 * @param testY targets of the M test samples
 */
public record TrainTest(HostMatrix trainX, Targets trainY, HostMatrix testX, Targets testY) {

  /** Checks the shapes. */
  public TrainTest {
    if (trainX.rows() != trainY.samples()
        || testX.rows() != testY.samples()
        || trainX.cols() != testX.cols()
        || trainY.outputs() != testY.outputs()) {
      throw new ShapeException(
          ("training and test samples must agree: training x %s with %d targets of %d outputs,"
                  + " test x %s with %d targets of %d outputs")
              .formatted(
                  trainX.shape(),
                  trainY.samples(),
                  trainY.outputs(),
                  testX.shape(),
                  testY.samples(),
                  testY.outputs()));
    }
  }
}
