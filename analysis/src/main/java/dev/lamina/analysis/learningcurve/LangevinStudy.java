package dev.lamina.analysis.learningcurve;

import dev.lamina.Lamina;
import dev.lamina.analysis.learningcurve.LangevinResult.Moments;
import dev.lamina.analysis.learningcurve.LangevinResult.Width;
import dev.lamina.analysis.learningcurve.SimulatedPoint.Mean;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.SharedProgress;
import dev.lamina.analysis.training.SideBySide;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Kernel;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.ops.NoiseKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.random.RandomGenerator;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;

/**
 * Compares finite networks under noisy training with the posterior of the NNGP [published: arXiv
 * 2004.01190; the form for finite steps derived here]. Chains of several widths run side by side.
 */
public final class LangevinStudy {
  private final Lamina lamina;
  private final LangevinSettings settings;
  private final HostMatrix x;
  private final double[] y;

  /** Of the tangent kernel at the training inputs. */
  private final EigenDecompositionSymmetric stiffest;

  /** Moments of one chain. */
  private record Chain(Sums outputs, Sums conditional, Sums stiff) {}

  private LangevinStudy(Lamina lamina, LangevinSettings settings, HostMatrix x, double[] y) {
    this.lamina = lamina;
    this.settings = settings;
    this.x = x;
    this.y = y;
    this.stiffest =
        decompose(lamina, new Kernel.Ntk(settings.infinite()), x.rows(0, settings.samples()));
  }

  /**
   * Runs everything.
   *
   * @param lamina the open backend; networks are float64 if the settings say so, else float32
   * @param settings what is compared
   * @param progress hears of every thousandth part of the work
   * @return both posteriors
   * @throws IllegalArgumentException if the rate is so large that training would diverge
   */
  public static LangevinResult run(Lamina lamina, LangevinSettings settings, Progress progress) {
    RandomGenerator random = SpherePoints.random(settings.seed());
    SpherePoints points = new SpherePoints(settings.sphere(), settings.target());
    int rows = settings.samples() + settings.testPoints();
    try (HostMatrix x = points.sample(random, rows)) {
      double[] y = new double[settings.samples()];
      for (double[] part : points.harmonics(x, points.directions(random))) {
        for (int i = 0; i < y.length; i++) {
          y[i] += part[i];
        }
      }
      return new LangevinStudy(lamina, settings, x, y).run(progress);
    }
  }

  private LangevinResult run(Progress progress) {
    double t = settings.temperature();
    double curvature = stiffest.getEigenvalue(0) + t;
    double largest = 2 / curvature;
    if (settings.rate() >= largest) {
      throw new IllegalArgumentException(
          String.format(
              Locale.ROOT,
              "noisy training: rate must be below 2/(largest eigenvalue of the tangent kernel matrix + temperature) = %.4g but is %s",
              largest,
              settings.rate()));
    }
    KernelPosterior process;
    try (HostMatrix k = kernelMatrix(settings.kernel())) {
      process = KernelPosterior.of(k, y, t);
    }
    List<List<Chain>> chains = chains(progress);
    List<Width> widths = new ArrayList<>();
    for (int w = 0; w < settings.widths().size(); w++) {
      PriorAverage prior = PriorAverage.of(lamina.backend(), settings, w, x, y, progress);
      widths.add(
          new Width(
              settings.widths().get(w),
              moments(chains.get(w).stream().map(Chain::outputs).toList(), process),
              moments(chains.get(w).stream().map(Chain::conditional).toList(), process),
              moments(prior.batches(), process),
              prior.effectiveDraws(),
              Mean.of(
                  chains.get(w).stream()
                      .mapToDouble(c -> c.stiff().variance(0, c.stiff().mean(0)))
                      .toArray())));
    }
    return new LangevinResult(
        Arrays.stream(process.mean()).boxed().toList(),
        Arrays.stream(process.variance()).boxed().toList(),
        largest,
        t * stiffest.getEigenvalue(0) / curvature,
        t * stiffest.getEigenvalue(0) / curvature / (1 - settings.rate() * curvature / 2),
        widths);
  }

  private HostMatrix kernelMatrix(Kernel kernel) {
    HostMatrix k = HostMatrix.allocate(DType.FLOAT64, x.rows(), x.rows());
    lamina.gram().compute(kernel, x, x, k);
    return k;
  }

