package dev.lamina.contract;

import dev.lamina.kernel.Activation;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.SgdStep;
import java.util.SplittableRandom;
import java.util.function.DoubleUnaryOperator;

/**
 * Layers, losses and optimisers as double loops over their definitions. Each result comes with the
 * scale of its rounding errors: the sum of the absolute values of its terms.
 */
final class NaiveLayers {
  private NaiveLayers() {}

  /** A matrix of exact entries, and the magnitudes of their intermediate results. */
  static final class Result {
    private final double[][] value;
    private final double[][] scale;

    private Result(double[][] value, double[][] scale) {
      this.value = value;
      this.scale = scale;
    }

    static Result zeros(int rows, int cols) {
      return new Result(new double[rows][cols], new double[rows][cols]);
    }

    double[][] value() {
      return value;
    }

    double[][] scale() {
      return scale;
    }

    /** Adds a term to an entry and its size to the entry's scale. */
    void add(int i, int j, double term) {
      value[i][j] += term;
      scale[i][j] += Math.abs(term);
    }
  }

  /** Returns φ(u); NaN where u is. */
  static double value(Activation activation, double u) {
    return NaiveActivation.of(activation).value().at(u);
  }

  /** Returns φ′(u), at a kink the slope of the left side. */
  static double derivative(Activation activation, double u) {
    return NaiveActivation.of(activation).derivative().at(u);
  }

  /** Returns z = x Wᵀ + 1 bᵀ. */
  static Result preActivations(double[][] x, double[][] w, double[][] bias) {
    Result z = Result.zeros(x.length, w.length);
    for (int i = 0; i < x.length; i++) {
      for (int o = 0; o < w.length; o++) {
        for (int p = 0; p < w[o].length; p++) {
          z.add(i, o, x[i][p] * w[o][p]);
        }
        if (bias != null) {
          z.add(i, o, bias[0][o]);
        }
      }
    }
    return z;
  }

  /** Returns φ(z), whose scale is that of z times the slope, and the value itself. */
  static Result activations(Activation activation, Result z) {
    Result a = Result.zeros(z.value.length, z.value[0].length);
    for (int i = 0; i < z.value.length; i++) {
      for (int j = 0; j < z.value[i].length; j++) {
        double u = z.value[i][j];
        a.value[i][j] = value(activation, u);
        a.scale[i][j] =
            Math.abs(a.value[i][j])
                + steepest(activation, u) * (z.scale[i][j] + Math.abs(u))
                + cancelled(activation, u);
      }
    }
    return a;
  }

  /** The definition of gelu, u(1 + erf(u/√2))/2, subtracts from 1 for negative u. */
  private static double cancelled(Activation activation, double u) {
    return activation == Activation.Smooth.GELU ? Math.abs(u) : 0;
  }

  /** A rounding may move u across a kink, so the steeper side counts. */
  private static double steepest(Activation activation, double u) {
    return activation instanceof Activation.PiecewiseLinear p
        ? Math.max(1, Math.abs(p.slope()))
        : Math.abs(derivative(activation, u));
  }

  /** Returns ∂loss/∂z. The derivative may be computed as a difference from 1. */
  static Result delta(Activation activation, double[][] z, double[][] upstream) {
    Result delta = Result.zeros(z.length, z[0].length);
    for (int i = 0; i < z.length; i++) {
      for (int j = 0; j < z[i].length; j++) {
        double slope = derivative(activation, z[i][j]);
        delta.value[i][j] = upstream[i][j] * slope;
        delta.scale[i][j] = Math.abs(upstream[i][j]) * Math.max(1, Math.abs(slope));
      }
    }
    return delta;
  }

  /** Returns Aᵀ B of which A has errors. */
  static Result transposedProduct(Result a, double[][] b) {
    Result out = Result.zeros(a.value[0].length, b[0].length);
    for (int i = 0; i < b.length; i++) {
      for (int o = 0; o < out.value.length; o++) {
        for (int p = 0; p < b[i].length; p++) {
          out.value[o][p] += a.value[i][o] * b[i][p];
          out.scale[o][p] += a.scale[i][o] * Math.abs(b[i][p]);
        }
      }
    }
    return out;
  }

