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
import dev.lamina.backend.DeviceInfo;
import dev.lamina.benchmarks.FcKernelBenchmark.Seconds;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What a training step costs: drawing the batch, forward, loss, backward and an SGD step with
 * momentum, float32, in turn with PyTorch doing the same on as many threads. Beside it stands the
 * time that the step's matrix products alone take.
 */
public final class TrainingStepBenchmark {
  private static final int CLASSES = 10;

  /**
   * What to run.
   *
   * @param repetitions counted rounds after one warm-up, ≥ 1
   * @param torch whether to run the rival
   * @param scale share of the usual number of steps, for a trial; in (0, 1]
   */
  public record Settings(int repetitions, boolean torch, double scale) {}

  /**
   * A network.
   *
   * @param name for people
   * @param widths inputs, hidden layers, outputs
   * @param batch examples per step
   * @param steps steps per round
   */
  public record Case(String name, List<Integer> widths, int batch, int steps) {

    /** {@return the number of layers with weights} */
    public int layers() {
      return widths.size() - 1;
    }

    /** Returns the flops of the products of a step: forward, to the weights, to the inputs. */
    double flops() {
      double flops = 0;
      for (int l = 0; l < layers(); l++) {
        flops += (l == 0 ? 4.0 : 6.0) * batch * widths.get(l) * widths.get(l + 1);
      }
      return flops;
    }
  }

  /**
   * What a network costs.
   *
   * @param network which
   * @param step seconds per step
   * @param microsPerLayer median time of a step over the number of layers, in µs
   * @param gflops flops of the products over the median time
   * @param torch seconds per step of the rival
   * @param torchOverLamina median over the rounds: above 1 Lamina is faster
   */
  public record Line(
      Case network,
      Seconds step,
      double microsPerLayer,
      double gflops,
      Optional<Seconds> torch,
      OptionalDouble torchOverLamina) {}

  /**
   * What came out.
   *
   * @param settings what was run
   * @param torchVersion the rival, if it ran
   * @param lines one per network
   */
  public record Result(Settings settings, Optional<String> torchVersion, List<Line> lines) {}

  private TrainingStepBenchmark() {}

  private static List<Case> cases(double scale) {
    List<Integer> deep = new ArrayList<>(List.of(784));
    deep.addAll(Collections.nCopies(30, 15));
    deep.add(CLASSES);
    return List.of(
        new Case("784-512-512-10", List.of(784, 512, 512, CLASSES), 128, steps(200, scale)),
        new Case(
            "784-128-128-128-10", List.of(784, 128, 128, 128, CLASSES), 128, steps(400, scale)),
        new Case("784-30×15-10", List.copyOf(deep), 100, steps(600, scale)));
  }

  private static int steps(int usual, double scale) {
    return (int) Math.max(2, Math.round(usual * scale));
  }

  /**
   * Runs the benchmark.
   *
   * @param backend what computes
   * @param settings what to run
   * @param progress told what is being done, a line each
   * @return the figures
   */
  public static Result run(Backend backend, Settings settings, Consumer<String> progress) {
    Optional<TorchRival> rival = settings.torch() ? TorchRival.start() : Optional.empty();
    if (settings.torch() && rival.isEmpty()) {
      progress.accept("python3 with PyTorch was not found: running without the rival");
    }
    try {
      List<Line> lines = new ArrayList<>();
      for (Case c : cases(settings.scale())) {
        progress.accept(c.name());
        lines.add(measure(backend, settings, c, rival));
      }
      return new Result(settings, rival.map(TorchRival::version), lines);
    } finally {
      rival.ifPresent(TorchRival::close);
    }
  }

