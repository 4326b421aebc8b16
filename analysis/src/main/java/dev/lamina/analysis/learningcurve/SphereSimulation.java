package dev.lamina.analysis.learningcurve;

import dev.lamina.analysis.learningcurve.SimulatedPoint.Mean;
import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.Jitter;
import dev.lamina.ops.NoiseKey;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Gaussian-process regression on random samples of a sphere, in float64 through a backend's ops.
 *
 * <p>Each draw has N fresh training inputs and several independent targets, which share the
 * Cholesky factor. The error is measured on fresh test inputs; the projection of the prediction on
 * a harmonic φ of the target is exact, Σ α_i λ φ(x_i), since ∫ k(x, x_i) φ(x) = λ φ(x_i).
 */
public final class SphereSimulation {
  /** The kernel matrix, which becomes its own factor. */
  private static final int SQUARES = 1;

  private final Backend backend;
  private final Settings settings;
  private final Spectrum spectrum;
  private final SpherePoints points;

  /**
   * What is simulated.
   *
   * @param kernel k
   * @param sphere where inputs are drawn
   * @param target what the targets are made of
   * @param noise s2, the ridge; ≥ 0
   * @param labelNoise variance of the noise of the labels, ≥ 0
   * @param draws draws for each N, ≥ 0
   * @param targets independent targets for each draw, ≥ 1
   * @param testPoints test inputs of each draw, ≥ 1
   * @param seed seed of everything random
   */
  public record Settings(
      Kernel kernel,
      Sphere sphere,
      Target target,
      double noise,
      double labelNoise,
      int draws,
      int targets,
      int testPoints,
      long seed) {
    /** Checks the ranges. */
    public Settings {
      if (draws < 0 || targets < 1 || testPoints < 1) {
        throw new IllegalArgumentException(
            "simulation: draws must be ≥ 0, targets and testPoints ≥ 1 but are %d, %d, %d"
                .formatted(draws, targets, testPoints));
      }
      if (!(noise >= 0 && labelNoise >= 0)) {
        throw new IllegalArgumentException(
            "simulation: noise and labelNoise must be ≥ 0 but are %s and %s"
                .formatted(noise, labelNoise));
      }
    }

    /**
     * {@return the same with another seed}
     *
     * @param other the seed
     */
    public Settings withSeed(long other) {
      return new Settings(
          kernel, sphere, target, noise, labelNoise, draws, targets, testPoints, other);
    }
  }

  /** What one draw gave. */
  private record Draw(double mse, List<Double> factors, double jitter) {}

  /**
   * Creates a simulation.
   *
   * @param backend what computes
   * @param settings what is simulated
   */
  public SphereSimulation(Backend backend, Settings settings) {
    this.backend = backend;
    this.settings = settings;
    this.spectrum = SphereSpectrum.of(settings.kernel(), settings.sphere()).with(settings.target());
    this.points = new SpherePoints(settings.sphere(), settings.target());
  }

  /**
   * Requires that the kernel matrices fit into memory.
   *
   * @param samples sizes N
   * @param budget bytes that may be used
   * @throws IllegalArgumentException if not; it names the largest N that fits
   */
  public void requireMemory(List<Integer> samples, long budget) {
    SampleMemory.require(samples, SQUARES, budget);
  }

  /**
   * Runs all draws. Each depends on the seed, on N and on its number alone.
   *
   * @param samples sizes N, each ≥ 1
   * @param progress hears of every draw, counted by N
   * @return one point for each N; none without draws
   */
  public List<SimulatedPoint> run(List<Integer> samples, Progress progress) {
    if (settings.draws() == 0) {
      return List.of();
    }
    long steps = samples.stream().mapToLong(n -> (long) n * settings.draws()).sum();
    progress.begin("regression on the sphere", Math.max(1, steps));
    List<SimulatedPoint> result = new ArrayList<>();
    for (int n : samples) {
      if (n < 1) {
        throw new IllegalArgumentException("simulation: N must be ≥ 1 but is " + n);
      }
      List<Draw> draws = new ArrayList<>();
      for (int draw = 0; draw < settings.draws(); draw++) {
        draws.add(draw(n, NoiseKey.of(settings.seed(), n, draw).key()));
        progress.advance(n);
      }
      result.add(summary(n, draws));
    }
    return result;
  }