  /** Returns A B of which A has errors. */
  static Result product(Result a, double[][] b) {
    Result out = Result.zeros(a.value.length, b[0].length);
    for (int i = 0; i < a.value.length; i++) {
      for (int o = 0; o < b.length; o++) {
        for (int p = 0; p < b[o].length; p++) {
          out.value[i][p] += a.value[i][o] * b[o][p];
          out.scale[i][p] += a.scale[i][o] * Math.abs(b[o][p]);
        }
      }
    }
    return out;
  }

  /** Returns the column sums of a matrix with errors as a row. */
  static Result columnSums(Result a) {
    Result out = Result.zeros(1, a.value[0].length);
    for (int i = 0; i < a.value.length; i++) {
      for (int j = 0; j < a.value[i].length; j++) {
        out.value[0][j] += a.value[i][j];
        out.scale[0][j] += a.scale[i][j];
      }
    }
    return out;
  }

  /** Returns Σ c_ij m_ij, the loss whose gradient with respect to m is c. */
  static double weighted(double[][] m, double[][] c) {
    return NaiveGram.dot(m, c);
  }

  /** Mean and variance over N of a column. */
  record Moments(double mean, double variance) {
    static Moments of(double[][] z, int col) {
      double mean = 0;
      for (double[] row : z) {
        mean += row[col] / z.length;
      }
      double variance = 0;
      for (double[] row : z) {
        variance += (row[col] - mean) * (row[col] - mean) / z.length;
      }
      return new Moments(mean, variance);
    }
  }

  /** Returns the softmax cross-entropy of one row. */
  static double crossEntropy(double[] logits, double[] targets) {
    double largest = Double.NEGATIVE_INFINITY;
    for (double s : logits) {
      largest = Math.max(largest, s);
    }
    double sum = 0;
    for (double s : logits) {
      sum += Math.exp(s - largest);
    }
    double loss = 0;
    for (int c = 0; c < logits.length; c++) {
      if (targets[c] != 0) {
        loss -= targets[c] * (logits[c] - largest - Math.log(sum));
      }
    }
    return loss;
  }

  /** Returns the squared distance of two rows. */
  static double squaredDistance(double[] f, double[] t) {
    double sum = 0;
    for (int c = 0; c < f.length; c++) {
      sum += Math.pow(f[c] - t[c], 2);
    }
    return sum;
  }

  /** Returns w and v after one step, from the definition in PyTorch's manual. */
  static double[] sgd(SgdStep s, double w, double g, double v) {
    double h = g + s.l2() * w;
    double velocity = s.momentum() * v + h;
    double step = s.nesterov() ? h + s.momentum() * velocity : velocity;
    return new double[] {w - s.rate() * step, velocity};
  }

  /** Returns w, m and v after one step. */
  static double[] adam(AdamStep s, double w, double g, double m, double v) {
    double h = g + s.l2() * w;
    double first = s.beta1() * m + (1 - s.beta1()) * h;
    double second = s.beta2() * v + (1 - s.beta2()) * h * h;
    double moved = w - s.shrink() * w - s.rate() * first / (Math.sqrt(second) + s.epsilon());
    return new double[] {moved, first, second};
  }

  /** Returns the first n entries of the noise, by the JDK's own generator. */
  static double[] noise(long key, int n) {
    SplittableRandom random = new SplittableRandom(key);
    double[] noise = new double[n];
    for (int i = 0; i < n; i++) {
      double u = ((random.nextLong() >>> 11) + 1) * 0x1p-53;
      double v = (random.nextLong() >>> 11) * 0x1p-53;
      noise[i] = Math.sqrt(-2 * Math.log(u)) * Math.cos(2 * Math.PI * v);
    }
    return noise;
  }

  /** Returns the central difference of a function at 0. */
  static double difference(DoubleUnaryOperator f, double step) {
    return (f.applyAsDouble(step) - f.applyAsDouble(-step)) / (2 * step);
  }
}
