package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Point;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Test;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DeviceMatrix;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;

/**
 * Trains networks of several shapes and ridges from several starts, side by side, and keeps the
 * best of each.
 *
 * <p>The least loss cannot rise with the width, because neurons of weight 0 can be added. Beside
 * the random starts each width therefore goes on from the best network of the width before, with
 * weak random neurons added, and if nothing is better that network itself counts, with dead
 * neurons.
 */
final class RidgeSweep {
  /** Standard deviation of the weights of added neurons, beside that of the network's. */
  private static final double WEAK = 0.01;

  private final SparsityConfig config;
  private final SparsitySamples samples;
  private final Activation activation;
  private final long seed;

  /** What is trained: hidden layers of one width. */
  record Setting(int layers, int width, double lambda) {}

  /** A trained network: W_1 to W_L. */
  record Trained(List<double[][]> weights, double loss) {}

  RidgeSweep(SparsityConfig config, SparsitySamples samples, Activation activation, long seed) {
    this.config = config;
    this.samples = samples;
    this.activation = activation;
    this.seed = seed;
  }

  /** Trains all and returns the best of each, in the order of the settings. */
  List<Point> run(Jobs jobs, List<Setting> settings, String task) {
    int starts = config.starts();
    Trained[] random = new Trained[settings.size() * starts];
    jobs.run(
        task,
        random.length,
        (backend, job) ->
            random[job] = start(backend, settings.get(job / starts), seed + job % starts));
    Map<String, List<Integer>> chains = new LinkedHashMap<>();
    for (int i = 0; i < settings.size(); i++) {
      Setting s = settings.get(i);
      chains.computeIfAbsent(s.layers() + " " + s.lambda(), key -> new ArrayList<>()).add(i);
    }
    Point[] points = new Point[settings.size()];
    List<List<Integer>> lists = List.copyOf(chains.values());
    jobs.run(
        task + ", each from the one before",
        lists.size(),
        (backend, c) -> chain(backend, settings, lists.get(c), random, points));
    return List.of(points);
  }

  private DenseShape shape(Setting setting) {
    List<Integer> widths = new ArrayList<>(List.of(Math.toIntExact(samples.x().cols())));
    widths.addAll(Collections.nCopies(setting.layers() - 1, setting.width()));
    widths.add(Math.toIntExact(samples.y().cols()));
    return DenseShape.of(widths, activation);
  }

  private Trained start(Backend backend, Setting setting, long start) {
    try (RidgeTraining training =
            new RidgeTraining(backend, problem(setting), shape(setting), true);
        RidgeFit fit = training.best(config.plan(start))) {
      return trained(fit);
    }
  }

  private RidgeProblem problem(Setting setting) {
    return samples.problem(setting.lambda(), config.biasStrength());
  }

  private Trained trained(RidgeFit fit) {
    return new Trained(Weights.of(fit.network(), config.biasStrength()), fit.loss());
  }

  /** Goes through the widths of one ridge and number of layers. */
  private void chain(
      Backend backend, List<Setting> settings, List<Integer> chain, Trained[] random, Point[] out) {
    Trained narrower = null;
    for (int i : chain) {
      Setting setting = settings.get(i);
      List<Double> losses = new ArrayList<>();
      Trained best = null;
      for (int start = 0; start < config.starts(); start++) {
        Trained other = random[i * config.starts() + start];
        losses.add(other.loss());
        best = best == null || other.loss() < best.loss() ? other : best;
      }
      boolean wider = false;
      if (narrower != null) {
        Trained grown = grown(backend, setting, narrower);
        losses.add(grown.loss());
        if (grown.loss() < best.loss()) {
          best = grown;
          wider = true;
        }
      }
      out[i] = point(backend, setting, best, losses, wider);
      narrower = best;
    }
  }

