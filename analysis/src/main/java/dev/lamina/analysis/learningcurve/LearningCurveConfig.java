package dev.lamina.analysis.learningcurve;

import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import dev.lamina.kernel.Kernel;
import java.util.List;
import java.util.Optional;

/**
 * What the section {@code learningCurve} of a study predicts and measures.
 *
 * @param regression kernel, inputs and targets; its seed is replaced
 * @param samples numbers of training samples, each ≥ 1
 * @param power r, the last power of the cosine that is not counted as noise; empty for all
 * @param ridges the sweep in both precisions, if there is one
 * @param noisyTraining finite networks under noisy training, if there are any; its seed is replaced
 */
public record LearningCurveConfig(
    SphereSimulation.Settings regression,
    List<Integer> samples,
    Optional<Integer> power,
    Optional<Ridges> ridges,
    Optional<LangevinSettings> noisyTraining) {

  private static final Bounds POSITIVE_COUNT = Bounds.atLeast(1);
  private static final String BOTH = "1:0.5,2:0.5";

  /** Copies the list and sorts it. */
  public LearningCurveConfig {
    samples = samples.stream().distinct().sorted().toList();
    if (samples.isEmpty()) {
      throw new IllegalArgumentException("samples must have at least one number");
    }
  }

  /**
   * A sweep over ridges in both precisions.
   *
   * @param regression kernel, inputs, targets and label noise; its noise is not used, its seed is
   *     replaced
   * @param samples numbers of training samples
   * @param values ridges, each ≥ 0
   */
  public record Ridges(
      SphereSimulation.Settings regression, List<Integer> samples, List<Double> values) {
    /** Copies the lists and sorts them. */
    public Ridges {
      samples = samples.stream().distinct().sorted().toList();
      values = values.stream().distinct().sorted().toList();
      if (samples.isEmpty() || values.isEmpty()) {
        throw new IllegalArgumentException(
            "samples and values must have at least one number but are %s and %s"
                .formatted(samples, values));
      }
    }
  }

  /**
   * Reads the block {@code learningCurve}; what is left out is as in
   *
   * <pre>{@code
   * { kernel = "ntk(depth=3, weightVariance=1, biasVariance=1)", dimension = 50, radius = 1,
   *   target = "1:0.5,2:0.5", samples = [100, 300, 1000, 2500], noise = 0, label-noise = 0,
   *   renormalise = auto, draws = 10, targets = 16, test-points = 1000 }
   * }</pre>
   *
   * <p>which is the published example, and the blocks {@code ridges} and {@code noisy-training},
   * which are done if they are there.
   *
   * @param config the block
   * @return the configuration
   */
  static LearningCurveConfig read(ConfigReader config) {
    SphereSimulation.Settings regression =
        regression(
            config,
            "ntk(depth=3, weightVariance=1, biasVariance=1)",
            50,
            BOTH,
            config.number("noise", Bounds.NOT_NEGATIVE, 0),
            0,
            Bounds.atLeast(0),
            10);
    List<Integer> samples =
        config.integers("samples", POSITIVE_COUNT, List.of(100, 300, 1000, 2500));
    return new LearningCurveConfig(
        regression,
        samples,
        power(config, regression.sphere(), samples),
        config.has("ridges")
            ? config.section("ridges").read(LearningCurveConfig::ridges)
            : Optional.empty(),
        config.has("noisy-training")
            ? config.section("noisy-training").read(LearningCurveConfig::noisyTraining)
            : Optional.empty());
  }

  private static SphereSimulation.Settings regression(
      ConfigReader config,
      String kernel,
      int dimension,
      String target,
      double noise,
      double labelNoise,
      Bounds draws,
      int usualDraws) {
    return new SphereSimulation.Settings(
        config.parsed("kernel", Kernel::parse, Kernel.parse(kernel)),
        sphere(config, dimension, "1"),
        config.parsed("target", Target::parse, Target.parse(target)),
        noise,
        config.number("label-noise", Bounds.NOT_NEGATIVE, labelNoise),
        config.integer("draws", draws, usualDraws),
        config.integer("targets", POSITIVE_COUNT, 16),
        config.integer("test-points", POSITIVE_COUNT, 1000),
        0);
  }

  private static Sphere sphere(ConfigReader config, int usualDimension, String usualRadius) {
    int dimension =
        config.integer("dimension", Bounds.between(2, Sphere.MOST_DIMENSIONS), usualDimension);
    return config.parsed(
        "radius", text -> Sphere.parse(dimension, text), Sphere.parse(dimension, usualRadius));
  }

  /** Reads {@code none}, {@code auto}, or a power. */
  private static Optional<Integer> power(
      ConfigReader config, Sphere sphere, List<Integer> samples) {
    int most = samples.stream().mapToInt(n -> n).max().orElse(1);
    Optional<Integer> auto = Optional.of(Renormalised.choose(sphere, most));
    return config.parsed(
        "renormalise",
        text ->
            switch (text) {
              case "none" -> Optional.<Integer>empty();
              case "auto" -> auto;
              default -> Optional.of(Renormalised.power(text));
            },
        auto);
  }

  private static Ridges ridges(ConfigReader config) {
    return new Ridges(
        regression(
            config,
            "nngp(depth=3, weightVariance=2, biasVariance=0.1)",
            3,
            "1:0.5,2:0.4,3:0.1",
            0,
            0.01,
            POSITIVE_COUNT,
            4),
        config.integers("samples", POSITIVE_COUNT, List.of(400, 1600)),
        config.numbers(
            "values",
            Bounds.NOT_NEGATIVE,
            List.of(0.0, 1e-8, 1e-7, 1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0)));
  }

  private static LangevinSettings noisyTraining(ConfigReader config) {
    int steps = config.integer("steps", POSITIVE_COUNT, 20_000);
    return new LangevinSettings(
        sphere(config, 3, "sqrt-d"),
        config.parsed("target", Target::parse, Target.parse(BOTH)),
        config.integer("samples", POSITIVE_COUNT, 10),
        config.integer("test-points", POSITIVE_COUNT, 20),
        config.integer("depth", POSITIVE_COUNT, 1),
        config.number("weightVariance", Bounds.POSITIVE, 2),
        config.number("biasVariance", Bounds.NOT_NEGATIVE, 0.1),
        config.number("temperature", Bounds.POSITIVE, 0.2),
        config.number("rate", Bounds.POSITIVE, 0.02),
        config.integers("widths", POSITIVE_COUNT, List.of(32, 128, 512)),
        config.integer("chains", Bounds.atLeast(2), 4),
        config.integer("burn-in", Bounds.atLeast(0), steps / 10),
        steps,
        config.integer("every", POSITIVE_COUNT, 10),
        config.integer("prior-draws", Bounds.atLeast(0), 20_000),
        0);
  }
}