  private static Line measure(
      Backend backend, Settings settings, Case c, Optional<TorchRival> rival) {
    rival.ifPresent(r -> r.load(c.widths(), c.batch(), c.steps(), backend.device().parallelism()));
    List<Double> own = new ArrayList<>();
    List<Double> torch = new ArrayList<>();
    try (TrainingData data = data(backend, c)) {
      for (int round = 0; round <= settings.repetitions(); round++) {
        double mine = epoch(backend, data, c) / c.steps();
        OptionalDouble theirs =
            rival.map(r -> OptionalDouble.of(r.run() / c.steps())).orElse(OptionalDouble.empty());
        if (round > 0) {
          own.add(mine);
          theirs.ifPresent(torch::add);
        }
      }
    }
    Seconds step = Seconds.of(own);
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < torch.size(); i++) {
      ratios.add(torch.get(i) / own.get(i));
    }
    return new Line(
        c,
        step,
        step.median() / c.layers() * 1e6,
        c.flops() / step.median() / 1e9,
        torch.isEmpty() ? Optional.empty() : Optional.of(Seconds.of(torch)),
        ratios.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(Seconds.of(ratios).median()));
  }

  private static double epoch(Backend backend, TrainingData data, Case c) {
    NetworkPlan plan =
        new NetworkPlan(
            c.widths(), List.of(Activation.RELU), new WeightInit.He(), true, false, Residual.NONE);
    try (Network network = plan.draw(DType.FLOAT32, 1);
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
                    c.batch(),
                    1,
                    Long.MAX_VALUE,
                    Optional.empty(),
                    1),
                Optional.empty(),
                Progress.NONE)) {
      long start = System.nanoTime();
      training.run();
      backend.synchronize();
      return (System.nanoTime() - start) * 1e-9;
    }
  }

  private static TrainingData data(Backend backend, Case c) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    int rows = c.batch() * c.steps();
    int inputs = c.widths().getFirst();
    try (HostMatrix x = HostMatrix.allocate(DType.FLOAT32, rows, inputs);
        HostMatrix y = HostMatrix.allocate(DType.FLOAT32, rows, CLASSES);
        HostMatrix noX = HostMatrix.allocate(DType.FLOAT32, 1, inputs);
        HostMatrix noY = HostMatrix.allocate(DType.FLOAT32, 1, CLASSES)) {
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < inputs; j++) {
          x.set(i, j, random.nextFloat());
        }
        y.set(i, random.nextInt(CLASSES), 1);
      }
      noY.set(0, 0, 1);
      return TrainingData.upload(backend, x, y, noX, noY);
    }
  }

  /**
   * Returns a Markdown table.
   *
   * @param result the figures
   * @param device what they were measured on
   * @param date when
   * @return the table
   */
  public static String markdown(Result result, DeviceInfo device, LocalDate date) {
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        "Training steps (batch, forward, cross-entropy, backward, SGD with momentum), float32, %d rounds in turn; %s, %d threads (%s), %s."
            .formatted(
                result.settings().repetitions(),
                device.name(),
                device.parallelism(),
                device.detail(),
                date));
    result.torchVersion().ifPresent(v -> lines.add("Rival: " + v + ", as many threads."));
    lines.add("");
    lines.add(
        "| network | batch | µs per step | fastest – slowest | µs per layer | products, GFLOP/s | PyTorch µs | PyTorch ÷ Lamina |");
    lines.add("| --- | --- | --- | --- | --- | --- | --- | --- |");
    for (Line line : result.lines()) {
      lines.add(
          String.format(
              Locale.ROOT,
              "| %s | %d | %.0f | %.0f – %.0f | %.1f | %.1f | %s | %s |",
              line.network().name(),
              line.network().batch(),
              line.step().median() * 1e6,
              line.step().min() * 1e6,
              line.step().max() * 1e6,
              line.microsPerLayer(),
              line.gflops(),
              line.torch()
                  .map(t -> String.format(Locale.ROOT, "%.0f", t.median() * 1e6))
                  .orElse(""),
              line.torchOverLamina().isPresent()
                  ? String.format(Locale.ROOT, "%.2f", line.torchOverLamina().getAsDouble())
                  : ""));
    }
    return lines.toString();
  }
}
