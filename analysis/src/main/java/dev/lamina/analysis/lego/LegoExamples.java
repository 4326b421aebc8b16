package dev.lamina.analysis.lego;

import dev.lamina.analysis.data.DataException;
import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.Response;
import dev.lamina.analysis.regression.Score;
import dev.lamina.analysis.regression.Targets;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;

/**
 * Samples with their targets. Read-outs are fitted to one-hot rows minus 1/C; so are the layers,
 * but for two classes, which they see as one column of ±1. Numbers are taken as they are.
 */
final class LegoExamples implements AutoCloseable {
  /** Keeps the choice of held-out samples apart from everything else that the seed decides. */
  private static final long HELD_OUT = 0x6c62272e07bb0142L;

  private final DataSet train;
  private final DataSet test;
  private final Targets trainTargets;
  private final Targets testTargets;
  private final HostMatrix readOutTargets;
  private final HostMatrix layerTargets;

  /**
   * Codes the targets.
   *
   * @param data samples; stay the caller's
   */
  LegoExamples(PreparedData data) {
    this.train = data.train();
    this.test = data.test();
    this.trainTargets = new Targets(train.response());
    this.testTargets = new Targets(test.response());
    this.readOutTargets = trainTargets.toMatrix();
    this.layerTargets = layerTargets(train.response(), readOutTargets, train.x().dtype());
  }

  private static HostMatrix layerTargets(Response response, HostMatrix coded, DType dtype) {
    if (!(response instanceof Response.Classes classes) || classes.count() != 2) {
      return coded.copy(dtype);
    }
    HostMatrix signs = HostMatrix.allocate(dtype, classes.samples(), 1);
    for (int i = 0; i < classes.samples(); i++) {
      signs.set(i, 0, 2 * classes.label(i) - 1);
    }
    return signs;
  }

  DataSet train() {
    return train;
  }

  DataSet test() {
    return test;
  }

  /** Returns N×C float64 for read-outs. */
  HostMatrix readOutTargets() {
    return readOutTargets;
  }

  /** Returns the targets of the layers in the type of the samples. */
  HostMatrix layerTargets() {
    return layerTargets;
  }

  /** Returns the number of outputs of a read-out. */
  int outputs() {
    return trainTargets.outputs();
  }

  /** Scores predictions for the training samples. */
  Score trainScore(HostMatrix mean) {
    return trainTargets.score(mean);
  }

  /** Scores predictions for the test samples. */
  Score testScore(HostMatrix mean) {
    return testTargets.score(mean);
  }

  /**
   * Copies the training samples to a device, a share of them as the test part; the caller closes
   * the result.
   *
   * @param plan says which share, and which samples by its seed
   */
  TrainingData upload(Backend backend, LegoPlan plan) {
    double heldOut = plan.heldOut();
    int n = train.samples();
    int held = (int) Math.round(n * heldOut);
    if (held >= n) {
      throw new IllegalArgumentException(
          "lego: held-out = %s leaves no sample of %d to train on".formatted(heldOut, n));
    }
    int[] order = Training.order(plan.seed() ^ HELD_OUT, 0, n);
    int[] out = Arrays.copyOf(order, held);
    int[] in = Arrays.copyOfRange(order, held, n);
    Arrays.sort(out);
    Arrays.sort(in);
    try (HostMatrix x = rows(train.x(), in);
        HostMatrix targets = targets(plan.loss().objective());
        HostMatrix y = rows(targets, in);
        HostMatrix heldX = rows(train.x(), out);
        HostMatrix heldY = rows(targets, out)) {
      return TrainingData.upload(backend, x, y, heldX, heldY);
    }
  }

  /** Returns targets as an objective wants them; the caller closes them. */
  private HostMatrix targets(LegoObjective objective) {
    return switch (objective) {
      case LegoObjective.OfKernel _ -> layerTargets.copy(layerTargets.dtype());
      case LegoObjective.Softmax _ ->
          switch (train.response()) {
            case Response.Classes _ -> readOutTargets.copy(train.x().dtype());
            case Response.Values _ ->
                throw new DataException(
                    "lego: objective = softmax-readout needs classes; ridge-readout takes numbers");
          };
    };
  }

  /**
   * Copies training and test samples to a device with targets for the outputs of a whole network;
   * the caller closes the result.
   *
   * @param oneHot whether classes are one-hot rows, as the cross-entropy wants them, and not
   *     one-hot minus 1/C
   */
  TrainingData whole(Backend backend, boolean oneHot) {
    DType dtype = train.x().dtype();
    try (HostMatrix y = whole(trainTargets, oneHot, dtype);
        HostMatrix testY = whole(testTargets, oneHot, dtype)) {
      return TrainingData.upload(backend, train.x(), y, test.x(), testY);
    }
  }

  private static HostMatrix whole(Targets targets, boolean oneHot, DType dtype) {
    if (!oneHot) {
      try (HostMatrix coded = targets.toMatrix()) {
        return coded.copy(dtype);
      }
    }
    return switch (targets.response()) {
      case Response.Classes classes -> TrainingData.oneHot(classes, dtype);
      case Response.Values _ ->
          throw new DataException("lego: end-to-end.loss = cross-entropy needs classes; use mse");
    };
  }

  private static HostMatrix rows(HostMatrix from, int[] rows) {
    HostMatrix to = HostMatrix.allocate(from.dtype(), rows.length, from.cols());
    for (int i = 0; i < rows.length; i++) {
      to.rows(i, i + 1L).copyFrom(from.rows(rows[i], rows[i] + 1L));
    }
    return to;
  }

  @Override
  public void close() {
    readOutTargets.close();
    layerTargets.close();
  }
}
