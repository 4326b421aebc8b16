package dev.lamina.analysis.layerwise;

import java.util.function.DoubleUnaryOperator;

/** Layer-wise losses by plain loops from their definitions, sharing no code with the toolkit. */
final class LayerOracle {
  private LayerOracle() {}

  /** Returns K⁽ᵖ⁾. */
  static double[][] kernel(double[][] phi, ObjectiveSettings s) {
    double a = s.readoutVariance() / phi[0].length;
    double[][] k = product(phi, transpose(phi));
    map(k, v -> a * v + s.biasVariance());
    for (int r = 0; r < s.layersAbove(); r++) {
      k = wideLayer(k, s.weightVariance(), s.biasVariance());
    }
    return k;
  }

  private static double[][] wideLayer(double[][] k, double weights, double biases) {
    int n = k.length;
    double[][] out = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        double size = Math.sqrt(k[i][i] * k[j][j]);
        double cos = size == 0 ? 0 : Math.max(-1, Math.min(1, k[i][j] / size));
        double theta = i == j ? 0 : Math.acos(cos);
        double moment =
            size * (Math.sin(theta) + (Math.PI - theta) * Math.cos(theta)) / (2 * Math.PI);
        out[i][j] = weights * moment + biases;
      }
    }
    return out;
  }

  /** Returns a loss. */
  static double loss(double[][] phi, double[][] y, ObjectiveSettings s) {
    double[][] k = kernel(phi, s);
    double noise = s.noise();
    return switch (s.form()) {
      case EVIDENCE -> s.centred() ? centredEvidence(k, y, noise) : evidence(k, y, noise);
      case FIT -> fit(centredIf(s, k), rowsIf(s, y), noise);
      case RIDGE_READOUT -> noise * fit(centredIf(s, k), rowsIf(s, y), noise);
      case TRAINING_ERROR -> trainingError(centredIf(s, k), rowsIf(s, y), noise);
      case LOO_NLL, LOO_MSE -> leaveOneOut(k, y, s);
      case HIGH_NOISE -> highNoise(centredIf(s, k), rowsIf(s, y), noise, s.centred());
      case HSIC -> -inner(product(centred(k), y), y) / Math.pow(y.length - 1.0, 2);
      case ALIGNMENT -> {
        double[][] labels = centred(product(y, transpose(y)));
        double[][] c = centred(k);
        yield -inner(c, labels) / Math.sqrt(inner(c, c) * inner(labels, labels));
      }
    };
  }

  private static double[][] centredIf(ObjectiveSettings s, double[][] k) {
    return s.centred() ? centred(k) : k;
  }

  private static double[][] rowsIf(ObjectiveSettings s, double[][] y) {
    return s.centred() ? product(centring(y.length), y) : y;
  }

  static double evidence(double[][] k, double[][] y, double noise) {
    return fit(k, y, noise) + y[0].length / 2.0 * logDeterminant(plus(k, noise));
  }

  private static double centredEvidence(double[][] k, double[][] y, double noise) {
    double[][] c = centred(k);
    return fit(c, product(centring(y.length), y), noise)
        + y[0].length / 2.0 * (logDeterminant(plus(c, noise)) - Math.log(noise));
  }

  private static double fit(double[][] k, double[][] y, double noise) {
    return inner(y, solve(plus(k, noise), y)) / 2;
  }

  private static double trainingError(double[][] k, double[][] y, double noise) {
    double[][] mean = product(k, solve(plus(k, noise), y));
    double sum = 0;
    for (int i = 0; i < y.length; i++) {
      for (int c = 0; c < y[0].length; c++) {
        sum += Math.pow(y[i][c] - mean[i][c], 2);
      }
    }
    return sum / 2;
  }

  /**
   * Leaves each sample out in turn and predicts it from the others, with a free bias if centred.
   */
  private static double leaveOneOut(double[][] k, double[][] y, ObjectiveSettings s) {
    int n = k.length;
    int size = n - 1 + (s.centred() ? 1 : 0);
    double loss = 0;
    for (int left = 0; left < n; left++) {
      double[][] system = new double[size][size];
      double[][] right = new double[size][y[0].length];
      double[][] cross = new double[size][1];
      for (int i = 0, row = 0; i < n; i++) {
        if (i == left) {
          continue;
        }
        for (int j = 0, col = 0; j < n; j++) {
          if (j != left) {
            system[row][col++] = k[i][j] + (i == j ? s.noise() : 0);
          }
        }
        right[row] = y[i].clone();
        cross[row][0] = k[i][left];
        if (s.centred()) {
          system[row][n - 1] = 1;
          system[n - 1][row] = 1;
          cross[n - 1][0] = 1;
        }
        row++;
      }
      double[][] weights = solve(system, cross);
      double variance = k[left][left] + s.noise() - inner(cross, weights);
      double square = 0;
      for (int c = 0; c < y[0].length; c++) {
        double mean = 0;
        for (int i = 0; i < size; i++) {
          mean += weights[i][0] * right[i][c];
        }
        square += Math.pow(y[left][c] - mean, 2);
      }
      loss +=
          s.form() == Form.LOO_MSE
              ? square / 2
              : (y[0].length * Math.log(variance) + square / variance) / 2;
    }
    return loss;
  }

  private static double highNoise(double[][] k, double[][] y, double s2, boolean centred) {
    double[][] ky = product(k, y);
    double trace = 0;
    for (int i = 0; i < k.length; i++) {
      trace += k[i][i];
    }
    double outputs = y[0].length;
    return inner(y, y) / (2 * s2)
        + outputs / 2 * (k.length - (centred ? 1 : 0)) * Math.log(s2)
        + outputs / (2 * s2) * trace
        - inner(y, ky) / (2 * s2 * s2)
        - outputs / (4 * s2 * s2) * inner(k, k)
        + inner(ky, ky) / (2 * s2 * s2 * s2);
  }

  static double[][] centring(int n) {
    double[][] h = new double[n][n];
    for (int i = 0; i < n; i++) {
      for (int j = 0; j < n; j++) {
        h[i][j] = (i == j ? 1 : 0) - 1.0 / n;
      }
    }
    return h;
  }

  static double[][] centred(double[][] k) {
    return product(product(centring(k.length), k), centring(k.length));
  }

  static double[][] plus(double[][] k, double noise) {
    double[][] a = copy(k);
    for (int i = 0; i < a.length; i++) {
      a[i][i] += noise;
    }
    return a;
  }

  /** Solves by elimination with row exchanges. */
  static double[][] solve(double[][] matrix, double[][] right) {
    double[][] a = copy(matrix);
    double[][] x = copy(right);
    for (int p = 0; p < a.length; p++) {
      exchange(a, x, p);
      for (int i = 0; i < a.length; i++) {
        double factor = i == p ? 0 : a[i][p] / a[p][p];
        for (int j = 0; j < a.length; j++) {
          a[i][j] -= factor * a[p][j];
        }
        for (int c = 0; c < x[0].length; c++) {
          x[i][c] -= factor * x[p][c];
        }
      }
    }
    for (int i = 0; i < a.length; i++) {
      for (int c = 0; c < x[0].length; c++) {
        x[i][c] /= a[i][i];
      }
    }
    return x;
  }

  private static void exchange(double[][] a, double[][] x, int p) {
    int best = p;
    for (int i = p; i < a.length; i++) {
      best = Math.abs(a[i][p]) > Math.abs(a[best][p]) ? i : best;
    }
    double[] row = a[p];
    a[p] = a[best];
    a[best] = row;
    double[] other = x[p];
    x[p] = x[best];
    x[best] = other;
  }

  static double logDeterminant(double[][] matrix) {
    double[][] a = copy(matrix);
    double sum = 0;
    for (int p = 0; p < a.length; p++) {
      exchange(a, a.clone(), p);
      sum += Math.log(Math.abs(a[p][p]));
      for (int i = p + 1; i < a.length; i++) {
        double factor = a[i][p] / a[p][p];
        for (int j = 0; j < a.length; j++) {
          a[i][j] -= factor * a[p][j];
        }
      }
    }
    return sum;
  }

  static double[][] product(double[][] a, double[][] b) {
    double[][] c = new double[a.length][b[0].length];
    for (int i = 0; i < a.length; i++) {
      for (int k = 0; k < b.length; k++) {
        for (int j = 0; j < b[0].length; j++) {
          c[i][j] += a[i][k] * b[k][j];
        }
      }
    }
    return c;
  }

  static double[][] transpose(double[][] a) {
    double[][] t = new double[a[0].length][a.length];
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        t[j][i] = a[i][j];
      }
    }
    return t;
  }

  static double inner(double[][] a, double[][] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      for (int j = 0; j < a[0].length; j++) {
        sum += a[i][j] * b[i][j];
      }
    }
    return sum;
  }

  static void map(double[][] a, DoubleUnaryOperator f) {
    for (double[] row : a) {
      for (int j = 0; j < row.length; j++) {
        row[j] = f.applyAsDouble(row[j]);
      }
    }
  }

  private static double[][] copy(double[][] a) {
    double[][] copy = a.clone();
    for (int i = 0; i < a.length; i++) {
      copy[i] = a[i].clone();
    }
    return copy;
  }
}
