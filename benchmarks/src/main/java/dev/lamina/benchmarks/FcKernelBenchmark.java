package dev.lamina.benchmarks;

import dev.lamina.analysis.audit.AuditReport;
import dev.lamina.analysis.audit.AuditSettings;
import dev.lamina.analysis.audit.KernelAudit;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Consumer;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * NNGP and tangent kernel matrix of a fully connected ReLU network in one pass, against the
 * lower-triangle Gram matrix alone and against the chain of NumPy operations, run in turn.
 *
 * <p>Inputs are random, uniform in [0, 1) like pixels, so that all pairs have positive cosines.
 */
public final class FcKernelBenchmark {

  /**
   * What to run.
   *
   * @param rows N
   * @param dimension d
   * @param depth hidden layers L
   * @param repetitions rounds that are counted, after one that is not
   * @param numpy whether to run the NumPy chain if it is there
   */
  public record Settings(int rows, int dimension, int depth, int repetitions, boolean numpy) {}

  /**
   * Seconds of one piece of work.
   *
   * @param median median of the counted rounds
   * @param min fastest round
   * @param max slowest round
   */
  public record Seconds(double median, double min, double max) {
    static Seconds of(List<Double> rounds) {
      double[] sorted = rounds.stream().mapToDouble(Double::doubleValue).sorted().toArray();
      int n = sorted.length;
      double median = (sorted[(n - 1) / 2] + sorted[n / 2]) / 2;
      return new Seconds(median, sorted[0], sorted[n - 1]);
    }
  }

  /**
   * What came out.
   *
   * @param settings what was run
   * @param gram the lower triangle of X Xᵀ, mirrored
   * @param kernels NNGP and tangent kernel
   * @param numpy the NumPy chain, if it ran
   * @param numpyVersion NumPy and its BLAS
   * @param gramGflops flops of the lower triangle over the median time of {@code gram}
   * @param overGram median over the rounds of kernels/gram
   * @param numpyOverKernels median over the rounds of numpy/kernels
   * @param nanosPerEntry kernel entries computed (lower triangle, both kernels as one), ns each
   * @param audit errors of the tangent kernel against float64
   * @param nngpAudit errors of the NNGP kernel against float64
   * @param numpyDifference largest difference of the two tangent kernels over 256 entries, in the
   *     same unit
   * @param peakBytes temporary memory of the backend
   */
  public record Result(
      Settings settings,
      Seconds gram,
      Seconds kernels,
      Optional<Seconds> numpy,
      Optional<String> numpyVersion,
      double gramGflops,
      double overGram,
      OptionalDouble numpyOverKernels,
      double nanosPerEntry,
      AuditReport audit,
      AuditReport nngpAudit,
      OptionalDouble numpyDifference,
      long peakBytes) {}

  private FcKernelBenchmark() {}

