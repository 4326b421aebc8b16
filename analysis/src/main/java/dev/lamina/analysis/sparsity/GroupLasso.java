package dev.lamina.analysis.sparsity;

import java.util.Arrays;
import java.util.stream.IntStream;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.ArrayRealVector;
import org.hipparchus.linear.CholeskyDecomposition;
import org.hipparchus.linear.RealMatrix;

/**
 * Minimises (1/N) |A S − Y|² + 2λ Σ_k |A_k| over A, n×K, with columns A_k and given features S,
 * K×N: sweeps over the columns, each of which has a closed form, interleaved with Newton steps on
 * the columns that are not 0.
 */
final class GroupLasso {
  private static final int ROUNDS = 30;
  private static final int SWEEPS = 10;
  private static final double ACCURACY = 1e-14;

  private final double[][] y;
  private final double[][] s;
  private final double lambda;
  private final int outputs;
  private final int samples;

  /** By column: a[k] is A_k. */
  private final double[][] a;

  private final double[][] residual;
  private final double[] squares;

  /**
   * Begins at given columns.
   *
   * @param y n×N
   * @param s K×N, no row 0
   * @param start K columns of n numbers
   */
  GroupLasso(double[][] y, double[][] s, double[][] start, double lambda) {
    this.y = y;
    this.s = s;
    this.lambda = lambda;
    outputs = y.length;
    samples = y[0].length;
    a = Arrays.stream(start).map(double[]::clone).toArray(double[][]::new);
    residual = new double[outputs][samples];
    squares = Arrays.stream(s).mapToDouble(row -> dot(row, row)).toArray();
    refresh();
  }

  /** Returns the K columns of the minimiser; those of no use are exactly 0. */
  double[][] solve() {
    double before = value();
    for (int round = 0; round < ROUNDS; round++) {
      double moved = 0;
      for (int sweep = 0; sweep < SWEEPS; sweep++) {
        moved = 0;
        for (int k = 0; k < a.length; k++) {
          moved = Math.max(moved, update(k));
        }
      }
      newton();
      double now = value();
      if (moved <= ACCURACY || (before - now < 1e-17 * before && moved < 1e-9)) {
        break;
      }
      before = now;
    }
    return a;
  }

  /** Returns Y − A S, n×N. */
  double[][] residual() {
    return residual;
  }

  double value() {
    double fit = 0;
    for (double[] row : residual) {
      fit += dot(row, row);
    }
    double norms = 0;
    for (double[] column : a) {
      norms += norm(column);
    }
    return fit / samples + 2 * lambda * norms;
  }

  /** Sets A_k to its best value with the others fixed; returns how far it moved. */
  private double update(int k) {
    double[] target = new double[outputs];
    for (int i = 0; i < outputs; i++) {
      target[i] = dot(residual[i], s[k]) + a[k][i] * squares[k];
    }
    double length = norm(target);
    double scale = length <= lambda * samples ? 0 : (1 - lambda * samples / length) / squares[k];
    double moved = 0;
    for (int i = 0; i < outputs; i++) {
      double change = scale * target[i] - a[k][i];
      if (change != 0) {
        moved = Math.max(moved, Math.abs(change));
        a[k][i] += change;
        for (int j = 0; j < samples; j++) {
          residual[i][j] -= change * s[k][j];
        }
      }
    }
    return moved;
  }

  private void newton() {
    int[] live = IntStream.range(0, a.length).filter(k -> norm(a[k]) > 0).toArray();
    if (live.length == 0) {
      return;
    }
    double[] step = step(live);
    double before = value();
    double[][] kept = Arrays.stream(a).map(double[]::clone).toArray(double[][]::new);
    for (double t = 1; t > 1e-4; t /= 2) {
      for (int p = 0; p < live.length; p++) {
        for (int i = 0; i < outputs; i++) {
          a[live[p]][i] = kept[live[p]][i] - t * step[p * outputs + i];
        }
      }
      refresh();
      if (value() <= before) {
        return;
      }
    }
    for (int k : live) {
      System.arraycopy(kept[k], 0, a[k], 0, outputs);
    }
    refresh();
  }

  /** Returns H⁻¹g of the columns that are not 0, half of both. */
  private double[] step(int[] live) {
    int size = live.length * outputs;
    RealMatrix hessian = new Array2DRowRealMatrix(size, size);
    double[] gradient = new double[size];
    double largest = 0;
    for (int p = 0; p < live.length; p++) {
      int k = live[p];
      double length = norm(a[k]);
      for (int i = 0; i < outputs; i++) {
        int row = p * outputs + i;
        gradient[row] = -dot(residual[i], s[k]) / samples + lambda * a[k][i] / length;
        for (int q = 0; q < live.length; q++) {
          hessian.addToEntry(row, q * outputs + i, dot(s[k], s[live[q]]) / samples);
        }
        for (int j = 0; j < outputs; j++) {
          double projection = (i == j ? 1 : 0) - a[k][i] * a[k][j] / (length * length);
          hessian.addToEntry(row, p * outputs + j, lambda * projection / length);
        }
        largest = Math.max(largest, hessian.getEntry(row, row));
      }
    }
    for (int row = 0; row < size; row++) {
      hessian.addToEntry(row, row, 1e-13 * largest);
    }
    return new CholeskyDecomposition(hessian, 1e-8, 0)
        .getSolver()
        .solve(new ArrayRealVector(gradient, false))
        .toArray();
  }

  private void refresh() {
    for (int i = 0; i < outputs; i++) {
      System.arraycopy(y[i], 0, residual[i], 0, samples);
      for (int k = 0; k < a.length; k++) {
        double factor = a[k][i];
        if (factor != 0) {
          for (int j = 0; j < samples; j++) {
            residual[i][j] -= factor * s[k][j];
          }
        }
      }
    }
  }

  static double dot(double[] a, double[] b) {
    double sum = 0;
    for (int i = 0; i < a.length; i++) {
      sum += a[i] * b[i];
    }
    return sum;
  }

  static double norm(double[] v) {
    return Math.sqrt(dot(v, v));
  }
}
