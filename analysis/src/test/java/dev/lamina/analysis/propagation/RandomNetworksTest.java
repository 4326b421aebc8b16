package dev.lamina.analysis.propagation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.kernel.Activation;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The recursions against what they are about: weights, forward and backward passes. */
class RandomNetworksTest {
  private static final int WIDTH = 500;
  private static final int DEPTH = 6;
  private static final int NETWORKS = 60;

  private final RandomGenerator random =
      RandomGeneratorFactory.of("L64X128MixRandom").create(20211011);

  @ParameterizedTest
  @CsvSource({
    "relu, 2, 0, false, 1, 0.2",
    "relu, 2, 0.3, false, 1, -0.5",
    "abs, 1, 0, false, 1, -0.6",
    "relu, 1, 0, true, 1, 0.2",
    "tanh, 1.7609546396, 0.05, false, 0.5700478816, 0.2",
    "tanh, 3, 0.05, false, 1, 0.7",
    "tanh, 1, 0.1, true, 0.8, 0.5",
    "gelu, 2, 0.1, false, 1.5, 0.1",
  })
  void wideRandomNetworksFollowTheRecursion(
      String activation, double w, double b, boolean residual, double variance, double cosine) {
    WideNetwork network = new WideNetwork(Activation.parse(activation), w, b, residual, variance);
    double[][] sums = new double[2][DEPTH];
    for (int k = 0; k < NETWORKS; k++) {
      double[][] sample = sample(network, cosine);
      for (int l = 0; l < DEPTH; l++) {
        sums[0][l] += sample[0][l] / NETWORKS;
        sums[1][l] += sample[1][l] / NETWORKS;
      }
    }
    Propagation p = SignalPropagation.of(network, cosine, DEPTH).propagation();
    for (int l = 0; l < DEPTH; l++) {
      // One network scatters by about 0.05, their mean by 0.007, and finite width shifts it by
      // l/width.
      assertThat(sums[0][l]).as("cosine %d", l).isCloseTo(p.layers().get(l).cosine(), within(.03));
      assertThat(sums[1][l])
          .as("gradient %d", l)
          .isCloseTo(p.layers().get(l).gradientCorrelation(), within(.03));
    }
  }

  /** Correlations of pre-activations and of gradients by them, of one network. */
  private double[][] sample(WideNetwork network, double cosine) {
    double[][][] z = new double[2][DEPTH][WIDTH];
    double[][][] weights = new double[DEPTH][WIDTH][WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      double g = random.nextGaussian();
      double h = random.nextGaussian();
      double sd = Math.sqrt(network.variance());
      z[0][0][i] = sd * g;
      z[1][0][i] = sd * (cosine * g + Math.sqrt(1 - cosine * cosine) * h);
    }
    for (int l = 1; l < DEPTH; l++) {
      forward(network, weights[l], z, l);
    }
    double[][][] delta = new double[2][DEPTH][WIDTH];
    for (int i = 0; i < WIDTH; i++) {
      delta[0][DEPTH - 1][i] = random.nextGaussian();
      delta[1][DEPTH - 1][i] = delta[0][DEPTH - 1][i];
    }
    for (int l = DEPTH - 1; l > 0; l--) {
      backward(network, weights[l], z, delta, l);
    }
    double[][] correlations = new double[2][DEPTH];
    for (int l = 0; l < DEPTH; l++) {
      correlations[0][l] = correlation(z[0][l], z[1][l]);
      correlations[1][l] = correlation(delta[0][l], delta[1][l]);
    }
    return correlations;
  }

  private void forward(WideNetwork network, double[][] weights, double[][][] z, int l) {
    double sd = Math.sqrt(network.weightVariance() / WIDTH);
    double[][] h = new double[2][WIDTH];
    for (int j = 0; j < WIDTH; j++) {
      h[0][j] = network.activation().value(z[0][l - 1][j]);
      h[1][j] = network.activation().value(z[1][l - 1][j]);
    }
    for (int i = 0; i < WIDTH; i++) {
      double bias = Math.sqrt(network.biasVariance()) * random.nextGaussian();
      double first = bias + (network.residual() ? z[0][l - 1][i] : 0);
      double second = bias + (network.residual() ? z[1][l - 1][i] : 0);
      for (int j = 0; j < WIDTH; j++) {
        double w = sd * random.nextGaussian();
        weights[i][j] = w;
        first += w * h[0][j];
        second += w * h[1][j];
      }
      z[0][l][i] = first;
      z[1][l][i] = second;
    }
  }

  private static void backward(
      WideNetwork network, double[][] weights, double[][][] z, double[][][] delta, int l) {
    for (int k = 0; k < 2; k++) {
      double[] below = delta[k][l - 1];
      for (int i = 0; i < WIDTH; i++) {
        double d = delta[k][l][i];
        for (int j = 0; j < WIDTH; j++) {
          below[j] += d * weights[i][j];
        }
      }
      for (int j = 0; j < WIDTH; j++) {
        below[j] *= network.activation().derivative(z[k][l - 1][j]);
        below[j] += network.residual() ? delta[k][l][j] : 0;
      }
    }
  }

  private static double correlation(double[] a, double[] b) {
    double ab = 0;
    double aa = 0;
    double bb = 0;
    for (int i = 0; i < a.length; i++) {
      ab += a[i] * b[i];
      aa += a[i] * a[i];
      bb += b[i] * b[i];
    }
    return ab / Math.sqrt(aa * bb);
  }
}
