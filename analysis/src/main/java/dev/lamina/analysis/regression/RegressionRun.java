package dev.lamina.analysis.regression;

import dev.lamina.analysis.regression.RegressionResult.DepthFit;
import dev.lamina.analysis.regression.RegressionResult.DepthRow;
import dev.lamina.analysis.regression.RegressionResult.KernelRow;
import dev.lamina.analysis.regression.RegressionResult.NoiseCurve;
import dev.lamina.analysis.regression.RegressionResult.NoiseRow;
import dev.lamina.analysis.regression.RegressionResult.Quality;
import dev.lamina.analysis.regression.RegressionResult.TrainingCurve;
import dev.lamina.analysis.regression.RegressionResult.TrainingRow;
import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import dev.lamina.kernel.NeuralKernels;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.ToDoubleFunction;

/** Computes everything that the kernel regression section of a study shows. */
final class RegressionRun {
  /** The ensemble spread costs an N×N product per time and test sample. */
  private static final long SPREAD_SAMPLES = 1000;

  private final Backend backend;
  private final TrainTest data;
  private final RegressionConfig config;
  private final RegressionSettings settings;
  private final ToDoubleFunction<Kernel> audit;
  private final Progress progress;

  /**
   * Creates a run.
   *
   * @param backend what computes
   * @param data training and test samples
   * @param config what to compute
   * @param precision element types of the exact fits; the spectral parts are float64
   * @param audit returns the largest relative error of a kernel's sampled entries
   * @param progress where to say how far it is
   */
  RegressionRun(
      Backend backend,
      TrainTest data,
      RegressionConfig config,
      Precision precision,
      ToDoubleFunction<Kernel> audit,
      Progress progress) {
    this.backend = backend;
    this.data = data;
    this.config = config;
    this.settings = RegressionSettings.ofNoise(config.noise()).with(precision);
    this.audit = audit;
    this.progress = progress;
  }

  /**
   * Runs.
   *
   * @param network returns the study's network with a number of hidden layers
   */
  RegressionResult run(IntFunction<InfiniteNetwork> network) {
    long n = data.trainX().rows();
    long spectrumSamples = Math.min(n, config.spectrumSamples());
    List<Kernel.Ntk> tangents = tangents();
    long steps = 3L * config.kernels().size() + (long) config.depths().size() + tangents.size();
    progress.begin("kernel regression", steps);
    List<KernelRow> kernels = new ArrayList<>();
    for (Kernel kernel : config.kernels()) {
      kernels.add(fit(kernel));
      progress.advance(2);
    }
    List<DepthRow> depths = config.depths().isEmpty() ? List.of() : depths(network);
    TrainTest part = firstSamples(spectrumSamples);
    List<NoiseCurve> sweeps = new ArrayList<>();
    List<TrainingCurve> trainings = new ArrayList<>();
    for (Kernel kernel : config.kernels()) {
      spectral(kernel, part, sweeps, trainings);
      progress.advance(1);
    }
    return new RegressionResult(
        data.testY().isClassification() ? "accuracy" : "rmse",
        n,
        data.testX().rows(),
        data.trainY().outputs(),
        settings.precision().text(),
        kernels,
        depths,
        spectrumSamples,
        sweeps,
        trainings);
  }

  private List<Kernel.Ntk> tangents() {
    return config.times() == 0
        ? List.of()
        : config.kernels().stream()
            .filter(Kernel.Ntk.class::isInstance)
            .map(Kernel.Ntk.class::cast)
            .toList();
  }

  private KernelRow fit(Kernel kernel) {
    double auditError = audit.applyAsDouble(kernel);
    long start = System.nanoTime();
    try (HostMatrix y = data.trainY().toMatrix();
        GaussianProcess model = GaussianProcess.fit(backend, kernel, data.trainX(), y, settings);
        HostMatrix mean = model.mean(data.testX())) {
      double seconds = (System.nanoTime() - start) * 1e-9;
      return new KernelRow(
          kernel.toString(),
          Quality.of(data.testY().score(mean)),
          Quality.of(model.leaveOneOut().score(data.trainY())),
          model.logMarginalLikelihood(),
          model.jitter(),
          auditError,
          seconds);
    }
  }

