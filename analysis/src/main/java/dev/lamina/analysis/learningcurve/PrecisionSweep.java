package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.learningcurve.SimulatedPoint.Mean;
import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.Backend;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.NoiseKey;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * The error against the ridge for kernel matrices in float32 and in float64 (after arXiv
 * 2007.15801). Too little ridge learns the noise of the labels, too much forgets the target; and
 * rounding the entries of K adds a matrix of norm about 2u√N, which a ridge below it does not
 * cover.
 *
 * <p>Only entries are rounded. The system is solved in float64 by eigenvalues, also where rounding
 * has made some of them negative, so that the numbers are those of any exact solver.
 */
public final class PrecisionSweep {
  /** Eigenvectors, and what finding them takes. */
  private static final int SQUARES = 3;

  private final Backend backend;
  private final SphereSimulation.Settings settings;
  private final List<Double> ridges;
  private final SpherePoints points;
  private final Spectrum spectrum;

  /** One draw: an error for each ridge, and the smallest eigenvalue. */
  private record Draw(List<Double> mse, double smallest) {}

  /** Inputs and targets of a draw in float64. */
  private record Samples(HostMatrix x, HostMatrix test, HostMatrix labels, HostMatrix wanted)
      implements AutoCloseable {
    @Override
    public void close() {
      x.close();
      test.close();
      labels.close();
      wanted.close();
    }
  }

  /**
   * Creates a sweep.
   *
   * @param backend what computes
   * @param settings kernel, inputs, targets and label noise; its noise is not used
   * @param ridges what is added to the diagonal, each ≥ 0
   */
  public PrecisionSweep(Backend backend, SphereSimulation.Settings settings, List<Double> ridges) {
    if (settings.draws() < 1) {
      throw new IllegalArgumentException(
          "precision sweep: draws must be ≥ 1 but are " + settings.draws());
    }
    this.backend = backend;
    this.settings = settings;
    this.ridges = List.copyOf(ridges);
    this.points = new SpherePoints(settings.sphere(), settings.target());
    this.spectrum = SphereSpectrum.of(settings.kernel(), settings.sphere()).with(settings.target());
    if (this.ridges.isEmpty() || this.ridges.stream().anyMatch(r -> !(r >= 0))) {
      throw new IllegalArgumentException(
          "precision sweep: ridges must be one or more numbers ≥ 0 but are " + ridges);
    }
  }

  /**
   * Requires that the matrices fit into memory.
   *
   * @param samples sizes N
   * @param budget bytes that may be used
   * @throws IllegalArgumentException if not; it names the largest N that fits
   */
  public void requireMemory(List<Integer> samples, long budget) {
    SampleMemory.require(samples, SQUARES, budget);
  }

  /**
   * Runs all draws; both element types see the same ones.
   *
   * @param samples sizes N, each ≥ 1
   * @param progress hears of every decomposition, counted by N
   * @return for each N, element type and ridge one point, in this order
   */
  public List<PrecisionPoint> run(List<Integer> samples, Progress progress) {
    long steps = samples.stream().mapToLong(n -> 2L * n * settings.draws()).sum();
    progress.begin("ridges in both precisions", Math.max(1, steps));
    List<PrecisionPoint> result = new ArrayList<>();
    for (int n : samples) {
      List<Draw> single = new ArrayList<>();
      List<Draw> twice = new ArrayList<>();
      for (int draw = 0; draw < settings.draws(); draw++) {
        try (Samples drawn = samples(n, NoiseKey.of(settings.seed(), n, draw).key())) {
          single.add(draw(drawn, DType.FLOAT32));
          progress.advance(n);
          twice.add(draw(drawn, DType.FLOAT64));
          progress.advance(n);
        }
      }
      result.addAll(points(n, DType.FLOAT64, twice));
      result.addAll(points(n, DType.FLOAT32, single));
    }
    return result;
  }

  private List<PrecisionPoint> points(int n, DType dtype, List<Draw> draws) {
    List<PrecisionPoint> result = new ArrayList<>();
    for (int r = 0; r < ridges.size(); r++) {
      int ridge = r;
      LearningCurve curve = new LearningCurve(spectrum, ridges.get(r), settings.labelNoise());
      result.add(
          new PrecisionPoint(
              n,
              ridges.get(r),
              dtype,
              Mean.of(draws.stream().mapToDouble(d -> d.mse().get(ridge)).toArray()),
              draws.stream().mapToDouble(Draw::smallest).min().orElseThrow(),
              curve.at(n).selfConsistent().mse()));
    }
    return result;
  }

  private Samples samples(int n, long seed) {
    RandomGenerator random = SpherePoints.random(seed);
    int columns = settings.targets();
    HostMatrix x = points.sample(random, n);
    HostMatrix test = points.sample(random, settings.testPoints());
    HostMatrix labels = HostMatrix.allocate(DType.FLOAT64, n, columns);
    HostMatrix wanted = HostMatrix.allocate(DType.FLOAT64, settings.testPoints(), columns);
    double noise = Math.sqrt(settings.labelNoise());
    for (int c = 0; c < columns; c++) {
      double[][] directions = points.directions(random);
      SpherePoints.fill(labels, c, points.harmonics(x, directions), noise, random);
      SpherePoints.fill(wanted, c, points.harmonics(test, directions), 0, random);
    }
    return new Samples(x, test, labels, wanted);
  }

  private Draw draw(Samples drawn, DType dtype) {
    long n = drawn.x().rows();
    int columns = settings.targets();
    try (HostMatrix x = drawn.x().copy(dtype);
        HostMatrix test = drawn.test().copy(dtype);
        HostMatrix vectors = kernel(x, x);
        HostMatrix cross = kernel(test, x);
        HostMatrix values = HostMatrix.allocate(DType.FLOAT64, n, 1);
        HostMatrix projected = HostMatrix.allocate(DType.FLOAT64, n, columns);
        HostMatrix filtered = HostMatrix.allocate(DType.FLOAT64, n, columns);
        HostMatrix weights = HostMatrix.allocate(DType.FLOAT64, n, columns);
        HostMatrix predicted = HostMatrix.allocate(DType.FLOAT64, test.rows(), columns)) {
      backend.solve().symmetricEigen(vectors, values, true);
      backend.gram().gemm(vectors, false, drawn.labels(), false, 1, 0, projected);
      List<Double> mse = new ArrayList<>();
      for (double ridge : ridges) {
        for (long k = 0; k < n; k++) {
          for (int c = 0; c < columns; c++) {
            filtered.set(k, c, projected.get(k, c) / (values.get(k, 0) + ridge));
          }
        }
        backend.gram().gemm(vectors, true, filtered, false, 1, 0, weights);
        backend.gram().gemm(cross, false, weights, false, 1, 0, predicted);
        mse.add(SpherePoints.meanSquare(predicted, drawn.wanted()));
      }
      return new Draw(mse, values.get(0, 0));
    }
  }

  /** Returns a kernel matrix whose entries have the inputs' type, widened to float64. */
  private HostMatrix kernel(HostMatrix x, HostMatrix z) {
    try (HostMatrix k = HostMatrix.allocate(x.dtype(), x.rows(), z.rows())) {
      backend.gram().compute(settings.kernel(), x, z, k);
      return k.copy(DType.FLOAT64);
    }
  }
}
