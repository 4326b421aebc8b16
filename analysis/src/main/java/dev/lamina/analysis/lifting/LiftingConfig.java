package dev.lamina.analysis.lifting;

import dev.lamina.analysis.embedding.AffineSegment;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import dev.lamina.kernel.Activation;
import java.util.List;

/**
 * What the section {@code lifting} of a study computes.
 *
 * @param activation φ of the shallow network's hidden layer
 * @param inserted φ of the inserted layers, exactly affine somewhere
 * @param width neurons of each hidden layer
 * @param lifts how many layers are inserted, one after another
 * @param samples training samples at most
 * @param gradient Σ |gradient| at which gradient descent is stopped
 * @param rate learning rate of gradient descent
 * @param steps of gradient descent at most
 * @param sd standard deviation of all parameters at the start
 * @param start which random start, from 1: some lead to points where neurons are silent
 * @param lengths lengths of the segments into which a layer is lifted, for the sharpness
 * @param approximate layers that keep outputs only nearly
 */
public record LiftingConfig(
    Activation activation,
    Activation inserted,
    int width,
    int lifts,
    int samples,
    double gradient,
    double rate,
    int steps,
    double sd,
    int start,
    List<Double> lengths,
    Approximate approximate) {

  /**
   * Layers whose activation is a line only nearly.
   *
   * @param inserted φ, anything but exactly affine on the segment
   * @param low where the segment begins
   * @param high where it ends
   */
  public record Approximate(Activation inserted, double low, double high) {
    /** As published: tanh on [−0.01, 0.01]. */
    static final Approximate PUBLISHED = new Approximate(Activation.Smooth.TANH, -0.01, 0.01);

    /** Checks that there is a line. */
    public Approximate {
      if (AffineSegments.on(inserted, low, high).isExact()) {
        throw new IllegalArgumentException(
            "inserted must be a line on [%s, %s] only nearly, such as tanh on [-0.01, 0.01], but %s is one exactly"
                .formatted(low, high, inserted));
      }
    }

    AffineSegment box() {
      return AffineSegments.on(inserted, low, high);
    }

    private static Approximate read(ConfigReader config) {
      List<Double> segment =
          config.numbers("segment", Bounds.ANY, List.of(PUBLISHED.low, PUBLISHED.high));
      if (segment.size() != 2) {
        throw new IllegalArgumentException("segment must be two numbers but is " + segment);
      }
      return new Approximate(
          config.parsed("inserted", Activation::parse, PUBLISHED.inserted),
          segment.get(0),
          segment.get(1));
    }
  }

  /** Copies the list, and checks the activation. */
  public LiftingConfig {
    lengths = lengths.stream().distinct().sorted().toList();
    if (AffineSegments.exact(inserted).isEmpty()) {
      throw new IllegalArgumentException(AffineSegments.advice(inserted));
    }
  }

  /**
   * Reads the block {@code lifting}; what is left out is as in
   *
   * <pre>{@code
   * { activation = sigmoid, inserted = elu, width = 2, lifts = 2, samples = 200, gradient = 1e-4,
   *   rate = 0.01, steps = 200000, sd = 0.5, start = 1, lengths = [0.1, 0.3, 1, 3, 10],
   *   approximate { inserted = tanh, segment = [-0.01, 0.01] } }
   * }</pre>
   *
   * @param config the block
   * @param network the network under study, which has no effect
   * @return the configuration
   */
  static LiftingConfig read(ConfigReader config, NetworkConfig network) {
    Activation usual = new Activation.Elu();
    Activation inserted = config.parsed("inserted", Activation::parse, usual);
    if (AffineSegments.exact(inserted).isEmpty()) {
      config.problem("inserted", AffineSegments.advice(inserted));
      inserted = usual;
    }
    return new LiftingConfig(
        config.parsed("activation", Activation::parse, Activation.Smooth.SIGMOID),
        inserted,
        config.integer("width", Bounds.between(1, 50), 2),
        config.integer("lifts", Bounds.between(1, 5), 2),
        config.integer("samples", Bounds.between(2, 10_000), 200),
        config.number("gradient", Bounds.POSITIVE, 1e-4),
        config.number("rate", Bounds.POSITIVE, 0.01),
        config.integer("steps", Bounds.between(1, 100_000_000), 200_000),
        config.number("sd", Bounds.POSITIVE, 0.5),
        config.integer("start", Bounds.between(1, 1000), 1),
        config.numbers("lengths", Bounds.POSITIVE, List.of(0.1, 0.3, 1.0, 3.0, 10.0)),
        config.section("approximate").read(Approximate::read).orElse(Approximate.PUBLISHED));
  }
}
