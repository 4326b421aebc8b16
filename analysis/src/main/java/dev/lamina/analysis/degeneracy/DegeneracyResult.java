package dev.lamina.analysis.degeneracy;

import java.util.List;

/**
 * What the section {@code degeneracy} of a study found.
 *
 * @param startAngle angle between the inputs in radians
 * @param measured the measured angles it is the mean of; empty if the angle was given
 * @param networks the configured network, one entry per convention
 * @param sweep architectures side by side, all under the first convention
 * @param laws published and exact small-angle law over widths
 * @param oneLayer experiment E1; empty if not asked for
 * @param evolution experiment E2; empty if not asked for, else one
 * @param decay experiment E3; empty if not asked for, else one
 * @param activations the configured widths with other activations
 */
public record DegeneracyResult(
    double startAngle,
    List<InputAngles> measured,
    List<Network> networks,
    List<ArchitectureSweep.Row> sweep,
    List<SmallAngleLaw> laws,
    List<OneLayerExperiment.Row> oneLayer,
    List<AngleEvolution.Result> evolution,
    List<DecayLaws.Result> decay,
    List<ActivationPath> activations) {

  /** Copies the lists. */
  public DegeneracyResult {
    measured = List.copyOf(measured);
    networks = List.copyOf(networks);
    sweep = List.copyOf(sweep);
    laws = List.copyOf(laws);
    oneLayer = List.copyOf(oneLayer);
    evolution = List.copyOf(evolution);
    decay = List.copyOf(decay);
    activations = List.copyOf(activations);
  }

  /**
   * The configured network under one convention.
   *
   * @param convention which widths count as layers
   * @param widths widths of the counted layers
   * @param paths predictions, one per rule
   * @param sampled statistics of the exact chain behind each counted layer
   * @param collapseProbability probability that some layer merges almost parallel inputs
   */
  public record Network(
      Convention convention,
      List<Integer> widths,
      List<Path> paths,
      List<SampleStatistics> sampled,
      double collapseProbability) {
    /** Copies the lists. */
    public Network {
      widths = List.copyOf(widths);
      paths = List.copyOf(paths);
      sampled = List.copyOf(sampled);
    }
  }

  /**
   * The prediction of one rule.
   *
   * @param rule the rule
   * @param means mean of ln sin&sup2; theta behind each counted layer
   * @param sds its standard deviation; empty where the rule gives none
   */
  public record Path(Rule rule, List<Double> means, List<Double> sds) {
    /** Copies the lists. */
    public Path {
      means = List.copyOf(means);
      sds = List.copyOf(sds);
    }
  }

  /**
   * The configured widths with one activation.
   *
   * @param activation the activation's text
   * @param sampled statistics behind each hidden layer
   */
  public record ActivationPath(String activation, List<SampleStatistics> sampled) {
    /** Copies the list. */
    public ActivationPath {
      sampled = List.copyOf(sampled);
    }
  }
}
