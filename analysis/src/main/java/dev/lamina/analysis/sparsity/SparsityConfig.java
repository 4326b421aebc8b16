package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.training.Loss;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;

/**
 * What the section {@code sparsity} of a study trains and measures.
 *
 * @param samples training samples, as many of each class; the first ones of numbers
 * @param testSamples test samples, chosen in the same way
 * @param classes names of the classes that are used; empty for all
 * @param teacher a random network that makes the data instead of the study's data set
 * @param cost what the outputs cost; empty for cross-entropy of classes and squared error of
 *     numbers
 * @param lambda ridge λ
 * @param biasStrength β; 0 for no biases
 * @param starts initialisations of which the best counts
 * @param adamSteps steps of Adam before those of L-BFGS
 * @param rate learning rate of Adam
 * @param rounds of L-BFGS followed by projection and rebalancing
 * @param iterations of L-BFGS in each round
 * @param epsilon ε of the Tikhonov form whose forces are shown; 0 for none
 * @param widths widths of all hidden layers for the plateau curve; empty for none
 * @param lambdas ridges for which it is drawn
 * @param plateauSamples training samples of the plateau curve
 * @param depths numbers of weight layers for the study of depths and ridges; empty for none
 * @param depthLambdas ridges of that study
 * @param depthWidth width of its hidden layers
 * @param knownOptima whether networks whose optimum is known are trained as well
 * @param knownStarts initialisations of each of those
 */