  /** Decomposes a kernel matrix of the training inputs; the largest eigenvalue comes first. */
  private static EigenDecompositionSymmetric decompose(Lamina lamina, Kernel kernel, HostMatrix x) {
    try (HostMatrix k = HostMatrix.allocate(DType.FLOAT64, x.rows(), x.rows())) {
      lamina.gram().compute(kernel, x, x, k);
      return new EigenDecompositionSymmetric(MatrixUtils.createRealMatrix(k.toArray()));
    }
  }

  /** Runs all chains; the widest networks first, so that the last to end is a short one. */
  private List<List<Chain>> chains(Progress progress) {
    int perWidth = settings.chains();
    int count = settings.widths().size() * perWidth;
    Chain[] done = new Chain[count];
    AtomicInteger next = new AtomicInteger(count);
    long steps = (long) settings.burnIn() + settings.steps();
    SharedProgress shared = new SharedProgress(progress, "noisy training", count * steps);
    SideBySide.share(
        lamina,
        backend -> {
          int i;
          while ((i = next.decrementAndGet()) >= 0) {
            done[i] = chain(backend, i / perWidth, i % perWidth, shared);
          }
        });
    List<List<Chain>> result = new ArrayList<>();
    for (int w = 0; w < settings.widths().size(); w++) {
      result.add(List.of(Arrays.copyOfRange(done, w * perWidth, (w + 1) * perWidth)));
    }
    return result;
  }

  private Chain chain(Backend backend, int width, int number, Progress progress) {
    int reported = 0;
    long seed = NoiseKey.of(settings.seed(), settings.widths().get(width), number).key();
    Sums outputs = new Sums(settings.testPoints());
    Sums conditional = new Sums(settings.testPoints());
    Sums stiff = new Sums(1);
    try (HostMatrix inputs = x.copy(lamina.config().precision());
        LangevinNetwork network =
            new LangevinNetwork(backend, settings, settings.widths().get(width), inputs, y)) {
      network.drawPrior(seed, 0);
      int last = settings.burnIn() + settings.steps();
      for (int step = 1; step <= last; step++) {
        network.step(seed, step);
        if (step > settings.burnIn() && (step - settings.burnIn()) % settings.every() == 0) {
          network.measure();
          add(network, outputs, conditional, stiff);
        }
        if (step % 256 == 0 || step == last) {
          progress.advance(step - reported);
          reported = step;
        }
      }
    }
    return new Chain(outputs, conditional, stiff);
  }

  private void add(LangevinNetwork network, Sums outputs, Sums conditional, Sums stiff) {
    double[] values = new double[settings.testPoints()];
    for (int i = 0; i < values.length; i++) {
      values[i] = network.output(y.length + i);
      if (!Double.isFinite(values[i])) {
        throw new ArithmeticException(
            "noisy training diverged at rate %s; use a smaller rate".formatted(settings.rate()));
      }
    }
    outputs.add(values, new double[values.length], 1);
    KernelPosterior given = KernelPosterior.of(network.kernel(), y, settings.temperature());
    conditional.add(given.mean(), given.variance(), 1);
    double along = 0;
    for (int i = 0; i < y.length; i++) {
      along += stiffest.getEigenvector(0).getEntry(i) * network.output(i);
    }
    stiff.add(new double[] {along}, new double[1], 1);
  }

  /** Returns moments over chains with their errors against the Gaussian process. */
  private Moments moments(List<Sums> chains, KernelPosterior process) {
    if (chains.isEmpty()) {
      Mean none = new Mean(Double.NaN, Double.NaN);
      return new Moments(List.of(), List.of(), none, none);
    }
    List<Double> mean = new ArrayList<>();
    List<Double> variance = new ArrayList<>();
    double[][] errors = new double[2][2];
    Sums total = Sums.total(chains, settings.testPoints());
    for (int i = 0; i < settings.testPoints(); i++) {
      int point = i;
      mean.add(total.mean(i));
      // each chain's spread around the common mean
      variance.add(total.variance(i, total.mean(i)));
      Mean m = Mean.of(chains.stream().mapToDouble(c -> c.mean(point)).toArray());
      Mean v =
          Mean.of(chains.stream().mapToDouble(c -> c.variance(point, mean.getLast())).toArray());
      errors[0][0] += square(mean.getLast() - process.mean()[i]);
      errors[0][1] += square(m.standardError());
      errors[1][0] += square(variance.getLast() - process.variance()[i]);
      errors[1][1] += square(v.standardError());
    }
    return new Moments(mean, variance, root(errors[0]), root(errors[1]));
  }

  private static double square(double value) {
    return value * value;
  }

  private Mean root(double[] squares) {
    return new Mean(
        Math.sqrt(squares[0] / settings.testPoints()),
        Math.sqrt(squares[1] / settings.testPoints()));
  }
}
