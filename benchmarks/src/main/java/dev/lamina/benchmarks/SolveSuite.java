package dev.lamina.benchmarks;

import dev.lamina.backend.Backend;
import dev.lamina.benchmarks.Rounds.Times;
import dev.lamina.benchmarks.Workbench.LibrarySolver;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.ConjugateGradient;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.KernelOperator;
import dev.lamina.ops.Preconditioner;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** Cholesky factors of X Xᵀ/d + I in place, solutions with them, and conjugate gradients. */
final class SolveSuite {
  static final String CHOLESKY = "Cholesky factor";
  private static final String LIBRARY = " by the library";
  private static final String NUMPY = Rounds.by(Rival.numpy.name(), CHOLESKY);
  private static final String SOLVE = "solution from the factor";
  private static final String GRADIENTS = "conjugate gradients, K never stored";
  private static final int SAMPLED = 12;
  private static final int MATRICES = 2;
  private static final double NOISE = 10;
  private static final double TOLERANCE = 1e-4;
  private static final int MOST_ITERATIONS = 100;

  private final Bench bench;
  private final Backend backend;
  private final Workbench device;

  private SolveSuite(Bench bench) {
    this.bench = bench;
    this.backend = bench.backend();
    this.device = bench.workbench();
  }

  static void run(Bench bench) {
    SolveSuite suite = new SolveSuite(bench);
    Optional<AlgebraRival> rival = bench.rivals().algebra();
    try {
      for (DType dtype : bench.precisions(DType.FLOAT64, DType.FLOAT32)) {
        for (int n : bench.sizes().solveRows()) {
          suite.factor(dtype, n, rival);
        }
        suite.gradients(dtype, bench.sizes().solveRows().getFirst());
      }
    } finally {
      rival.ifPresent(AlgebraRival::close);
    }
  }

  private void factor(DType dtype, int wanted, Optional<AlgebraRival> wantedRival) {
    int n = bench.rows(wanted, MATRICES * dtype.bytes());
    boolean room = bench.fitting(n, (MATRICES + AlgebraRival.MATRICES) * dtype.bytes()) == n;
    Optional<AlgebraRival> rival = wantedRival.filter(_ -> room);
    if (rival.isEmpty() && wantedRival.isPresent()) {
      bench.listener().say("NOT RUN: NumPy's factor at N = %,d: memory".formatted(n));
    }
    int t = bench.sizes().vectors();
    Optional<LibrarySolver> library = device.librarySolver();
    try (HostMatrix typed = bench.inputs().first(n).copy(dtype);
        HostMatrix right = Inputs.centred(dtype, n, t, 9);
        DeviceMatrix x = backend.upload(typed);
        DeviceMatrix a = backend.allocate(dtype, n, n);
        DeviceMatrix factor = backend.allocate(dtype, n, n);
        DeviceMatrix b = backend.upload(right);
        DeviceMatrix solution = backend.allocate(dtype, n, t)) {
      backend.gram().rowProducts(x, 1.0 / x.cols(), 0, a);
      backend.gram().addToDiagonal(1, a);
      Rounds rounds = bench.rounds("solve, N = %,d".formatted(n));
      Runnable fresh = () -> device.copy(a, factor);
      Runnable freshRight = () -> device.copy(b, solution);
      // The system is solved with the factor that the work before it leaves.
      rounds.add(CHOLESKY, fresh, () -> backend.solve().cholesky(factor, Jitter.NONE));
      rounds.add(SOLVE, freshRight, () -> backend.solve().solve(factor, solution));
      library.ifPresent(l -> {
        rounds.add(CHOLESKY + LIBRARY, fresh, () -> l.cholesky(factor));
        rounds.add(SOLVE + LIBRARY, freshRight, () -> l.solve(factor, solution));
      });
      int d = bench.inputs().dimension();
      rival.ifPresent(r -> rounds.addRival(NUMPY, () -> r.positive(n, d, dtype), r::cholesky));
      Times times = rounds.run();
      if (times.has(NUMPY)) {
        bench.add(
            factorFigure(times, NUMPY, a)
                .by(Rival.numpy.name())
                .against(times, NUMPY, CHOLESKY, FigureBuilder.LAMINA));
      }
      if (library.isPresent()) {
        report(times, LIBRARY, a, factor, b, solution).forEach(f -> note(f, wanted, n, true));
      }
      device.fill(factor, Double.NaN);
      fresh.run();
      LastRun last = LastRun.of(device, () -> backend.solve().cholesky(factor, Jitter.NONE));
      freshRight.run();
      backend.solve().solve(factor, solution);
      List<FigureBuilder> own = report(times, "", a, factor, b, solution);
      own.getFirst().last(last);
      own.forEach(f -> note(f, wanted, n, false));
    }
  }

  private void note(FigureBuilder figure, int wanted, int n, boolean library) {
    bench.add((library ? figure.by(FigureBuilder.LIBRARY) : figure).note(Bench.reduced(wanted, n)));
  }

  /** Returns the figures of a factor and of a solution, with their errors. */
  private List<FigureBuilder> report(
      Times times,
      String who,
      DeviceMatrix a,
      DeviceMatrix factor,
      DeviceMatrix b,
      DeviceMatrix solution) {
    double n = a.rows();
    double t = b.cols();
    double bytes = a.dtype().bytes();
    return List.of(
        factorFigure(times, CHOLESKY + who, a)
            .against(times, CHOLESKY + who, CHOLESKY + LIBRARY, FigureBuilder.LIBRARY)
            .errors(factorError(a, factor)),
        new FigureBuilder(Suite.SOLVE, SOLVE, a.dtype(), times.spread(SOLVE + who))
            .size("N", a.rows())
            .size("vectors", b.cols())
            .against(times, SOLVE + who, SOLVE + LIBRARY, FigureBuilder.LIBRARY)
            .arithmetic(
                Counts.solution(n, t),
                bench.ceiling(a.dtype()),
                bytes * (Counts.triangle(n) + 2 * n * t),
                bench.ceilings().bandwidth())
            .errors(Errors.ofRandom(residual(a, b, solution))));
  }

