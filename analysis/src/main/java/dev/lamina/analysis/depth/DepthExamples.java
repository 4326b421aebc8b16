package dev.lamina.analysis.depth;

import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.study.Fingerprint;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/** Samples with targets for the outputs of a network: one-hot rows for classes. */
final class DepthExamples implements AutoCloseable {
  private final PreparedData data;
  private final boolean classes;
  private final HostMatrix targets;
  private final HostMatrix testTargets;
  private final Part train;
  private final Part test;

  /**
   * Samples that networks are looked at on, in float64.
   *
   * @param x samples in rows
   * @param y their targets
   */
  record Part(RealMatrix x, RealMatrix y) {
    int samples() {
      return x.getRowDimension();
    }
  }

  /**
   * Codes the targets.
   *
   * @param data training and test samples; stay the caller's
   * @param loss what is to be learnt
   * @param samples how many of each are looked at; 0 for all
   * @throws DataException if the loss needs classes and there are none
   */
  DepthExamples(PreparedData data, Loss loss, int samples) {
    this.data = data;
    this.classes = data.train().response() instanceof Response.Classes;
    if (loss == Loss.CROSS_ENTROPY && !classes) {
      throw new DataException(
          "loss = cross-entropy needs classes but the response of %s is numbers; use loss = mse or mean-square"
              .formatted(data.train().name()));
    }
    DType dtype = data.train().x().dtype();
    this.targets = targets(data.train(), dtype);
    this.testTargets = targets(data.test(), dtype);
    this.train = part(data.train(), targets, samples);
    this.test = part(data.test(), testTargets, samples);
  }

  private static HostMatrix targets(DataSet set, DType dtype) {
    return switch (set.response()) {
      case Response.Classes own -> TrainingData.oneHot(own, dtype);
      case Response.Values numbers -> numbers.values().copy(dtype);
    };
  }

  private static Part part(DataSet set, HostMatrix targets, int samples) {
    int n = samples == 0 ? set.samples() : Math.min(samples, set.samples());
    if (n < 2) {
      throw new DataException(
          "%s: there must be at least 2 training and 2 test samples to look at but there are %d"
              .formatted(set.name(), n));
    }
    return new Part(
        MatrixUtils.createRealMatrix(set.x().rows(0, n).toArray()),
        MatrixUtils.createRealMatrix(targets.rows(0, n).toArray()));
  }

  /** Returns whether the targets are classes. */
  boolean classes() {
    return classes;
  }

  Part train() {
    return train;
  }

  Part test() {
    return test;
  }

  int inputs() {
    return Math.toIntExact(data.train().features());
  }

  int outputs() {
    return Math.toIntExact(targets.cols());
  }

  DType dtype() {
    return data.train().x().dtype();
  }

  /** Copies all samples to a device; the caller closes the result. */
  TrainingData upload(Backend backend) {
    return TrainingData.upload(backend, data.train().x(), targets, data.test().x(), testTargets);
  }

  /** Returns a digest of all samples. */
  String fingerprint() {
    return new Fingerprint()
        .add(data.train().x())
        .add(targets)
        .add(data.test().x())
        .add(testTargets)
        .text();
  }

  @Override
  public void close() {
    targets.close();
    testTargets.close();
  }
}