  private List<DepthRow> depths(IntFunction<InfiniteNetwork> network) {
    InfiniteNetwork deepest = network.apply(config.depths().getLast());
    NeuralKernels kernels = new NeuralKernels(deepest, config.depths());
    List<DepthRow> rows = new ArrayList<>();
    for (DepthSweep.Point point : DepthSweep.run(backend, kernels, data, settings)) {
      InfiniteNetwork prefix = deepest.prefix(point.depth());
      rows.add(
          new DepthRow(
              point.depth(),
              depthFit(point.nngp(), new Kernel.Nngp(prefix)),
              depthFit(point.ntk(), new Kernel.Ntk(prefix))));
      progress.advance(1);
    }
    return rows;
  }

  private DepthFit depthFit(DepthSweep.Fit fit, Kernel kernel) {
    return new DepthFit(
        Quality.of(fit.score()),
        fit.logMarginalLikelihood(),
        fit.jitter(),
        audit.applyAsDouble(kernel));
  }

  private TrainTest firstSamples(long count) {
    return count == data.trainX().rows()
        ? data
        : new TrainTest(
            data.trainX().rows(0, count),
            data.trainY().first(Math.toIntExact(count)),
            data.testX(),
            data.testY());
  }

  private void spectral(
      Kernel kernel, TrainTest part, List<NoiseCurve> sweeps, List<TrainingCurve> trainings) {
    boolean tangent = kernel instanceof Kernel.Ntk && config.times() > 0;
    double[] noises = config.noiseSweep().levels();
    if (noises.length == 0 && !tangent) {
      return;
    }
    try (HostMatrix y = part.trainY().toMatrix();
        GradientFlow flow = GradientFlow.of(backend, kernel, part.trainX(), y)) {
      if (noises.length > 0) {
        sweeps.add(sweep(flow.spectrum(), part, noises));
      }
      if (tangent) {
        trainings.add(training(flow, (Kernel.Ntk) kernel, part));
        progress.advance(1);
      }
    }
  }

  private static NoiseCurve sweep(KernelSpectrum spectrum, TrainTest part, double[] noises) {
    double[] eigenvalues = spectrum.eigenvalues();
    return new NoiseCurve(
        spectrum.kernel().toString(),
        spectrum.rank(),
        spectrum.smallestComputed(),
        eigenvalues[eigenvalues.length - 1],
        RidgeSweep.run(spectrum, part, noises).stream()
            .map(p ->
                new NoiseRow(
                    p.noise(),
                    Quality.of(p.test()),
                    Quality.of(p.leaveOneOut()),
                    p.logMarginalLikelihood(),
                    p.leaveOneOutLogLikelihood()))
            .toList());
  }

  private TrainingCurve training(GradientFlow flow, Kernel.Ntk kernel, TrainTest part) {
    double[] times = flow.timeGrid(config.times());
    HostMatrix spreadX = part.testX().rows(0, Math.min(SPREAD_SAMPLES, part.testX().rows()));
    List<TrainingRow> rows = new ArrayList<>();
    try (HostMatrix train = flow.trainingMean(times);
        HostMatrix test = flow.mean(part.testX(), times);
        HostMatrix variance = flow.variance(new Kernel.Nngp(kernel.network()), spreadX, times)) {
      for (int s = 0; s < times.length; s++) {
        double sum = 0;
        for (long i = 0; i < variance.rows(); i++) {
          sum += variance.get(i, s);
        }
        rows.add(
            new TrainingRow(
                times[s],
                Quality.of(part.trainY().score(flow.spectrum().columns(train, s))),
                Quality.of(part.testY().score(flow.spectrum().columns(test, s))),
                Math.sqrt(sum / variance.rows())));
      }
    }
    return new TrainingCurve(kernel.toString(), spreadX.rows(), rows);
  }
}