  private FigureBuilder factorFigure(Times times, String contender, DeviceMatrix a) {
    double n = a.rows();
    return new FigureBuilder(Suite.SOLVE, CHOLESKY, a.dtype(), times.spread(contender))
        .size("N", a.rows())
        .arithmetic(
            Counts.cholesky(n),
            bench.ceiling(a.dtype()),
            a.dtype().bytes() * 2 * Counts.triangle(n),
            bench.ceilings().bandwidth());
  }

  private void gradients(DType dtype, int wanted) {
    int n = Math.min(wanted, bench.inputs().size());
    Kernel kernel = Kernel.parse("ntk(depth=%d)".formatted(bench.sizes().depth()));
    try (HostMatrix typed = bench.inputs().first(n).copy(dtype);
        HostMatrix right = Inputs.centred(dtype, n, bench.sizes().vectors(), 10);
        DeviceMatrix rows = backend.upload(typed);
        DeviceMatrix b = backend.upload(right);
        DeviceMatrix x = backend.allocate(dtype, n, b.cols())) {
      KernelOperator operator = new KernelOperator(backend.gram(), kernel, rows, NOISE);
      ConjugateGradient settings =
          new ConjugateGradient(TOLERANCE, MOST_ITERATIONS, new Preconditioner.None());
      ConjugateGradient.Result[] result = new ConjugateGradient.Result[1];
      device.resetPeak();
      Times times =
          bench
              .rounds("conjugate gradients, N = %,d".formatted(n))
              .add(
                  GRADIENTS,
                  () -> device.fill(x, 0),
                  () -> result[0] = backend.solve().conjugateGradient(operator, b, x, settings))
              .run();
      int steps = result[0].iterations();
      bench.add(
          new FigureBuilder(Suite.SOLVE, GRADIENTS, dtype, times.spread(GRADIENTS))
              .size("N", n)
              .size("d", rows.cols())
              .size("L", bench.sizes().depth())
              .size("vectors", b.cols())
              .arithmetic(
                  steps
                      * (Counts.gram(n, (double) rows.cols())
                          + Counts.product(n, (double) b.cols(), n)),
                  bench.ceiling(dtype),
                  (double) steps * dtype.bytes() * n * (rows.cols() + 2 * b.cols()),
                  OptionalDouble.empty())
              .peak(device.peakBytes())
              .note(
                  "%d steps to a residual of %.1e%s; operations and bytes are those of a product with K in each"
                      .formatted(
                          steps,
                          result[0].residual(),
                          result[0].converged() ? "" : ", NOT CONVERGED")));
    }
  }

  /** Largest |(L Lᵀ)_ij − a_ij| over sampled entries, relative to √(a_ii a_jj). */
  private Errors factorError(DeviceMatrix a, DeviceMatrix factor) {
    int n = (int) a.rows();
    int[] rows = Inputs.random(7).ints(Math.min(SAMPLED, n), 0, n).toArray();
    double worst = 0;
    try (HostMatrix l = HostMatrix.allocate(a.dtype(), rows.length, n);
        HostMatrix want = HostMatrix.allocate(a.dtype(), rows.length, n)) {
      for (int i = 0; i < rows.length; i++) {
        backend.download(factor.rows(rows[i], rows[i] + 1L), l.rows(i, i + 1L));
        backend.download(a.rows(rows[i], rows[i] + 1L), want.rows(i, i + 1L));
      }
      for (int i = 0; i < rows.length; i++) {
        for (int j = 0; j < rows.length; j++) {
          double sum = 0;
          for (int c = 0; c <= Math.min(rows[i], rows[j]); c++) {
            sum += l.get(i, c) * l.get(j, c);
          }
          double scale = Math.sqrt(want.get(i, rows[i])) * Math.sqrt(want.get(j, rows[j]));
          worst = Math.max(worst, Math.abs(sum - want.get(i, rows[j])) / scale);
        }
      }
    }
    return Errors.ofRandom(worst);
  }

  /** Largest |b − A x| of sampled rows and all columns, relative to Σ |a_ij x_j| + |b_i|. */
  private double residual(DeviceMatrix a, DeviceMatrix b, DeviceMatrix x) {
    int n = (int) a.rows();
    int[] rows = Inputs.random(11).ints(Math.min(SAMPLED, n), 0, n).toArray();
    double worst = 0;
    try (HostMatrix row = HostMatrix.allocate(a.dtype(), 1, n);
        HostMatrix right = HostMatrix.allocate(b.dtype(), n, b.cols());
        HostMatrix got = HostMatrix.allocate(x.dtype(), n, x.cols())) {
      backend.download(b, right);
      backend.download(x, got);
      for (int i : rows) {
        backend.download(a.rows(i, i + 1L), row);
        for (long c = 0; c < x.cols(); c++) {
          double sum = right.get(i, c);
          double scale = Math.abs(sum);
          for (long j = 0; j < n; j++) {
            sum -= row.get(0, j) * got.get(j, c);
            scale += Math.abs(row.get(0, j) * got.get(j, c));
          }
          worst = Math.max(worst, Math.abs(sum) / scale);
        }
      }
    }
    return worst;
  }
}
