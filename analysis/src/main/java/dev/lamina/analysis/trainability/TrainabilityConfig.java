package dev.lamina.analysis.trainability;

import dev.lamina.analysis.degeneracy.Architecture;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.List;
import java.util.stream.Stream;

/**
 * What the section {@code trainability} of a study trains.
 *
 * @param architectures hidden widths of the networks, at least three, all different
 * @param runs initialisations of each, ≥ 2
 * @param epochs passes over the training data, ≥ 1
 * @param batch examples per step, ≥ 1
 * @param rate learning rate of Adam, positive
 * @param pairs pairs of test inputs whose angles are followed through each network, ≥ 2
 * @param networks fresh networks of each architecture through which they are followed, ≥ 2
 * @param profiles architectures whose angles are shown behind every layer
 */
public record TrainabilityConfig(
    List<Architecture> architectures,
    int runs,
    int epochs,
    int batch,
    double rate,
    int pairs,
    int networks,
    List<Architecture> profiles) {

  /**
   * The six architectures of the published figure that are known, first; series of equal depth, in
   * which only the width varies; and widths together with their reverse.
   */
  private static final List<Architecture> STANDARD =
      Stream.of(
              "2x85",
              "10x100",
              "15x30",
              "30x15",
              "35x75",
              "50x50",
              "3x20",
              "5x10",
              "5x20",
              "5x50",
              "5x128",
              "10x12",
              "10x20",
              "10x40",
              "15x15",
              "15x20",
              "15x45",
              "15x60",
              "15x100",
              "20x20",
              "20x50",
              "25x30",
              "30x25",
              "30x40",
              "30x64",
              "30x100",
              "40x60",
              "50x25",
              "50x100",
              "128,64,32,16",
              "16,32,64,128",
              "6x60,6x30,6x15",
              "6x15,6x30,6x60")
          .map(Architecture::parse)
          .toList();

  /** Copies the lists and checks the ranges. */
  public TrainabilityConfig {
    architectures = architectures.stream().distinct().toList();
    profiles = profiles.stream().distinct().toList();
    if (architectures.size() < 3) {
      throw new IllegalArgumentException(
          "architectures must be at least 3, or nothing can be said about trends, but are "
              + architectures);
    }
  }

  /** {@return the architectures that are trained if no others are given} */
  public static List<Architecture> standardArchitectures() {
    return STANDARD;
  }

  /**
   * Reads the block {@code trainability { architectures, runs, epochs, batch, rate, pairs,
   * networks, profiles }}; what is left out is as in
   *
   * <pre>{@code
   * { architectures = ["2x85", "10x100", …], runs = 5, epochs = 1, batch = 100, rate = 1e-3,
   *   pairs = 200, networks = 10, profiles = ["10x100", "15x30", "35x75"] }
   * }</pre>
   *
   * which is how the published experiment was made.
   *
   * @param config the block
   * @return the configuration
   */
  static TrainabilityConfig read(ConfigReader config) {
    return new TrainabilityConfig(
        config.parsedList("architectures", Architecture::parse, STANDARD),
        config.integer("runs", Bounds.atLeast(2), 5),
        config.integer("epochs", Bounds.atLeast(1), 1),
        config.integer("batch", Bounds.atLeast(1), 100),
        config.number("rate", Bounds.POSITIVE, 1e-3),
        config.integer("pairs", Bounds.atLeast(2), 200),
        config.integer("networks", Bounds.atLeast(2), 10),
        config.parsedList(
            "profiles",
            Architecture::parse,
            Stream.of("10x100", "15x30", "35x75").map(Architecture::parse).toList()));
  }
}
