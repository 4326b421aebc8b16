package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.sparsity.RidgeSweep.Setting;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Bound;
import dev.lamina.analysis.sparsity.SparsityStudyResult.GramPair;
import dev.lamina.analysis.sparsity.SparsityStudyResult.LayerPlanes;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Point;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Tikhonov;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.DeviceMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalInt;
import java.util.TreeSet;
import java.util.stream.IntStream;
import org.hipparchus.linear.Array2DRowRealMatrix;

/** Computes the section {@code sparsity} of a study. */
final class SparsityStudy {
  /** Samples that an image of a covariance shows at most. */
  private static final int IMAGE = 60;

  /** Samples up to which the optimum of two layers is computed. */
  private static final int EXACT_SAMPLES = 60;

  private static final double GAP = 1e-6;

  private final SparsityConfig config;
  private final StudyContext context;
  private final Jobs jobs;

  SparsityStudy(SparsityConfig config, StudyContext context, Progress progress) {
    this.config = config;
    this.context = context;
    this.jobs = new Jobs(context.lamina(), progress);
  }

  SparsityStudyResult run() {
    try (SparsitySamples samples = samples(config.samples(), "samples")) {
      if (config.plateauSamples() == config.samples()) {
        return run(samples, samples);
      }
      try (SparsitySamples more = samples(config.plateauSamples(), "plateau-samples")) {
        return run(samples, more);
      }
    }
  }

  private SparsitySamples samples(int wanted, String key) {
    return SparsitySamples.of(config, wanted, key, context.data(), context.seed());
  }

  /** Runs all on the samples, but the plateau on others. */
  private SparsityStudyResult run(SparsitySamples samples, SparsitySamples plateau) {
    Backend backend = context.lamina().backend();
    RidgeProblem problem = samples.problem(config.lambda(), config.biasStrength());
    RidgeProblem test = samples.testProblem(config.lambda(), config.biasStrength());
    try (Network fresh =
            context
                .network()
                .plan((int) samples.x().cols(), (int) samples.y().cols())
                .draw(DType.FLOAT64, context.seed());
        RidgeFit fit = best(fresh, problem)) {
      return new SparsityStudyResult(
          samples.name(),
          samples.cost(),
          samples.classes(),
          samples.labels(),
          (int) samples.x().rows(),
          (int) samples.testX().rows(),
          (int) plateau.x().rows(),
          CovarianceForm.measure(backend, fresh, problem),
          CovarianceForm.measure(backend, fit.network(), problem),
          fit.lossesOfStarts(),
          RidgeSweep.test(backend, fit.network(), problem).accuracy(),
          RidgeSweep.test(backend, fit.network(), test),
          grams(backend, fresh, fit.network(), problem),
          tikhonov(fit.network(), problem),
          bounds(plateau),
          plateau(plateau),
          depths(samples),
          config.knownOptima()
              ? new KnownOptima(config.knownStarts(), context.seed()).run(jobs)
              : List.of());
    }
  }

  /** Trains from the fresh network and from random ones; the caller closes the best. */
  private RidgeFit best(Network fresh, RidgeProblem problem) {
    RidgeFit[] fits = new RidgeFit[config.starts()];
    jobs.run(
        "training the network",
        fits.length,
        (own, start) -> {
          RidgePlan plan = config.plan(context.seed() + start);
          try (RidgeTraining training =
              new RidgeTraining(own, problem, DenseShape.of(fresh), true)) {
            fits[start] = start == 0 ? training.from(fresh, plan) : training.best(plan);
          }
        });
    int least = 0;
    for (int i = 1; i < fits.length; i++) {
      least = fits[i].loss() < fits[least].loss() ? i : least;
    }
    for (int i = 0; i < fits.length; i++) {
      if (i != least) {
        fits[i].close();
      }
    }
    RidgeFit best = fits[least];
    List<Double> losses = Arrays.stream(fits).map(RidgeFit::loss).toList();
    return new RidgeFit(best.network(), best.loss(), best.cost(), losses, best.trace());
  }

  private List<GramPair> grams(
      Backend backend, Network fresh, Network trained, RidgeProblem problem) {
    int n = (int) problem.samples();
    int shown = Math.min(n, IMAGE);
    int[] rows = IntStream.range(0, shown).map(i -> (int) ((long) i * n / shown)).toArray();
    List<GramPair> pairs = new ArrayList<>();
    try (Scratch scratch = new Scratch(backend)) {
      List<DeviceMatrix> before = RepresentationLoss.of(backend, fresh, problem, scratch);
      List<DeviceMatrix> after = RepresentationLoss.of(backend, trained, problem, scratch);
      for (int l = 1; l < before.size(); l++) {
        pairs.add(
            new GramPair(
                l,
                Arrays.stream(rows).boxed().toList(),
                gram(scratch.download(before.get(l - 1)), rows),
                gram(scratch.download(after.get(l - 1)), rows)));
      }
    }
    return pairs;
  }