public record SparsityConfig(
    int samples,
    int testSamples,
    List<String> classes,
    Optional<Teacher> teacher,
    Optional<Loss> cost,
    double lambda,
    double biasStrength,
    int starts,
    int adamSteps,
    double rate,
    int rounds,
    int iterations,
    double epsilon,
    List<Integer> widths,
    List<Double> lambdas,
    int plateauSamples,
    List<Integer> depths,
    List<Double> depthLambdas,
    int depthWidth,
    boolean knownOptima,
    int knownStarts) {

  /** Copies the lists and checks that they belong together. */
  public SparsityConfig {
    classes = List.copyOf(classes);
    widths = List.copyOf(widths);
    lambdas = List.copyOf(lambdas);
    depths = List.copyOf(depths);
    depthLambdas = List.copyOf(depthLambdas);
    requireAscending("widths", widths);
    requireAscending("depths", depths);
    if (lambdas.isEmpty() || depthLambdas.isEmpty()) {
      throw new IllegalArgumentException(
          "lambdas and depth-lambdas must name at least one ridge but are %s and %s"
              .formatted(lambdas, depthLambdas));
    }
    if (classes.size() == 1 || new HashSet<>(classes).size() < classes.size()) {
      throw new IllegalArgumentException(
          "classes must be at least two different ones, or left out for all, but are " + classes);
    }
    if (teacher.isPresent()
        && (!classes.isEmpty() || cost.equals(Optional.of(Loss.CROSS_ENTROPY)))) {
      throw new IllegalArgumentException(
          "a teacher gives numbers: leave out classes, and cost or set it to mse");
    }
  }

  private static void requireAscending(String key, List<Integer> numbers) {
    for (int i = 1; i < numbers.size(); i++) {
      if (numbers.get(i) <= numbers.get(i - 1)) {
        throw new IllegalArgumentException(key + " must ascend but are " + numbers);
      }
    }
  }

  /**
   * A random relu network whose outputs on Gaussian inputs are to be learnt.
   *
   * @param inputs number of inputs
   * @param hidden widths of its hidden layers
   * @param outputs number of outputs
   */
  public record Teacher(int inputs, List<Integer> hidden, int outputs) {
    /** Copies the widths. */
    public Teacher {
      hidden = List.copyOf(hidden);
    }

    private static Teacher read(ConfigReader block) {
      return new Teacher(
          block.integer("inputs", Bounds.between(1, 10_000), 10),
          block.integers("hidden", Bounds.between(1, 10_000), List.of(10, 10)),
          block.integer("outputs", Bounds.between(1, 1000), 1));
    }
  }

  /**
   * Reads the block {@code sparsity}; what is left out is as in
   *
   * <pre>{@code
   * { samples = 100, test-samples = 1000, classes = [], lambda = 1e-3, starts = 3,
   *   adam-steps = 500, rate = 0.01, rounds = 5, iterations = 200, epsilon = 1e-3,
   *   widths = [], depths = [], known-optima = false, known-starts = 8 }
   * }</pre>
   *
   * with the bias strength 1 for networks with biases and 0 for others, {@code lambdas} and {@code
   * depth-lambdas} the one of {@code lambda}, {@code plateau-samples} that of {@code samples}, and
   * {@code depth-width} that of the first hidden layer.
   *
   * @param config the block
   * @param network the network under study
   * @return the configuration
   * @throws IllegalArgumentException if the network is not one that the covariance form is about
   */
  static SparsityConfig read(ConfigReader config, NetworkConfig network) {
    network.requirePlain("the covariance form of L2-regularised losses");
    if (!DenseShape.isHomogeneous(network.activation())) {
      throw new IllegalArgumentException(
          "the covariance form is for positively homogeneous activations (relu, leakyRelu, abs, identity) but network.activation is %s; leave this section out or change the activation"
              .formatted(network.activation()));
    }
    double lambda = config.number("lambda", Bounds.POSITIVE, 1e-3);
    int samples = config.integer("samples", Bounds.between(2, 100_000), 100);
    Optional<Teacher> teacher =
        config.has("teacher") ? config.section("teacher").read(Teacher::read) : Optional.empty();
    List<Integer> widths = config.integers("widths", Bounds.between(1, 100_000), List.of());
    needs(config, "widths", widths, "lambdas", "plateau-samples");
    List<Integer> depths = config.integers("depths", Bounds.between(2, 100), List.of());
    needs(config, "depths", depths, "depth-lambdas", "depth-width");
    return new SparsityConfig(
        samples,
        config.integer("test-samples", Bounds.between(1, 100_000), 1000),
        config.texts("classes", List.of()),
        teacher,
        cost(config),
        lambda,
        biasStrength(config, network.bias()),
        config.integer("starts", Bounds.between(1, 1000), 3),
        config.integer("adam-steps", Bounds.between(0, 1_000_000), 500),
        config.number("rate", Bounds.POSITIVE, 0.01),
        config.integer("rounds", Bounds.between(1, 10_000), 5),
        config.integer("iterations", Bounds.between(1, 1_000_000), 200),
        config.number("epsilon", Bounds.NOT_NEGATIVE, 1e-3),
        widths,
        config.numbers("lambdas", Bounds.POSITIVE, List.of(lambda)),
        config.integer("plateau-samples", Bounds.between(2, 100_000), samples),
        depths,
        config.numbers("depth-lambdas", Bounds.POSITIVE, List.of(lambda)),
        config.integer("depth-width", Bounds.between(1, 100_000), network.hidden().getFirst()),
        config.flag("known-optima", false),
        config.integer("known-starts", Bounds.between(1, 10_000), 8));
  }

  private static Optional<Loss> cost(ConfigReader config) {
    if (!config.has("cost")) {
      return Optional.empty();
    }
    return Optional.of(config.choice("cost", Loss.words(), Loss.MSE));
  }

  private static double biasStrength(ConfigReader config, boolean biases) {
    double strength = config.number("bias-strength", Bounds.NOT_NEGATIVE, biases ? 1 : 0);
    if (strength > 0 != biases) {
      config.problem(
          "bias-strength",
          biases
              ? "must be > 0 for a network with biases; without them set network.bias = false"
              : "must be 0 for a network without biases; with them set network.bias = true");
    }
    return strength;
  }

  /** Reports keys that say nothing without another. */
  private static void needs(
      ConfigReader config, String key, List<Integer> found, String... others) {
    for (String other : others) {
      if (found.isEmpty() && config.has(other)) {
        config.problem(other, "has no effect without " + key);
      }
    }
  }

  /** Returns the plan of one start. */
  RidgePlan plan(long seed) {
    return new RidgePlan(1, adamSteps, rate, rounds, iterations, 1, seed);
  }
}
