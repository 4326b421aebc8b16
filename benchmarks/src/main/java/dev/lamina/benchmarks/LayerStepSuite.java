package dev.lamina.benchmarks;

import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkPlan;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.Schedule;
import dev.lamina.analysis.training.Training;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.analysis.training.TrainingPlan;
import dev.lamina.backend.Backend;
import dev.lamina.benchmarks.BenchSizes.Steps;
import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;
import java.util.random.RandomGenerator;

/**
 * What a training step costs: drawing the batch, forward, loss, backward and an SGD step with
 * momentum, in turn with PyTorch doing the same on as many threads. The ceiling is that of the
 * step's matrix products.
 */
final class LayerStepSuite {
  static final String STEP = "training step of ";

  /** Steps after which the parameters are held against float64. */
  private static final int COMPARED = 2;

  private final Bench bench;
  private final DType dtype;

  private LayerStepSuite(Bench bench, DType dtype) {
    this.bench = bench;
    this.dtype = dtype;
  }

  static void run(Bench bench) {
    DType dtype = bench.precisions(DType.FLOAT32).getFirst();
    Optional<TorchRival> rival = dtype == DType.FLOAT32 ? bench.rivals().torch() : Optional.empty();
    try {
      for (Steps steps : bench.sizes().steps()) {
        new LayerStepSuite(bench, dtype).measure(steps, rival);
      }
    } finally {
      rival.ifPresent(TorchRival::close);
    }
    LayerOperations.run(bench, dtype);
  }

  private void measure(Steps steps, Optional<TorchRival> rival) {
    Backend backend = bench.backend();
    String own = STEP + steps.name();
    String torch = Rounds.by(Rival.torch.name(), own);
    try (TrainingData data = data(backend, dtype, steps, steps.count())) {
      Rounds rounds = bench.rounds("layer-step, " + steps.name());
      rounds.addTimed(
          own,
          () ->
              train(
                  backend,
                  data,
                  dtype,
                  steps,
                  training ->
                      bench
                          .workbench()
                          .milliseconds(() -> {
                            training.run();
                            backend.synchronize();
                          })));
      int threads = backend.device().parallelism();
      rival.ifPresent(r ->
          rounds.addRival(
              torch,
              () -> r.load(steps.widths(), steps.batch(), steps.count(), threads),
              () -> 1e3 * r.run()));
      Times times = rounds.run().dividedBy(steps.count());
      // Twice, because the evaluation after the last step is code that has hardly been compiled.
      int half = steps.count() / 2;
      LastRun fewer = lastRun(data, steps, half);
      LastRun last = lastRun(data, steps, steps.count());
      bench.add(
          figure(own, steps, times)
              .arithmetic(
                  steps.operations(),
                  bench.ceiling(dtype),
                  dtype.bytes() * steps.numbers(),
                  bench.ceilings().bandwidth())
              .errors(Errors.ofRandom(error(steps)))
              .peak(last.peakBytes())
              .note(
                  String.format(
                      Locale.ROOT,
                      "%.1f µs per layer",
                      times.spread(own).median() * 1e3 / steps.layers()))
              .note(last.heapBeyond(fewer, steps.count() - half) + " per step"));
      if (times.has(torch)) {
        bench.add(
            figure(torch, steps, times)
                .by(Rival.torch.name())
                .against(times, torch, own, FigureBuilder.LAMINA)
                .arithmetic(
                    steps.operations(),
                    bench.ceiling(dtype),
                    dtype.bytes() * steps.numbers(),
                    OptionalDouble.empty()));
      }
    }
  }

  private LastRun lastRun(TrainingData data, Steps steps, long count) {
    LastRun[] last = new LastRun[1];
    train(
        bench.backend(),
        data,
        dtype,
        steps,
        count,
        training -> {
          last[0] = LastRun.of(bench.workbench(), training::run);
          return 0;
        });
    return last[0];
  }

  private FigureBuilder figure(String contender, Steps steps, Times times) {
    return new FigureBuilder(Suite.LAYER_STEP, STEP + steps.name(), dtype, times.spread(contender))
        .size("batch", steps.batch())
        .size("layers", steps.layers())
        .size("threads", bench.backend().device().parallelism());
  }

  /** Largest difference of a parameter after a few steps, relative to the largest of its matrix. */
  private double error(Steps steps) {
    Backend reference = bench.reference().backend();
    try (TrainingData mine = data(bench.backend(), dtype, steps, COMPARED);
        TrainingData exact = data(reference, DType.FLOAT64, steps, COMPARED)) {
      return train(
          bench.backend(),
          mine,
          dtype,
          steps,
          measured -> {
            measured.run();
            return train(
                reference,
                exact,
                DType.FLOAT64,
                steps,
                wanted -> {
                  wanted.run();
                  return difference(measured.network(), wanted.network());
                });
          });
    }
  }

  private static double difference(Network got, Network want) {
    double worst = 0;
    for (int l = 0; l < want.layers().size(); l++) {
      List<HostMatrix> mine = got.layers().get(l).matrices();
      List<HostMatrix> exact = want.layers().get(l).matrices();
      for (int m = 0; m < exact.size(); m++) {
        double largest = 0;
        double difference = 0;
        for (long i = 0; i < exact.get(m).rows(); i++) {
          for (long j = 0; j < exact.get(m).cols(); j++) {
            double value = exact.get(m).get(i, j);
            largest = Math.max(largest, Math.abs(value));
            difference = Math.max(difference, Math.abs(mine.get(m).get(i, j) - value));
          }
        }
        worst = Math.max(worst, difference / largest);
      }
    }
    return worst;
  }

  /** Prepares a training for one epoch and hands it over. */
  private static double train(
      Backend backend,
      TrainingData data,
      DType dtype,
      Steps steps,
      ToDoubleFunction<Training> work) {
    return train(backend, data, dtype, steps, Long.MAX_VALUE, work);
  }

  /** Prepares a training for one epoch of no more than so many steps. */
  private static double train(
      Backend backend,
      TrainingData data,
      DType dtype,
      Steps steps,
      long most,
      ToDoubleFunction<Training> work) {
    NetworkPlan plan =
        new NetworkPlan(
            steps.widths(),
            List.of(Activation.RELU),
            new WeightInit.He(),
            true,
            false,
            Residual.NONE);
    try (Network network = plan.draw(dtype, 1);
        Training training =
            new Training(
                backend,
                data,
                network,
                new TrainingPlan(
                    Loss.CROSS_ENTROPY,
                    new Optimiser.Sgd(0.9, false, 0),
                    1e-3,
                    Schedule.CONSTANT,
                    steps.batch(),
                    1,
                    most,
                    Optional.empty(),
                    1),
                Optional.empty(),
                Progress.NONE)) {
      return work.applyAsDouble(training);
    }
  }

  /** Draws examples for so many steps. */
  private static TrainingData data(Backend backend, DType dtype, Steps steps, int count) {
    RandomGenerator random = Inputs.random(1);
    int rows = steps.batch() * count;
    int inputs = steps.widths().getFirst();
    int classes = steps.widths().getLast();
    try (HostMatrix x = Inputs.matrix(dtype, rows, inputs, random::nextFloat);
        HostMatrix y = HostMatrix.allocate(dtype, rows, classes);
        HostMatrix noX = HostMatrix.allocate(dtype, 1, inputs);
        HostMatrix noY = HostMatrix.allocate(dtype, 1, classes)) {
      for (int i = 0; i < rows; i++) {
        y.set(i, random.nextInt(classes), 1);
      }
      noY.set(0, 0, 1);
      return TrainingData.upload(backend, x, y, noX, noY);
    }
  }
}