  /**
   * Runs the benchmark.
   *
   * @param backend what computes
   * @param settings what to run
   * @param progress told what is being done, a line each
   */
  public static Result run(Backend backend, Settings settings, Consumer<String> progress) {
    InfiniteNetwork network = InfiniteNetwork.of(settings.depth(), Activation.RELU, 2, 0);
    Optional<NumpyRival> rival = settings.numpy() ? NumpyRival.start() : Optional.empty();
    if (settings.numpy() && rival.isEmpty()) {
      progress.accept("python3 with NumPy was not found: running without the rival");
    }
    try (HostMatrix x = random(settings);
        HostMatrix nngp = square(settings);
        HostMatrix ntk = square(settings)) {
      rival.ifPresent(r -> r.load(x));
      List<Double> gram = new ArrayList<>();
      List<Double> kernels = new ArrayList<>();
      List<Double> numpy = new ArrayList<>();
      NeuralKernels both = NeuralKernels.of(network);
      for (int round = 0; round <= settings.repetitions(); round++) {
        progress.accept(round == 0 ? "warm-up" : "round " + round + "/" + settings.repetitions());
        double g = seconds(() -> backend.gram().rowProducts(x, 1, 0, nngp));
        backend.budget().resetPeak();
        double k = seconds(() -> backend.gram().compute(both, x, x, List.of(nngp), List.of(ntk)));
        OptionalDouble p =
            rival.isPresent()
                ? OptionalDouble.of(rival.get().run(settings.depth()))
                : OptionalDouble.empty();
        if (round > 0) {
          gram.add(g);
          kernels.add(k);
          p.ifPresent(numpy::add);
        }
      }
      long peak = backend.budget().peak();
      progress.accept("audit against float64");
      AuditSettings sample = AuditSettings.of(4096);
      AuditReport nngpAudit =
          KernelAudit.of(backend, new Kernel.Nngp(network), x, x, nngp, Optional.empty(), sample);
      AuditReport ntkAudit =
          KernelAudit.of(backend, new Kernel.Ntk(network), x, x, ntk, Optional.empty(), sample);
      return result(
          settings,
          gram,
          kernels,
          numpy,
          rival,
          ntkAudit,
          nngpAudit,
          numpyDifference(rival, ntk),
          peak);
    } finally {
      rival.ifPresent(NumpyRival::close);
    }
  }

  /** Largest difference of the two tangent kernels over 256 entries, relative to the diagonal. */
  private static OptionalDouble numpyDifference(Optional<NumpyRival> rival, HostMatrix ntk) {
    if (rival.isEmpty()) {
      return OptionalDouble.empty();
    }
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(2);
    double largest = 0;
    for (int sample = 0; sample < 256; sample++) {
      long i = random.nextLong(ntk.rows());
      long j = random.nextLong(ntk.rows());
      double scale = Math.sqrt(ntk.get(i, i) * ntk.get(j, j));
      double difference = Math.abs(rival.get().entry(i, j)[1] - ntk.get(i, j));
      largest = Math.max(largest, difference / scale);
    }
    return OptionalDouble.of(largest);
  }

  private static Result result(
      Settings settings,
      List<Double> gram,
      List<Double> kernels,
      List<Double> numpy,
      Optional<NumpyRival> rival,
      AuditReport ntkAudit,
      AuditReport nngpAudit,
      OptionalDouble numpyDifference,
      long peak) {
    Seconds gramSeconds = Seconds.of(gram);
    Seconds kernelSeconds = Seconds.of(kernels);
    double n = settings.rows();
    double entries = n * (n + 1) / 2;
    return new Result(
        settings,
        gramSeconds,
        kernelSeconds,
        numpy.isEmpty() ? Optional.empty() : Optional.of(Seconds.of(numpy)),
        rival.map(NumpyRival::version),
        2 * entries * settings.dimension() / gramSeconds.median() / 1e9,
        medianRatio(kernels, gram),
        numpy.isEmpty() ? OptionalDouble.empty() : OptionalDouble.of(medianRatio(numpy, kernels)),
        kernelSeconds.median() / entries * 1e9,
        ntkAudit,
        nngpAudit,
        numpyDifference,
        peak);
  }

  private static double medianRatio(List<Double> above, List<Double> below) {
    List<Double> ratios = new ArrayList<>();
    for (int i = 0; i < above.size(); i++) {
      ratios.add(above.get(i) / below.get(i));
    }
    return Seconds.of(ratios).median();
  }

  private static double seconds(Runnable work) {
    long start = System.nanoTime();
    work.run();
    return (System.nanoTime() - start) / 1e9;
  }

  private static HostMatrix random(Settings settings) {
    HostMatrix x = HostMatrix.allocate(DType.FLOAT32, settings.rows(), settings.dimension());
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(1);
    for (int i = 0; i < settings.rows(); i++) {
      for (int j = 0; j < settings.dimension(); j++) {
        x.set(i, j, random.nextFloat());
      }
    }
    return x;
  }

  private static HostMatrix square(Settings settings) {
    return HostMatrix.allocate(DType.FLOAT32, settings.rows(), settings.rows());
  }
}
