package dev.lamina.analysis.embedding;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.hipparchus.linear.LUDecomposition;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/** The networks of the golden cases, random ones, and plain loops to hold the package to. */
final class Fixtures {
  static final Activation ELU = new Activation.Elu();
  static final Activation TANH = Activation.Smooth.TANH;

  /** ELU 1-2-1 critical point, given to ten digits: W1, b1, W2, b2. */
  static final double[] ELU_POINT = {
    1.2154375748,
    -1.4489847958,
    0.1499718070,
    0.0410163603,
    1.2053089492,
    -0.5690325858,
    0.1822372057
  };

  /** tanh 1-2-1 critical point, given to ten digits. */
  static final double[] TANH_POINT = {
    1.1340828866,
    -0.2438923900,
    0.3441842109,
    0.8838861190,
    1.1237794264,
    -1.9021811412,
    0.9529408058
  };

  private Fixtures() {}

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  /** −3, −2.5, …, 3. */
  static RealMatrix line() {
    RealMatrix x = MatrixUtils.createRealMatrix(13, 1);
    for (int i = 0; i < 13; i++) {
      x.setEntry(i, 0, -3 + 0.5 * i);
    }
    return x;
  }

  static Perceptron oneTwoOne(Activation activation, double[] theta) {
    return zeros(List.of(1, 2, 1), activation).withParameters(theta);
  }

  static Perceptron zeros(List<Integer> widths, Activation activation) {
    List<Stage> stages = new ArrayList<>();
    for (int l = 1; l < widths.size(); l++) {
      stages.add(
          new Stage(
              MatrixUtils.createRealMatrix(widths.get(l), widths.get(l - 1)),
              MatrixUtils.createRealVector(new double[widths.get(l)]),
              l + 1 < widths.size() ? activation : Activation.IDENTITY,
              false));
    }
    return new Perceptron(stages);
  }

  static Perceptron random(List<Integer> widths, Activation activation, RandomGenerator random) {
    Perceptron zeros = zeros(widths, activation);
    return zeros.withParameters(
        random.doubles(zeros.parameterCount()).map(v -> 2 * v - 1).toArray());
  }

  static RealMatrix samples(int rows, int columns, RandomGenerator random) {
    RealMatrix x = MatrixUtils.createRealMatrix(rows, columns);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < columns; j++) {
        x.setEntry(i, j, random.nextGaussian());
      }
    }
    return x;
  }

  /** The output of a network for one input, by loops of its own. */
  static double[] output(Perceptron p, double[] input) {
    double[] a = input;
    for (Stage s : p.stages()) {
      double[] next = new double[s.outputs()];
      for (int j = 0; j < next.length; j++) {
        double u = s.bias().getEntry(j);
        for (int k = 0; k < a.length; k++) {
          u += s.weights().getEntry(j, k) * a[k];
        }
        next[j] = phi(s.activation(), u) + (s.bridged() ? a[j] : 0);
      }
      a = next;
    }
    return a;
  }

  /** φ a second time; the rest of the activations as they are. */
  private static double phi(Activation activation, double u) {
    return switch (activation) {
      case Activation.PiecewiseLinear p -> Math.max(u, 0) + p.slope() * Math.min(u, 0);
      case Activation.Elu _ -> u >= 0 ? u : Math.exp(u) - 1;
      case Activation.HardTanh _ -> Math.max(-1, Math.min(1, u));
      default -> activation.value(u);
    };
  }

  /** Largest difference of outputs, relative to the largest output and at least 1. */
  static double change(Perceptron a, Perceptron b, RealMatrix x) {
    double change = 0;
    double scale = 1;
    for (double[] row : x.getData()) {
      double[] f = output(a, row);
      double[] g = output(b, row);
      for (int j = 0; j < f.length; j++) {
        change = Math.max(change, Math.abs(f[j] - g[j]));
        scale = Math.max(scale, Math.abs(f[j]));
      }
    }
    return change / scale;
  }

  /** (1/n) Σ ‖f(x) − y‖². */
  static double risk(Perceptron p, RealMatrix x, RealMatrix y) {
    double sum = 0;
    for (int i = 0; i < x.getRowDimension(); i++) {
      double[] f = output(p, x.getRow(i));
      for (int j = 0; j < f.length; j++) {
        sum += Math.pow(f[j] - y.getEntry(i, j), 2);
      }
    }
    return sum / x.getRowDimension();
  }

  /** The gradient of the risk by back-propagation, one sample after another. */
  static double[] gradient(Perceptron p, RealMatrix x, RealMatrix y) {
    double[] total = new double[p.parameterCount()];
    for (int i = 0; i < x.getRowDimension(); i++) {
      addGradient(p, x.getRow(i), y.getRow(i), total);
    }
    for (int k = 0; k < total.length; k++) {
      total[k] /= x.getRowDimension();
    }
    return total;
  }

  private static void addGradient(Perceptron p, double[] x, double[] y, double[] total) {
    List<double[]> features = new ArrayList<>(List.of(x));
    List<double[]> before = new ArrayList<>();
    for (Stage s : p.stages()) {
      double[] a = features.getLast();
      double[] u = s.weights().operate(a);
      double[] f = new double[u.length];
      for (int j = 0; j < u.length; j++) {
        u[j] += s.bias().getEntry(j);
        f[j] = s.activation().value(u[j]) + (s.bridged() ? a[j] : 0);
      }
      before.add(u);
      features.add(f);
    }
    double[] error = new double[y.length];
    for (int j = 0; j < y.length; j++) {
      error[j] = 2 * (features.getLast()[j] - y[j]);
    }
    int end = total.length;
    for (int l = p.depth(); l >= 1; l--) {
      Stage s = p.stage(l);
      double[] a = features.get(l - 1);
      double[] in = new double[a.length];
      int start = end - s.parameters();
      for (int j = 0; j < s.outputs(); j++) {
        double delta = error[j] * s.activation().derivative(before.get(l - 1)[j]);
        for (int k = 0; k < a.length; k++) {
          total[start + j * a.length + k] += delta * a[k];
          in[k] += delta * s.weights().getEntry(j, k);
        }
        total[start + s.outputs() * a.length + j] += delta;
        if (s.bridged()) {
          in[j] += error[j];
        }
      }
      error = in;
      end = start;
    }
  }

  /** A critical point near parameters that nearly are one: Newton, the Hessian by differences. */
  static Perceptron polished(Perceptron start, RealMatrix x, RealMatrix y) {
    Perceptron p = start;
    for (int round = 0; round < 4; round++) {
      double[] theta = p.parameters();
      RealMatrix hessian = MatrixUtils.createRealMatrix(theta.length, theta.length);
      for (int k = 0; k < theta.length; k++) {
        double[] sides = theta.clone();
        sides[k] = theta[k] + 1e-5;
        double[] above = gradient(p.withParameters(sides), x, y);
        sides[k] = theta[k] - 1e-5;
        double[] below = gradient(p.withParameters(sides), x, y);
        for (int j = 0; j < theta.length; j++) {
          hessian.setEntry(j, k, (above[j] - below[j]) / 2e-5);
        }
      }
      RealVector step =
          new LUDecomposition(hessian)
              .getSolver()
              .solve(MatrixUtils.createRealVector(gradient(p, x, y)));
      p = p.withParameters(MatrixUtils.createRealVector(theta).subtract(step).toArray());
    }
    return p;
  }

  static double norm1(double[] v) {
    return java.util.Arrays.stream(v).map(Math::abs).sum();
  }
}
