package dev.lamina.benchmarks;

import dev.lamina.analysis.layerwise.LayerObjective;
import dev.lamina.analysis.layerwise.ObjectiveSettings;
import dev.lamina.backend.Backend;
import dev.lamina.backend.DeviceInfo;
import dev.lamina.benchmarks.FcKernelBenchmark.Seconds;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.SolveOps;
import dev.lamina.ops.WideLayer;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.StringJoiner;
import java.util.function.Consumer;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * What one step of a deep Gaussian layer-wise loss costs, value and gradient of the evidence form,
 * in turn with the linear algebra that it cannot do without: the Gram matrix of the activations,
 * Cholesky factor, solution for the targets, inverse, and the product that is the gradient.
 *
 * <p>Activations are rectified normal numbers, targets one-hot less 1/C. What a wide layer alone
 * takes, up and back, stands beside. The gradient is held against a central difference of the value
 * along a random direction.
 */
public final class LayerWiseStepBenchmark {
  private static final double NOISE = 0.05;
  private static final double BIAS_VARIANCE = 0.1;
  private static final long SEED = 1;

  /**
   * What to run.
   *
   * @param rows samples N ≥ C
   * @param width neurons n of the layer, ≥ 1
   * @param layersAbove hidden layers p above it, ≥ 0
   * @param outputs C ≥ 1
   * @param repetitions counted rounds after one warm-up, ≥ 1
   * @param dtype element type
   */
  public record Settings(
      int rows, int width, int layersAbove, int outputs, int repetitions, DType dtype) {

    /** Checks the ranges. */
    public Settings {
      if (outputs < 1 || rows < outputs || width < 1 || layersAbove < 0 || repetitions < 1) {
        throw new IllegalArgumentException(
            "layer-wise benchmark: expected rows ≥ outputs ≥ 1, width ≥ 1, layers above ≥ 0 and rounds ≥ 1, found %d, %d, %d, %d and %d"
                .formatted(rows, outputs, width, layersAbove, repetitions));
      }
    }
  }

  /**
   * What came out.
   *
   * @param settings what was run
   * @param step value and gradient
   * @param algebra Gram matrix, Cholesky factor, solution, inverse and product alone
   * @param up one wide layer on the kernel matrix
   * @param back its adjoint
   * @param overAlgebra step ÷ algebra, round by round
   * @param gradientError |directional derivative − central difference| ÷ |directional derivative|
   * @param peakBytes temporary memory of the backend during a step
   */
  public record Result(
      Settings settings,
      Seconds step,
      Seconds algebra,
      Seconds up,
      Seconds back,
      Ratio overAlgebra,
      double gradientError,
      long peakBytes) {}

  /**
   * A ratio over the rounds.
   *
   * @param median median
   * @param min smallest
   * @param max largest
   */
  public record Ratio(double median, double min, double max) {}

  private final Backend backend;
  private final Settings settings;
  private final DeviceMatrix phi;
  private final DeviceMatrix targets;
  private final DeviceMatrix gradient;
  private final DeviceMatrix kernel;
  private final DeviceMatrix work;
  private final DeviceMatrix alpha;

  private LayerWiseStepBenchmark(Backend backend, Settings settings, Matrices matrices) {
    this.backend = backend;
    this.settings = settings;
    this.phi = matrices.add(activations(settings));
    this.targets = matrices.add(targets(settings));
    this.gradient = matrices.add(settings.rows(), settings.width());
    this.kernel = matrices.add(settings.rows(), settings.rows());
    this.work = matrices.add(settings.rows(), settings.rows());
    this.alpha = matrices.add(settings.rows(), settings.outputs());
  }

  /** Device matrices that are closed together. */
  private record Matrices(Backend backend, DType dtype, List<DeviceMatrix> open)
      implements AutoCloseable {

    DeviceMatrix add(int rows, int cols) {
      open.add(backend.allocate(dtype, rows, cols));
      return open.getLast();
    }

    DeviceMatrix add(HostMatrix values) {
      try (values) {
        open.add(backend.upload(values));
        return open.getLast();
      }
    }

    @Override
    public void close() {
      open.forEach(DeviceMatrix::close);
    }
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
    try (Matrices matrices = new Matrices(backend, settings.dtype(), new ArrayList<>())) {
      return new LayerWiseStepBenchmark(backend, settings, matrices).measure(progress);
    }
  }

  private Result measure(Consumer<String> progress) {
    List<List<Double>> seconds = new ArrayList<>();
    for (int kind = 0; kind < 4; kind++) {
      seconds.add(new ArrayList<>());
    }
    long peak = 0;
    try (LayerObjective objective =
        LayerObjective.open(
            backend,
            ObjectiveSettings.evidence(settings.layersAbove(), NOISE)
                .withVariances(1, 2, BIAS_VARIANCE))) {
      WideLayer layer = new WideLayer(2, BIAS_VARIANCE);
      for (int round = 0; round <= settings.repetitions(); round++) {
        progress.accept(round == 0 ? "warm-up" : "round " + round + "/" + settings.repetitions());
        backend.budget().resetPeak();
        double step = seconds(() -> objective.evaluate(phi, targets, gradient));
        peak = backend.budget().peak();
        double algebra = seconds(this::algebra);
        backend.gram().rowProducts(phi, 1.0 / settings.width(), 0, kernel);
        double up = seconds(() -> backend.gram().arcCosine(layer, kernel, work));
        double back = seconds(() -> backend.gram().arcCosineAdjoint(layer, kernel, work));
        if (round > 0) {
          seconds.get(0).add(step);
          seconds.get(1).add(algebra);
          seconds.get(2).add(up);
          seconds.get(3).add(back);
        }
      }
      return new Result(
          settings,
          Seconds.of(seconds.get(0)),
          Seconds.of(seconds.get(1)),
          Seconds.of(seconds.get(2)),
          Seconds.of(seconds.get(3)),
          ratio(seconds.get(0), seconds.get(1)),
          gradientError(objective),
          peak);
    }
  }

