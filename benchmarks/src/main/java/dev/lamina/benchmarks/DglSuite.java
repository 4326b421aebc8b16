package dev.lamina.benchmarks;

import dev.lamina.analysis.layerwise.LayerObjective;
import dev.lamina.analysis.layerwise.ObjectiveSettings;
import dev.lamina.backend.Backend;
import dev.lamina.benchmarks.BenchSizes.Layers;
import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.GramOps;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.SolveOps;
import dev.lamina.ops.WideLayer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.random.RandomGenerator;

/**
 * What one step of a deep Gaussian layer-wise loss costs, value and gradient of the evidence form,
 * in turn with the linear algebra that it cannot do without: the Gram matrix of the activations,
 * Cholesky factor, solution for the targets, inverse, and the product that is the gradient.
 *
 * <p>Activations are rectified normal numbers, targets one-hot less 1/C. What a wide layer alone
 * takes, up and back, stands beside. The error is that against the gradient of the reference; a
 * float64 gradient is held against a central difference of the value along a random direction too,
 * and a note says how far they agree.
 */
final class DglSuite implements AutoCloseable {
  static final String STEP = "value and gradient";
  static final String ALGEBRA = "Gram matrix, Cholesky, solution, inverse, product alone";
  private static final String UP = "one wide layer up";
  private static final String BACK = "one wide layer back";
  private static final double NOISE = 0.05;
  private static final double BIAS_VARIANCE = 0.1;

  private final Bench bench;
  private final Backend backend;
  private final DType dtype;
  private final Layers sizes;
  private final List<DeviceMatrix> open = new ArrayList<>();
  private final DeviceMatrix phi;
  private final DeviceMatrix targets;
  private final DeviceMatrix gradient;
  private final DeviceMatrix kernel;
  private final DeviceMatrix work;
  private final DeviceMatrix alpha;

  private DglSuite(Bench bench, DType dtype) {
    this.bench = bench;
    this.backend = bench.backend();
    this.dtype = dtype;
    this.sizes = bench.sizes().layers();
    int n = sizes.samples();
    RandomGenerator random = Inputs.random(1);
    this.phi =
        upload(Inputs.matrix(dtype, n, sizes.width(), () -> Math.max(0, random.nextGaussian())));
    this.targets = upload(targets());
    this.gradient = allocate(n, sizes.width());
    this.kernel = allocate(n, n);
    this.work = allocate(n, n);
    this.alpha = allocate(n, sizes.outputs());
  }

  static void run(Bench bench) {
    for (DType dtype : bench.precisions(DType.FLOAT64, DType.FLOAT32)) {
      try (DglSuite suite = new DglSuite(bench, dtype)) {
        suite.measure();
      }
    }
  }

  private DeviceMatrix allocate(int rows, int cols) {
    open.add(backend.allocate(dtype, rows, cols));
    return open.getLast();
  }

  private DeviceMatrix upload(HostMatrix values) {
    try (values) {
      open.add(backend.upload(values));
      return open.getLast();
    }
  }

  @Override
  public void close() {
    open.forEach(DeviceMatrix::close);
  }

  private HostMatrix targets() {
    HostMatrix y = HostMatrix.allocate(dtype, sizes.samples(), sizes.outputs());
    for (long i = 0; i < y.rows(); i++) {
      for (long c = 0; c < y.cols(); c++) {
        y.set(i, c, (i % y.cols() == c ? 1 : 0) - 1.0 / y.cols());
      }
    }
    return y;
  }

  private void measure() {
    GramOps gram = backend.gram();
    WideLayer layer = new WideLayer(2, BIAS_VARIANCE);
    Runnable fresh = () -> gram.rowProducts(phi, 1.0 / sizes.width(), 0, kernel);
    try (LayerObjective objective = LayerObjective.open(backend, settings())) {
      Times times =
          bench
              .rounds("dgl")
              .add(STEP, () -> objective.evaluate(phi, targets, gradient))
              .add(ALGEBRA, this::algebra)
              .add(UP, fresh, () -> gram.arcCosine(layer, kernel, work))
              .add(BACK, () -> gram.arcCosineAdjoint(layer, kernel, work))
              .run();
      LastRun last =
          LastRun.of(bench.workbench(), () -> objective.evaluate(phi, targets, gradient));
      bench.add(
          algebra(STEP, times)
              .against(times, STEP, ALGEBRA)
              .last(last)
              .errors(Errors.ofRandom(referenceError(objective)))
              .note(
                  "operations are those of the algebra"
                      + (dtype == DType.FLOAT64 ? differenceNote(objective) : "")));
      bench.add(algebra(ALGEBRA, times));
      bench.add(layer(UP, times, 2));
      bench.add(layer(BACK, times, 3));
    }
  }

