package dev.lamina.analysis.degeneracy;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.random.RandomGenerator;

/**
 * Samples the angle through networks with any activation and with random biases, without weights.
 *
 * <p>z = sqrt(weightVariance/n) W h + sqrt(biasVariance) b with independent standard normal W and
 * b. The units of a layer are independent given the layer before, each with a Gaussian pair of
 * pre-activations whose covariance is that of the activations before; so the triple of the two
 * variances and of the variance of the difference is a Markov chain, at O(n) per layer. For relu
 * without bias this is {@link AngleChain}, which is faster and keeps its digits at any angle; here
 * the difference of two activations is taken as it is, so angles below about 1e-12 count as merged.
 */
public final class ActivationChain {
  /** Squared distance of unit vectors that is nothing but rounding. */
  private static final double MERGED = 1e-26;

  private final Activation activation;
  private final double weightVariance;
  private final double biasVariance;
  private final double[] first;
  private final double[] second;
  private final double[] difference;
  private final double[] values;

  private ActivationChain(
      Activation activation,
      double weightVariance,
      double biasVariance,
      double angle,
      int samples) {
    this.activation = activation;
    this.weightVariance = weightVariance;
    this.biasVariance = biasVariance;
    first = new double[samples];
    second = new double[samples];
    difference = new double[samples];
    values = new double[samples];
    double half = 2 * Math.sin(angle / 2);
    Arrays.fill(first, weightVariance + biasVariance);
    Arrays.fill(second, weightVariance + biasVariance);
    Arrays.fill(difference, weightVariance * half * half);
  }

  /**
   * Samples the angle between the activations behind each layer.
   *
   * <p>The two inputs have squared norm equal to the input dimension, so that the first
   * pre-activations have variance weightVariance + biasVariance.
   *
   * @param layers widths of the layers in order, each at least 2
   * @param angle angle between the inputs in radians, in (0, pi]
   * @param activation activation of every layer
   * @param weightVariance variance of the weights times the fan-in, positive
   * @param biasVariance variance of the biases, not negative
   * @param settings number of samples, seed and threads
   * @return statistics of ln sin&sup2; theta behind each layer; a sample whose activations vanish
   *     or become parallel is excluded from there on
   * @throws IllegalArgumentException if an argument is outside its range
   */
  public static List<SampleStatistics> run(
      int[] layers,
      double angle,
      Activation activation,
      double weightVariance,
      double biasVariance,
      MonteCarloSettings settings) {
    Convention.checkLayers(layers);
    AngleStep.checkAngle(angle);
    if (!(weightVariance > 0) || !(biasVariance >= 0)) {
      throw new IllegalArgumentException(
          "activation chain: weightVariance must be positive and biasVariance not negative but they"
              + " are "
              + weightVariance
              + " and "
              + biasVariance);
    }
    ActivationChain chain =
        new ActivationChain(activation, weightVariance, biasVariance, angle, settings.samples());
    SampleBlocks blocks = new SampleBlocks(settings);
    List<SampleStatistics> statistics = new ArrayList<>(layers.length);
    for (int l = 0; l < layers.length; l++) {
      int width = layers[l];
      blocks.forEach(
          l + 1,
          (from, to, random) -> {
            Units units = chain.new Units(width);
            for (int sample = from; sample < to; sample++) {
              units.step(sample, random);
            }
          });
      statistics.add(SampleStatistics.of(chain.values));
    }
    return statistics;
  }

  /** The activations of one layer for the two inputs. */
  private final class Units {
    private final double[] h;
    private final double[] k;

    Units(int width) {
      h = new double[width];
      k = new double[width];
    }

    void step(int sample, RandomGenerator random) {
      if (Double.isNaN(values[sample])) {
        return;
      }
      draw(sample, random);
      double hh = 0;
      double kk = 0;
      double dd = 0;
      for (int i = 0; i < h.length; i++) {
        hh += h[i] * h[i];
        kk += k[i] * k[i];
        dd += (h[i] - k[i]) * (h[i] - k[i]);
      }
      double hNorm = Math.sqrt(hh);
      double kNorm = Math.sqrt(kk);
      double e = 0;
      for (int i = 0; i < h.length; i++) {
        double d = h[i] / hNorm - k[i] / kNorm;
        e += d * d;
      }
      // also excludes e = NaN, from a zero norm, and opposite activations, which are parallel too
      boolean apart = e > MERGED && e < 4 - MERGED;
      values[sample] = apart ? Math.log(e) + Math.log1p(-e / 4) : Double.NaN;
      first[sample] = weightVariance * hh / h.length + biasVariance;
      second[sample] = weightVariance * kk / h.length + biasVariance;
      difference[sample] = weightVariance * dd / h.length;
    }

    /**
     * Draws z with variance a and z' = z - delta, where delta has variance d and the covariance
     * with z that gives z' the variance b. Both parts of delta are of the size of sqrt(d), so small
     * differences keep their digits.
     */
    private void draw(int sample, RandomGenerator random) {
      double a = first[sample];
      double b = second[sample];
      double d = difference[sample];
      double slope = (a - b + d) / (2 * a);
      double rest = Math.sqrt(Math.max(d - slope * slope * a, 0));
      double sd = Math.sqrt(a);
      for (int i = 0; i < h.length; i++) {
        double z = sd * random.nextGaussian();
        h[i] = activation.value(z);
        k[i] = activation.value(z - (slope * z + rest * random.nextGaussian()));
      }
    }
  }
}