  private SimulatedPoint summary(int n, List<Draw> draws) {
    List<SimulatedPoint.Residual> residuals = new ArrayList<>();
    for (int p = 0; p < settings.target().parts().size(); p++) {
      int part = p;
      residuals.add(
          new SimulatedPoint.Residual(
              settings.target().parts().get(p).degree(),
              Mean.of(draws.stream().mapToDouble(d -> d.factors().get(part)).toArray())));
    }
    return new SimulatedPoint(
        n,
        draws.size(),
        Mean.of(draws.stream().mapToDouble(Draw::mse).toArray()),
        residuals,
        draws.stream().mapToDouble(Draw::jitter).max().orElse(0));
  }

  private Draw draw(int n, long seed) {
    RandomGenerator random = SpherePoints.random(seed);
    int columns = settings.targets();
    try (HostMatrix x = points.sample(random, n);
        HostMatrix test = points.sample(random, settings.testPoints());
        HostMatrix weights = HostMatrix.allocate(DType.FLOAT64, n, columns);
        HostMatrix wanted = HostMatrix.allocate(DType.FLOAT64, test.rows(), columns);
        HostMatrix predicted = HostMatrix.allocate(DType.FLOAT64, test.rows(), columns)) {
      double[][][] harmonics = new double[columns][][];
      for (int c = 0; c < columns; c++) {
        double[][] directions = points.directions(random);
        harmonics[c] = points.harmonics(x, directions);
        SpherePoints.fill(weights, c, harmonics[c], Math.sqrt(settings.labelNoise()), random);
        SpherePoints.fill(wanted, c, points.harmonics(test, directions), 0, random);
      }
      double jitter = solve(x, weights);
      backend.gram().multiply(settings.kernel(), test, x, weights, predicted);
      return new Draw(
          SpherePoints.meanSquare(predicted, wanted), factors(weights, harmonics), jitter);
    }
  }

  /** Replaces labels by (K + s2 I)⁻¹ of them and returns the jitter used. */
  private double solve(HostMatrix x, HostMatrix labels) {
    try (HostMatrix k = HostMatrix.allocate(DType.FLOAT64, x.rows(), x.rows())) {
      backend.gram().compute(settings.kernel(), x, x, k);
      for (long i = 0; i < k.rows(); i++) {
        k.set(i, i, k.get(i, i) + settings.noise());
      }
      double jitter = backend.solve().cholesky(k, Jitter.DEFAULT);
      backend.solve().solve(k, labels);
      return jitter;
    }
  }

  /** Returns for each degree the mean over the targets of (g − g*)/g. */
  private List<Double> factors(HostMatrix weights, double[][][] harmonics) {
    List<Double> factors = new ArrayList<>();
    for (int p = 0; p < settings.target().parts().size(); p++) {
      Target.Part part = settings.target().parts().get(p);
      double eigenvalue =
          spectrum.modes().stream()
              .filter(m -> m.degree() == part.degree())
              .mapToDouble(Mode::eigenvalue)
              .findFirst()
              .orElse(0);
      double learnt = 0;
      for (int c = 0; c < harmonics.length; c++) {
        for (int i = 0; i < weights.rows(); i++) {
          learnt += weights.get(i, c) * harmonics[c][p][i];
        }
      }
      // harmonics carry the factor √weight of the target, and so does what they are compared with
      factors.add(1 - eigenvalue * learnt / part.weight() / harmonics.length);
    }
    return factors;
  }
}