  /**
   * Goes on from a narrower network with weak neurons added; with dead ones if that is no worse.
   */
  private Trained grown(Backend backend, Setting setting, Trained narrower) {
    DenseShape shape = shape(setting);
    RidgePlan plan =
        new RidgePlan(1, 0, config.rate(), config.rounds(), config.iterations(), 1, seed);
    try (Network weak = padded(narrower, shape, WEAK);
        RidgeTraining training = new RidgeTraining(backend, problem(setting), shape, true);
        RidgeFit fit = training.from(weak, plan)) {
      if (fit.loss() < narrower.loss()) {
        return trained(fit);
      }
    }
    try (Network dead = padded(narrower, shape, 0)) {
      return new Trained(Weights.of(dead, config.biasStrength()), narrower.loss());
    }
  }

  private Network padded(Trained narrower, DenseShape shape, double share) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int constant = config.biasStrength() > 0 ? 1 : 0;
    List<double[][]> weights = new ArrayList<>();
    for (int l = 1; l <= shape.depth(); l++) {
      double[][] old = narrower.weights().get(l - 1);
      double scale = share * Math.sqrt(Weights.squaredNorm(old) / (old.length * old[0].length));
      int inputs = old[0].length - constant;
      double[][] w = new double[shape.width(l)][shape.width(l - 1) + constant];
      for (int i = 0; i < w.length; i++) {
        for (int j = 0; j < w[i].length; j++) {
          boolean bias = j == w[i].length - constant;
          w[i][j] =
              i < old.length && (bias || j < inputs)
                  ? old[i][bias ? inputs : j]
                  : scale * random.nextGaussian();
        }
      }
      weights.add(w);
    }
    return Weights.network(weights, shape.activations(), config.biasStrength());
  }

  private Point point(
      Backend backend, Setting setting, Trained best, List<Double> losses, boolean wider) {
    DenseShape shape = shape(setting);
    try (Network network =
        Weights.network(best.weights(), shape.activations(), config.biasStrength())) {
      CovarianceResult result = CovarianceForm.measure(backend, network, problem(setting));
      List<LayerCovariance> hidden = result.layers().subList(0, shape.depth() - 1);
      return new Point(
          setting.layers(),
          setting.width(),
          setting.lambda(),
          best.loss(),
          result.cost(),
          test(backend, network, samples.testProblem(setting.lambda(), config.biasStrength())),
          hidden.stream().map(LayerCovariance::effectiveNeurons).toList(),
          hidden.stream().map(LayerCovariance::effectiveNeuronsCoarse).toList(),
          hidden.stream().map(LayerCovariance::rankK).toList(),
          losses,
          wider);
    }
  }

  /** Returns cost and accuracy of a network on a problem's samples. */
  static Test test(Backend backend, Network network, RidgeProblem problem) {
    DenseShape shape = DenseShape.of(network);
    try (RidgeLoss loss = new RidgeLoss(backend, problem, shape);
        Scratch scratch = new Scratch(backend)) {
      List<DeviceMatrix> w =
          Weights.of(network, problem.biasStrength()).stream().map(scratch::upload).toList();
      loss.evaluate(w);
      double accuracy = Double.NaN;
      if (problem.loss() == Loss.CROSS_ENTROPY || isOneHot(problem)) {
        accuracy = accuracy(scratch.download(loss.z(shape.depth())), problem);
      }
      return new Test(loss.cost(), accuracy);
    }
  }

  private static boolean isOneHot(RidgeProblem problem) {
    for (long i = 0; i < problem.samples(); i++) {
      double sum = 0;
      for (long c = 0; c < problem.y().cols(); c++) {
        double v = problem.y().get(i, c);
        if (v != 0 && v != 1) {
          return false;
        }
        sum += v;
      }
      if (sum != 1) {
        return false;
      }
    }
    return problem.y().cols() > 1;
  }

  private static double accuracy(double[][] outputs, RidgeProblem problem) {
    int right = 0;
    for (int i = 0; i < problem.samples(); i++) {
      int best = 0;
      for (int c = 1; c < outputs.length; c++) {
        best = outputs[c][i] > outputs[best][i] ? c : best;
      }
      right += problem.y().get(i, best) == 1 ? 1 : 0;
    }
    return (double) right / problem.samples();
  }
}
