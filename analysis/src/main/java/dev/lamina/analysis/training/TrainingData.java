package dev.lamina.analysis.training;

import dev.lamina.analysis.data.Response;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;

/**
 * Examples and targets on a device. Owns its matrices; several runs on the device may share it.
 *
 * @param x training inputs, N×d, N ≥ 1
 * @param targets training targets, N×C
 * @param testX test inputs, M×d, M ≥ 0
 * @param testTargets test targets, M×C
 */
public record TrainingData(
    DeviceMatrix x, DeviceMatrix targets, DeviceMatrix testX, DeviceMatrix testTargets)
    implements AutoCloseable {

  /**
   * Checks the shapes.
   *
   * @throws ShapeException if they do not fit together
   */
  public TrainingData {
    if (x.rows() < 1
        || x.rows() > Integer.MAX_VALUE
        || x.rows() != targets.rows()
        || testX.rows() != testTargets.rows()
        || x.cols() != testX.cols()
        || targets.cols() != testTargets.cols()) {
      throw new ShapeException(
          "training data: x must be N×d with N ≥ 1, targets N×C, test x M×d, test targets M×C but are %s, %s, %s, %s"
              .formatted(x.shape(), targets.shape(), testX.shape(), testTargets.shape()));
    }
  }

  /**
   * {@return one-hot rows: 1 at the class of a sample and 0 elsewhere; the caller closes it}
   *
   * @param classes N classes of C
   * @param dtype element type
   */
  public static HostMatrix oneHot(Response.Classes classes, DType dtype) {
    HostMatrix rows = HostMatrix.allocate(dtype, classes.samples(), classes.count());
    for (int i = 0; i < classes.samples(); i++) {
      rows.set(i, classes.label(i), 1);
    }
    return rows;
  }

  /**
   * Copies examples to a device; the caller closes the result.
   *
   * @param backend the device
   * @param x N×d
   * @param targets N×C
   * @param testX M×d
   * @param testTargets M×C
   * @return the copies
   */
  public static TrainingData upload(
      Backend backend, HostMatrix x, HostMatrix targets, HostMatrix testX, HostMatrix testTargets) {
    Owned owned = new Owned();
    try {
      return new TrainingData(
          owned.add(backend.upload(x)),
          owned.add(backend.upload(targets)),
          owned.add(backend.upload(testX)),
          owned.add(backend.upload(testTargets)));
    } catch (RuntimeException e) {
      owned.close();
      throw e;
    }
  }

  @Override
  public void close() {
    x.close();
    targets.close();
    testX.close();
    testTargets.close();
  }
}