  /** What the value and the gradient need whatever the layers above are. */
  private void algebra() {
    GramOps gram = backend.gram();
    SolveOps solve = backend.solve();
    gram.rowProducts(phi, 1.0 / settings.width(), 0, work);
    gram.addToDiagonal(NOISE, work);
    solve.cholesky(work, Jitter.NONE);
    backend.layers().add(1, targets, 0, alpha);
    solve.solve(work, alpha);
    solve.inverse(work);
    gram.gemm(work, false, phi, false, 1, 0, gradient);
  }

  /** Compares the gradient with the value's change along a random direction. */
  private double gradientError(LayerObjective objective) {
    boolean narrow = settings.dtype() == DType.FLOAT32;
    double h = narrow ? 1e-2 : 1e-5;
    objective.evaluate(phi, targets, gradient);
    double scale = 1 / Math.sqrt(settings.rows() * (double) settings.width());
    try (HostMatrix random = normal(settings, SEED + 1, x -> scale * x);
        DeviceMatrix direction = backend.upload(random)) {
      // The step goes uphill in part, so that the derivative is not lost in rounding.
      double length = Math.sqrt(backend.gram().dot(gradient, gradient));
      backend.layers().add(1 / length, gradient, 1, direction);
      double derivative = backend.gram().dot(gradient, direction);
      backend.layers().add(h, direction, 1, phi);
      double above = objective.evaluate(phi, targets).value();
      backend.layers().add(-2 * h, direction, 1, phi);
      double below = objective.evaluate(phi, targets).value();
      return Math.abs((above - below) / (2 * h) - derivative) / Math.abs(derivative);
    }
  }

  private static HostMatrix activations(Settings settings) {
    return normal(settings, SEED, x -> Math.max(0, x));
  }

  private static HostMatrix normal(Settings settings, long seed, DoubleUnaryOperator map) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    HostMatrix x = HostMatrix.allocate(settings.dtype(), settings.rows(), settings.width());
    for (long i = 0; i < x.rows(); i++) {
      for (long j = 0; j < x.cols(); j++) {
        x.set(i, j, map.applyAsDouble(random.nextGaussian()));
      }
    }
    return x;
  }

  private static HostMatrix targets(Settings settings) {
    HostMatrix y = HostMatrix.allocate(settings.dtype(), settings.rows(), settings.outputs());
    for (long i = 0; i < y.rows(); i++) {
      for (long c = 0; c < y.cols(); c++) {
        y.set(i, c, (i % y.cols() == c ? 1 : 0) - 1.0 / y.cols());
      }
    }
    return y;
  }

  private double seconds(Runnable work) {
    backend.synchronize();
    long start = System.nanoTime();
    work.run();
    backend.synchronize();
    return (System.nanoTime() - start) * 1e-9;
  }

  private static Ratio ratio(List<Double> above, List<Double> below) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < above.size(); i++) {
      ratios.add(above.get(i) / below.get(i));
    }
    Seconds spread = Seconds.of(ratios);
    return new Ratio(spread.median(), spread.min(), spread.max());
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
    Settings s = result.settings();
    StringJoiner lines = new StringJoiner("\n");
    lines.add(
        "One step of the deep Gaussian layer-wise loss: N = %d, n = %d, p = %d, C = %d, %s, %d rounds in turn; %s, %d threads (%s), %s."
            .formatted(
                s.rows(),
                s.width(),
                s.layersAbove(),
                s.outputs(),
                s.dtype().name().toLowerCase(Locale.ROOT),
                s.repetitions(),
                device.name(),
                device.parallelism(),
                device.detail(),
                date));
    lines.add("");
    lines.add("| work | ms | fastest – slowest |");
    lines.add("| --- | --- | --- |");
    lines.add(line("value and gradient", result.step()));
    lines.add(line("Gram matrix, Cholesky, solve, inverse, product alone", result.algebra()));
    lines.add(line("one wide layer up", result.up()));
    lines.add(line("one wide layer back", result.back()));
    lines.add("");
    lines.add(
        String.format(
            Locale.ROOT,
            "Step ÷ linear algebra: %.2f (%.2f – %.2f). Gradient against a central difference: %.1e. Temporary memory: %.0f MB.",
            result.overAlgebra().median(),
            result.overAlgebra().min(),
            result.overAlgebra().max(),
            result.gradientError(),
            result.peakBytes() * 1e-6));
    return lines.toString();
  }

  private static String line(String work, Seconds t) {
    return String.format(
        Locale.ROOT,
        "| %s | %.1f | %.1f – %.1f |",
        work,
        t.median() * 1e3,
        t.min() * 1e3,
        t.max() * 1e3);
  }
}