  private FigureBuilder figure(String name, Times times) {
    return new FigureBuilder(Suite.DGL, name, dtype, times.spread(name))
        .size("N", sizes.samples())
        .size("n", sizes.width())
        .size("layers", sizes.above())
        .size("C", sizes.outputs());
  }

  /** Adds what the algebra needs, from activations and targets to the gradient. */
  private FigureBuilder algebra(String name, Times times) {
    double n = sizes.samples();
    double width = sizes.width();
    return figure(name, times)
        .arithmetic(
            Counts.gram(n, width)
                + Counts.cholesky(n)
                + Counts.solution(n, sizes.outputs())
                + Counts.inverse(n)
                + Counts.product(n, width, n),
            bench.ceiling(dtype),
            dtype.bytes() * n * (2 * width + sizes.outputs()),
            bench.ceilings().bandwidth());
  }

  private FigureBuilder layer(String name, Times times, int matrices) {
    double n = sizes.samples();
    return figure(name, times).moving(matrices * dtype.bytes() * n * n, bandwidth());
  }

  private OptionalDouble bandwidth() {
    return bench.ceilings().bandwidth();
  }

  /** What the value and the gradient need whatever the layers above are. */
  private void algebra() {
    GramOps gram = backend.gram();
    SolveOps solve = backend.solve();
    gram.rowProducts(phi, 1.0 / sizes.width(), 0, work);
    gram.addToDiagonal(NOISE, work);
    solve.cholesky(work, Jitter.NONE);
    backend.layers().add(1, targets, 0, alpha);
    solve.solve(work, alpha);
    solve.inverse(work);
    gram.gemm(work, false, phi, false, 1, 0, gradient);
  }

  private ObjectiveSettings settings() {
    return ObjectiveSettings.evidence(sizes.above(), NOISE).withVariances(1, 2, BIAS_VARIANCE);
  }

  /** Returns the largest difference to the float64 gradient, relative to its largest entry. */
  private double referenceError(LayerObjective objective) {
    objective.evaluate(phi, targets, gradient);
    Backend exact = bench.reference().backend();
    try (HostMatrix got = downloaded(gradient);
        HostMatrix want = HostMatrix.allocate(DType.FLOAT64, got.rows(), got.cols());
        DeviceMatrix exactPhi = exactly(exact, phi);
        DeviceMatrix exactTargets = exactly(exact, targets);
        DeviceMatrix exactGradient = exact.allocate(DType.FLOAT64, got.rows(), got.cols());
        LayerObjective reference = LayerObjective.open(exact, settings())) {
      reference.evaluate(exactPhi, exactTargets, exactGradient);
      exact.download(exactGradient, want);
      double largest = 0;
      double worst = 0;
      for (long i = 0; i < got.rows(); i++) {
        for (long j = 0; j < got.cols(); j++) {
          largest = Math.max(largest, Math.abs(want.get(i, j)));
          worst = Math.max(worst, Math.abs(got.get(i, j) - want.get(i, j)));
        }
      }
      return worst / largest;
    }
  }

  private HostMatrix downloaded(DeviceMatrix m) {
    HostMatrix values = HostMatrix.allocate(m.dtype(), m.rows(), m.cols());
    backend.download(m, values);
    return values;
  }

  /** Uploads the same numbers in float64. */
  private DeviceMatrix exactly(Backend exact, DeviceMatrix m) {
    try (HostMatrix values = downloaded(m);
        HostMatrix wide = values.copy(DType.FLOAT64)) {
      return exact.upload(wide);
    }
  }

  private String differenceNote(LayerObjective objective) {
    return String.format(
        Locale.ROOT, "; a central difference agrees to %.1e", differenceError(objective));
  }

  /** Compares the gradient with the value's change along a random direction. */
  private double differenceError(LayerObjective objective) {
    double h = 1e-5;
    objective.evaluate(phi, targets, gradient);
    double scale = 1 / Math.sqrt(phi.rows() * (double) phi.cols());
    RandomGenerator random = Inputs.random(2);
    try (HostMatrix numbers =
            Inputs.matrix(dtype, phi.rows(), phi.cols(), () -> scale * random.nextGaussian());
        DeviceMatrix direction = backend.upload(numbers)) {
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
}