  /** Returns ZᵀZ of some samples, divided by the mean of its diagonal. */
  private static List<List<Double>> gram(double[][] z, int[] samples) {
    double[][] columns =
        Arrays.stream(samples).mapToObj(j -> GateFaces.column(z, j)).toArray(double[][]::new);
    Array2DRowRealMatrix rows = new Array2DRowRealMatrix(columns, false);
    double[][] k = rows.multiplyTransposed(rows).getData();
    double mean = IntStream.range(0, k.length).mapToDouble(i -> k[i][i]).average().orElseThrow();
    double scale = mean > 0 ? 1 / mean : 0;
    return Arrays.stream(k)
        .map(row -> Arrays.stream(row).mapToObj(v -> v * scale).toList())
        .toList();
  }

  private List<Tikhonov> tikhonov(Network trained, RidgeProblem problem) {
    if (config.epsilon() == 0) {
      return List.of();
    }
    RepresentationPlan plan =
        new RepresentationPlan(
            RepresentationPlan.Order.JOINT, config.rounds(), config.iterations(), 1e-12);
    Tikhonov[] found = new Tikhonov[1];
    jobs.run(
        "minimising the Tikhonov form",
        1,
        (own, job) -> {
          try (RepresentationFit fit =
              RepresentationTraining.minimise(own, trained, problem, config.epsilon(), plan)) {
            List<LayerPlanes> planes = new ArrayList<>();
            for (int l = 1; l < fit.z().size(); l++) {
              planes.add(NeuronPlanes.of(fit.z().get(l - 1), fit.forces().get(l - 1)));
            }
            found[job] = new Tikhonov(config.epsilon(), fit.loss(), planes);
          }
        });
    return List.of(found);
  }

  /** Returns what bounds the loss of every width from below. */
  private List<Bound> bounds(SparsitySamples samples) {
    Activation activation = context.network().activation();
    if (samples.cost() != Loss.MSE || config.biasStrength() > 0 || !contracts(activation)) {
      return List.of();
    }
    double[][] x = new Array2DRowRealMatrix(samples.x().toArray(), false).transpose().getData();
    double[][] y = new Array2DRowRealMatrix(samples.y().toArray(), false).transpose().getData();
    int layers = context.network().depth() + 1;
    TreeSet<Double> lambdas = new TreeSet<>(List.of(config.lambda()));
    if (!config.widths().isEmpty()) {
      lambdas.addAll(config.lambdas());
    }
    List<Bound> bounds = new ArrayList<>();
    for (double lambda : lambdas) {
      bounds.add(
          new Bound(
              lambda,
              NuclearBound.of(x, y, layers, lambda),
              "singular values of targets and inputs"));
      if (layers == 2
          && activation.equals(Activation.RELU)
          && x[0].length <= EXACT_SAMPLES
          && DepthTwoOptimum.isCertifiable(x)) {
        DepthTwoOptimum optimum = DepthTwoOptimum.of(x, y, lambda, GAP, context.seed());
        bounds.add(new Bound(lambda, optimum.bound(), "optimum of two layers, any width"));
      }
    }
    return bounds;
  }

  /** Returns whether |σ(z)| ≤ |z|. */
  private static boolean contracts(Activation activation) {
    return Math.abs(activation.value(1)) <= 1 && Math.abs(activation.value(-1)) <= 1;
  }

  private List<Point> plateau(SparsitySamples samples) {
    List<Setting> settings = new ArrayList<>();
    for (double lambda : config.lambdas()) {
      for (int width : config.widths()) {
        settings.add(new Setting(context.network().depth() + 1, width, lambda));
      }
    }
    return config.widths().isEmpty()
        ? List.of()
        : sweep(samples).run(jobs, settings, "training networks of other widths");
  }

  private List<Point> depths(SparsitySamples samples) {
    List<Setting> settings = new ArrayList<>();
    for (double lambda : config.depthLambdas()) {
      for (int layers : config.depths()) {
        settings.add(new Setting(layers, config.depthWidth(), lambda));
      }
    }
    return config.depths().isEmpty()
        ? List.of()
        : sweep(samples).run(jobs, settings, "training networks of other depths");
  }

  private RidgeSweep sweep(SparsitySamples samples) {
    return new RidgeSweep(config, samples, context.network().activation(), context.seed());
  }

  /**
   * Returns the first width from which on the loss stays within a share of that of the widest.
   *
   * @param points of one ridge, widths ascending
   */
  static OptionalInt start(List<Point> points, double share) {
    double last = points.isEmpty() ? 0 : points.getLast().loss();
    return points.stream().filter(p -> p.loss() <= last * (1 + share)).mapToInt(Point::width).min();
  }
}
