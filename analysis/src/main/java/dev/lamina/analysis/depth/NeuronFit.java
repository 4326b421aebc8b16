package dev.lamina.analysis.depth;

import dev.lamina.kernel.Activation;
import java.util.Arrays;
import java.util.Comparator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.hipparchus.linear.RealMatrix;

/**
 * The least-squares fit of a φ(wᵀx + b) + c to targets. For given w and b the best a and c are
 * known, so that what is left is to be searched over w and b alone, here by the simplices of Nelder
 * and Mead (1965) from many random starts: nothing guarantees the global optimum.
 */
final class NeuronFit {
  private static final int STARTS = 60;
  private static final int ROUNDS = 300;
  private static final long SEED = 1;

  private final double[][] x;
  private final double[][] y;
  private final Activation activation;
  private final double[] scales;

  /**
   * Prepares the fit.
   *
   * @param x inputs in rows
   * @param y targets in rows, each column of mean 0
   * @param activation φ
   */
  NeuronFit(RealMatrix x, RealMatrix y, Activation activation) {
    this.x = x.getData();
    this.y = y.getData();
    this.activation = activation;
    this.scales = Shelves.deviations(x);
  }

  /** Returns the largest sum of squares found that a neuron takes off that of the targets. */
  double mostExplained() {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(SEED);
    double most = 0;
    double[] best = null;
    for (int start = 0; start < STARTS; start++) {
      double[] end = climbed(start(random), 0.5);
      double value = explained(end);
      if (best == null || value > most) {
        most = value;
        best = end;
      }
    }
    return explained(climbed(best, 0.05));
  }

  /** Returns weights of random size, and a bias that puts the middle of φ on a sample. */
  private double[] start(RandomGenerator random) {
    double[] theta = new double[scales.length + 1];
    double size = Math.exp(1.5 * random.nextGaussian());
    double[] sample = x[random.nextInt(x.length)];
    for (int j = 0; j < scales.length; j++) {
      theta[j] = size * random.nextGaussian() / scales[j];
      theta[scales.length] -= theta[j] * sample[j];
    }
    return theta;
  }

  /** Returns Σ_c (h·y_c)²/(h·h) for h the centred values of φ(wᵀx + b). */
  double explained(double[] theta) {
    double[] h = new double[x.length];
    double mean = 0;
    for (int i = 0; i < h.length; i++) {
      double u = theta[theta.length - 1];
      for (int j = 0; j < scales.length; j++) {
        u += theta[j] * x[i][j];
      }
      h[i] = activation.value(u);
      mean += h[i] / h.length;
    }
    double square = 0;
    double[] products = new double[y[0].length];
    for (int i = 0; i < h.length; i++) {
      double centred = h[i] - mean;
      square += centred * centred;
      for (int c = 0; c < products.length; c++) {
        products[c] += centred * y[i][c];
      }
    }
    boolean varies = square > 1e-20 * mean * mean * h.length && square > Double.MIN_NORMAL;
    if (!varies || !Double.isFinite(square)) {
      return 0; // constant up to rounding
    }
    return Arrays.stream(products).map(p -> p * p).sum() / square;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Vertex(double[] theta, double value) {}

  private Vertex vertex(double[] theta) {
    return new Vertex(theta, explained(theta));
  }

  private double[] climbed(double[] start, double width) {
    int d = start.length;
    Vertex[] simplex = new Vertex[d + 1];
    simplex[d] = vertex(start);
    for (int k = 0; k < d; k++) {
      double[] moved = start.clone();
      moved[k] += width * Math.max(Math.abs(moved[k]), 0.1);
      simplex[k] = vertex(moved);
    }
    Comparator<Vertex> downwards = Comparator.comparingDouble(v -> -v.value());
    for (int round = 0; round < ROUNDS; round++) {
      Arrays.sort(simplex, downwards);
      Vertex worst = simplex[d];
      double[] centre = centre(simplex);
      Vertex reflected = vertex(along(centre, worst.theta(), -1));
      if (reflected.value() > simplex[0].value()) {
        Vertex expanded = vertex(along(centre, worst.theta(), -2));
        simplex[d] = expanded.value() > reflected.value() ? expanded : reflected;
      } else if (reflected.value() > simplex[d - 1].value()) {
        simplex[d] = reflected;
      } else {
        boolean outside = reflected.value() > worst.value();
        Vertex contracted = vertex(along(centre, worst.theta(), outside ? -0.5 : 0.5));
        if (contracted.value() > Math.max(worst.value(), reflected.value())) {
          simplex[d] = contracted;
        } else {
          shrink(simplex);
        }
      }
    }
    Arrays.sort(simplex, downwards);
    return simplex[0].theta();
  }

  private static double[] centre(Vertex[] simplex) {
    int d = simplex.length - 1;
    double[] centre = new double[d];
    for (int v = 0; v < d; v++) {
      for (int k = 0; k < d; k++) {
        centre[k] += simplex[v].theta()[k] / d;
      }
    }
    return centre;
  }

  private static double[] along(double[] centre, double[] theta, double factor) {
    double[] point = new double[centre.length];
    for (int k = 0; k < point.length; k++) {
      point[k] = centre[k] + factor * (theta[k] - centre[k]);
    }
    return point;
  }

  private void shrink(Vertex[] simplex) {
    for (int v = 1; v < simplex.length; v++) {
      simplex[v] = vertex(along(simplex[0].theta(), simplex[v].theta(), 0.5));
    }
  }
}
