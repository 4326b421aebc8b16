package dev.lamina.analysis.regression;

import dev.lamina.config.Bounds;
import dev.lamina.config.ConfigReader;
import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import java.util.List;

/**
 * What the kernel regression section of a study computes.
 *
 * @param kernels kernels to fit on all training samples
 * @param depths numbers of hidden layers of the study's network at which its NNGP and tangent
 *     kernel are fitted; ascending, each ≥ 1; none skips this part
 * @param noise variance σ² of the observation noise of these fits, ≥ 0
 * @param noiseSweep the noise levels of the sweep; 0 points skip it
 * @param times number of training times for each tangent kernel, 0 or ≥ 2; 0 skips this part
 * @param spectrumSamples most training samples, taken from the start, that noise sweep and training
 *     times use: they need all eigenvectors, about 10 N³ operations
 */
public record RegressionConfig(
    List<Kernel> kernels,
    List<Integer> depths,
    double noise,
    NoiseSweep noiseSweep,
    int times,
    int spectrumSamples) {

  /** Checks the parameters. */
  public RegressionConfig {
    kernels = List.copyOf(kernels);
    depths = List.copyOf(depths);
    RegressionSettings.requireNoise(noise);
    for (int i = 0; i < depths.size(); i++) {
      if (depths.get(i) <= (i == 0 ? 0 : depths.get(i - 1))) {
        throw new IllegalArgumentException("depths must ascend from at least 1 but are " + depths);
      }
    }
    if (times < 0 || times == 1 || spectrumSamples < 2) {
      throw new IllegalArgumentException(
          "times must be 0 or ≥ 2 and spectrum-samples ≥ 2 but are %d and %d"
              .formatted(times, spectrumSamples));
    }
    if (kernels.isEmpty() && depths.isEmpty()) {
      throw new IllegalArgumentException("there must be at least one kernel or one depth");
    }
  }

  /**
   * Noise levels at equal ratios.
   *
   * @param from smallest, &gt; 0
   * @param to largest, &gt; 0
   * @param points how many, 0 or ≥ 2
   */
  public record NoiseSweep(double from, double to, int points) {
    /** Checks the parameters. */
    public NoiseSweep {
      if (!(from > 0) || !(to > from) || points < 0 || points == 1) {
        throw new IllegalArgumentException(
            "a noise sweep needs 0 < from < to and 0 or ≥ 2 points but has %s, %s and %d"
                .formatted(from, to, points));
      }
    }

    /** Returns the levels in ascending order. */
    double[] levels() {
      return points == 0 ? new double[0] : RidgeSweep.logGrid(from, to, points);
    }
  }

  /**
   * Reads {@code { kernels, depths, noise, noise-sweep { from, to, points }, times,
   * spectrum-samples }}. Left-out kernels are the NNGP and the tangent kernel of the study's
   * network itself.
   *
   * @param config the section's block
   * @param network the study's network at infinite width
   */
  static RegressionConfig read(ConfigReader config, InfiniteNetwork network) {
    boolean trainable = network.activations().stream().allMatch(Activation::hasDerivative);
    List<Kernel> own =
        trainable
            ? List.of(new Kernel.Nngp(network), new Kernel.Ntk(network))
            : List.of(new Kernel.Nngp(network));
    List<Integer> depths =
        config.integers(
            "depths", Bounds.atLeast(1), trainable ? List.of(1, 2, 3, 5, 10) : List.of());
    if (!trainable && !depths.isEmpty()) {
      config.problem(
          "depths",
          "needs the tangent kernel, which a network of activation %s does not have"
              .formatted(network.activations().getFirst()));
    }
    ConfigReader sweep = config.section("noise-sweep");
    return new RegressionConfig(
        config.parsedList("kernels", Kernel::parse, own),
        depths,
        config.number("noise", Bounds.NOT_NEGATIVE, 1e-3),
        new NoiseSweep(
            sweep.number("from", Bounds.POSITIVE, 1e-6),
            sweep.number("to", Bounds.POSITIVE, 10),
            sweep.integer("points", Bounds.NOT_NEGATIVE, 29)),
        config.integer("times", Bounds.NOT_NEGATIVE, 25),
        config.integer("spectrum-samples", Bounds.atLeast(2), 2000));
  }
}
