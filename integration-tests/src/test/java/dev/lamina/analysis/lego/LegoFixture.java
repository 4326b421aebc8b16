package dev.lamina.analysis.lego;

import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.lego.LegoPlan.LegoLoss;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/** A small task: is the product of the first two of five features positive? */
final class LegoFixture {
  static final LegoLoss LOSS = loss(Form.EVIDENCE, 0.3, 0.1);

  private LegoFixture() {}

  /** A loss with its prior, of all layers above. */
  static LegoLoss loss(Form form, double noise, double biasVariance) {
    LegoObjective objective = new LegoObjective.OfKernel(form);
    return new LegoLoss(
        objective, noise, 2, 2, biasVariance, false, objective.usualPriorWeight(noise), false);
  }

  static Backend cpu(int threads) {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults().withCpuThreads(threads));
  }

  static HostMatrix gaussian(long seed, DType dtype, int rows, int cols) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    HostMatrix m = HostMatrix.allocate(dtype, rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        m.set(i, j, random.nextGaussian());
      }
    }
    return m;
  }

  static HostMatrix signs(HostMatrix x) {
    HostMatrix t = HostMatrix.allocate(x.dtype(), x.rows(), 1);
    for (long i = 0; i < x.rows(); i++) {
      t.set(i, 0, x.get(i, 0) * x.get(i, 1) > 0 ? 1 : -1);
    }
    return t;
  }

  static TrainingData data(Backend backend, DType dtype, int samples, int heldOut) {
    try (HostMatrix x = gaussian(1, dtype, samples, 5);
        HostMatrix y = signs(x);
        HostMatrix heldX = gaussian(2, dtype, heldOut, 5);
        HostMatrix heldY = signs(heldX)) {
      return TrainingData.upload(backend, x, y, heldX, heldY);
    }
  }

  /** The same with one-hot rows minus 1/2. */
  static TrainingData twoColumns(Backend backend, DType dtype, int samples, int heldOut) {
    try (HostMatrix x = gaussian(1, dtype, samples, 5);
        HostMatrix y = oneHot(x);
        HostMatrix heldX = gaussian(2, dtype, heldOut, 5);
        HostMatrix heldY = oneHot(heldX)) {
      return TrainingData.upload(backend, x, y, heldX, heldY);
    }
  }

  private static HostMatrix oneHot(HostMatrix x) {
    try (HostMatrix signs = signs(x)) {
      HostMatrix t = HostMatrix.allocate(x.dtype(), x.rows(), 2);
      for (long i = 0; i < x.rows(); i++) {
        t.set(i, 0, -signs.get(i, 0) / 2);
        t.set(i, 1, signs.get(i, 0) / 2);
      }
      return t;
    }
  }

  static Network network(DType dtype, int... hidden) {
    return new NetworkConfig(
            Arrays.stream(hidden).boxed().toList(), Activation.RELU, new WeightInit.He(), true)
        .plan(5, 2)
        .draw(dtype, 7);
  }

  /** A plan without held-out samples. */
  static LegoPlan plan(LegoLoss loss, int batch, int epochs) {
    return new LegoPlan(
        loss,
        List.of(),
        Optimiser.Adam.USUAL,
        0.02,
        Schedule.CONSTANT,
        batch,
        epochs,
        2,
        0,
        0,
        0,
        5);
  }

  /** What a run left behind. */
  record Outcome(LegoResult result, List<double[][]> parameters) {
    double[][] weights(int layer) {
      return parameters.get(2 * (layer - 1));
    }

    boolean sameBits(Outcome other) {
      return Arrays.deepEquals(parameters.toArray(), other.parameters.toArray());
    }
  }

  static Outcome train(
      Backend backend,
      TrainingData data,
      Network initial,
      LegoPlan plan,
      Optional<Training.Checkpoints> checkpoints,
      Progress progress) {
    try (LegoTraining training =
        new LegoTraining(backend, data, initial, plan, checkpoints, progress)) {
      LegoResult result = training.run();
      return new Outcome(result, parameters(training.network()));
    }
  }

  static List<double[][]> parameters(Network network) {
    return network.layers().stream()
        .flatMap(layer -> layer.matrices().stream())
        .map(HostMatrix::toArray)
        .toList();
  }
}
