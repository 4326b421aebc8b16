package dev.lamina.analysis.degeneracy;

import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import dev.lamina.kernel.Activation;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * What the section {@code degeneracy} of a study computes.
 *
 * @param rules rules to predict with; the exact chain is sampled besides
 * @param conventions layer conventions to show for the configured network
 * @param angle where the angle between the two inputs comes from
 * @param samples networks to sample per prediction
 * @param architectures networks to compare
 * @param experiments experiments to repeat
 * @param activations activations to compare with relu in the configured widths; none for no
 *     comparison
 * @param weightVariance variance of the weights times the fan-in, for these activations
 * @param biasVariance variance of the biases, for these activations
 */
public record DegeneracyConfig(
    List<Rule> rules,
    List<Convention> conventions,
    StartAngle angle,
    int samples,
    List<Architecture> architectures,
    List<Experiment> experiments,
    List<Activation> activations,
    double weightVariance,
    double biasVariance) {

  /** Copies and checks the lists. */
  public DegeneracyConfig {
    rules = rules.stream().filter(rule -> rule != Rule.MONTE_CARLO).distinct().toList();
    conventions = conventions.stream().distinct().toList();
    architectures = List.copyOf(architectures);
    experiments = experiments.stream().distinct().toList();
    activations = activations.stream().distinct().toList();
    if (conventions.isEmpty()) {
      throw new IllegalArgumentException("conventions must name network, authors or both");
    }
  }

  /** Returns relu and the activations to compare it with, or none. */
  List<Activation> comparedActivations() {
    return activations.isEmpty()
        ? List.of()
        : Stream.concat(Stream.of(Activation.RELU), activations.stream()).distinct().toList();
  }

  /** An experiment of the papers that does not depend on the configured network. */
  public enum Experiment {
    /** {@link OneLayerExperiment}. */
    ONE_LAYER("oneLayer"),
    /** {@link AngleEvolution}. */
    EVOLUTION("evolution"),
    /** {@link DecayLaws}. */
    DECAY("decay");

    private final String text;

    Experiment(String text) {
      this.text = text;
    }

    /**
     * Returns the word used in configs.
     *
     * @return the word
     */
    public String text() {
      return text;
    }

    @Override
    public String toString() {
      return text;
    }
  }

  /**
   * Reads the block {@code degeneracy { rules, conventions, angle, samples, architectures,
   * experiments, activations, weightVariance, biasVariance }}; what is left out is as in
   *
   * <pre>{@code
   * { rules = [infinite, paper, digamma, density], conventions = [network], angle = data,
   *   samples = 20000, architectures = ["2x85", "10x100", …], experiments = [oneLayer, evolution, decay],
   *   activations = [], weightVariance = (that of network.init), biasVariance = 0 }
   * }</pre>
   *
   * @param config the block
   * @param network the network under study; must be one of relu layers with at least 2 units each
   * @return the configuration
   */
  static DegeneracyConfig read(ConfigReader config, NetworkConfig network) {
    if (!network.activation().equals(Activation.RELU)) {
      throw new IllegalArgumentException(
          "the angle rules are about relu networks but network.activation is "
              + network.activation());
    }
    network.requirePlain("the angle of two inputs after each layer");
    Convention.checkLayers(network.hidden().stream().mapToInt(Integer::intValue).toArray());
    List<Rule> defaultRules = List.of(Rule.INFINITE, Rule.PAPER, Rule.DIGAMMA, Rule.DENSITY);
    return new DegeneracyConfig(
        config.choices("rules", words(Rule.values(), Rule::text), defaultRules),
        config.choices(
            "conventions",
            words(Convention.values(), Convention::text),
            List.of(Convention.NETWORK)),
        config.parsed("angle", StartAngle::parse, new StartAngle.Measured()),
        config.integer("samples", Bounds.atLeast(2), 20_000),
        config.parsedList(
            "architectures", Architecture::parse, ArchitectureSweep.Config.standardArchitectures()),
        config.choices(
            "experiments",
            words(Experiment.values(), Experiment::text),
            List.of(Experiment.values())),
        config.parsedList("activations", Activation::parse, List.of()),
        config.number("weightVariance", Bounds.POSITIVE, network.weightVariance()),
        config.number("biasVariance", Bounds.NOT_NEGATIVE, network.biasVariance()));
  }

  private static <T> Map<String, T> words(T[] values, Function<T, String> text) {
    return Arrays.stream(values).collect(Collectors.toMap(text, Function.identity()));
  }
}
