package dev.lamina.analysis.depth;

import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import java.util.List;

/**
 * What the section {@code growth} of a study trains.
 *
 * @param plan how networks are trained, both parts together
 * @param growAt epoch at which samples are added
 * @param sizes numbers of samples, ascending: training begins with the first and goes on with each
 * @param central whether the samples are those in the middle of the rows; else the first ones
 * @param runs initialisations, ≥ 1
 */
public record GrowthConfig(
    FollowedPlan plan, int growAt, List<Integer> sizes, boolean central, int runs) {

  /** Copies the list and checks the numbers. */
  public GrowthConfig {
    sizes = List.copyOf(sizes);
    if (sizes.isEmpty() || !sizes.equals(sizes.stream().distinct().sorted().toList())) {
      throw new IllegalArgumentException(
          "sizes must list at least one number of samples, ascending, but are " + sizes);
    }
    if (growAt >= plan.epochs() || growAt % plan.every() != 0) {
      throw new IllegalArgumentException(
          "grow-at must be below epochs = %d and a multiple of record-every = %d but is %d"
              .formatted(plan.epochs(), plan.every(), growAt));
    }
  }

  /**
   * Reads the block {@code growth}: the keys of {@link FollowedPlan#read} with {@code epochs}, and
   *
   * <pre>{@code
   * { grow-at, sizes, nested = first, runs = 1 }
   * }</pre>
   *
   * @param config the block
   * @param network the network under study
   * @return the configuration
   */
  static GrowthConfig read(ConfigReader config, NetworkConfig network) {
    LinearityConfig.requireNoBridges(network);
    return new GrowthConfig(
        FollowedPlan.read(config, config.integer("epochs", Bounds.atLeast(2))),
        config.integer("grow-at", Bounds.atLeast(1)),
        config.integers("sizes", Bounds.atLeast(2), List.of()),
        config.parsed("nested", GrowthConfig::central, false),
        config.integer("runs", Bounds.between(1, 1000), 1));
  }

  private static boolean central(String text) {
    return switch (text) {
      case "central" -> true;
      case "first" -> false;
      default -> throw new IllegalArgumentException("must be first or central but is " + text);
    };
  }

  /** Returns the rows of so many of n samples; those of fewer are among those of more. */
  int[] rows(int size, int n) {
    int from = central ? (n - size) / 2 : 0;
    return java.util.stream.IntStream.range(from, from + size).toArray();
  }
}
