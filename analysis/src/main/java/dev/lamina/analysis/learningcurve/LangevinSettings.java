package dev.lamina.analysis.learningcurve;

import dev.lamina.kernel.Activation;
import dev.lamina.kernel.InfiniteNetwork;
import dev.lamina.kernel.Kernel;
import java.util.ArrayList;
import java.util.List;

/**
 * Noisy training of finite networks beside the Gaussian process of infinite width.
 *
 * @param sphere where the inputs are
 * @param target what the target is made of
 * @param samples training inputs N, from 1 to 200
 * @param testPoints test inputs M, ≥ 1
 * @param depth hidden layers, ≥ 1
 * @param weightVariance prior variance of the weights times their fan-in, &gt; 0
 * @param biasVariance prior variance of the biases, ≥ 0
 * @param temperature T &gt; 0, which is also the noise s2 of the Gaussian process
 * @param rate step η of weights measured in prior standard deviations, &gt; 0
 * @param widths widths of the hidden layers, one network each
 * @param chains independent runs for each width, ≥ 2
 * @param burnIn steps before the first measurement, ≥ 0
 * @param steps steps after that, ≥ 1
 * @param every steps from one measurement to the next, ≥ 1
 * @param priorDraws networks drawn from the prior for the second route, ≥ 0; 0 leaves it out
 * @param seed seed of everything random
 */
public record LangevinSettings(
    Sphere sphere,
    Target target,
    int samples,
    int testPoints,
    int depth,
    double weightVariance,
    double biasVariance,
    double temperature,
    double rate,
    List<Integer> widths,
    int chains,
    int burnIn,
    int steps,
    int every,
    int priorDraws,
    long seed) {

  private static final int MOST_SAMPLES = 200;

  /** Checks the ranges. */
  public LangevinSettings {
    widths = List.copyOf(widths);
    if (samples < 1 || samples > MOST_SAMPLES || testPoints < 1 || depth < 1) {
      throw new IllegalArgumentException(
          "noisy training: samples must be 1 to %d, testPoints and depth ≥ 1 but are %d, %d, %d"
              .formatted(MOST_SAMPLES, samples, testPoints, depth));
    }
    if (!(weightVariance > 0 && biasVariance >= 0 && temperature > 0 && rate > 0)) {
      throw new IllegalArgumentException(
          "noisy training: weightVariance, temperature and rate must be > 0 and biasVariance ≥ 0 but are %s, %s, %s, %s"
              .formatted(weightVariance, temperature, rate, biasVariance));
    }
    if (widths.isEmpty() || widths.stream().anyMatch(n -> n < 1)) {
      throw new IllegalArgumentException(
          "noisy training: widths must be one or more numbers ≥ 1 but are " + widths);
    }
    if (chains < 2 || burnIn < 0 || steps < 1 || every < 1 || steps < every || priorDraws < 0) {
      throw new IllegalArgumentException(
          "noisy training: chains must be ≥ 2, burnIn and priorDraws ≥ 0, steps ≥ every ≥ 1 but are %d, %d, %d, %d, %d"
              .formatted(chains, burnIn, priorDraws, steps, every));
    }
  }

  /**
   * {@return the same with another seed}
   *
   * @param other the seed
   */
  public LangevinSettings withSeed(long other) {
    return new LangevinSettings(
        sphere,
        target,
        samples,
        testPoints,
        depth,
        weightVariance,
        biasVariance,
        temperature,
        rate,
        widths,
        chains,
        burnIn,
        steps,
        every,
        priorDraws,
        other);
  }

  /** {@return the network of infinite width} */
  public InfiniteNetwork infinite() {
    return InfiniteNetwork.of(depth, Activation.RELU, weightVariance, biasVariance);
  }

  /** {@return the kernel that the outputs' prior tends to as the widths grow} */
  public Kernel kernel() {
    return new Kernel.Nngp(infinite());
  }

  /**
   * {@return the weight decay γ of weights with a fan-in: T·fanIn/weightVariance}
   *
   * @param fanIn number of inputs of the layer
   */
  public double decay(int fanIn) {
    return temperature * fanIn / weightVariance;
  }

  /** Returns the layer sizes of a network, input and output included. */
  List<Integer> layers(int width) {
    List<Integer> sizes = new ArrayList<>();
    sizes.add(sphere.dimension());
    for (int l = 0; l < depth; l++) {
      sizes.add(width);
    }
    sizes.add(1);
    return sizes;
  }
}
