package dev.lamina.contract;

import dev.lamina.contract.NaiveLayers.Moments;
import dev.lamina.contract.NaiveLayers.Result;
import dev.lamina.matrix.DType;
import dev.lamina.ops.NormGradient;
import dev.lamina.ops.NormParameters;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** What batch normalisation owes. */
public abstract class NormContract extends LayerContract {
  private static final double MOMENTUM = 0.1;
  private static final double EPSILON = 1e-5;

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected NormContract(String name, DType dtype) {
    super(name, dtype);
  }

  /** The rows of a batch norm. */
  private record Rows(Placed scale, Placed shift, Placed mean, Placed variance) {
    NormParameters norm() {
      return new NormParameters(
          scale.matrix(), shift.matrix(), mean.matrix(), variance.matrix(), MOMENTUM, EPSILON);
    }
  }

  private Rows rows(Placement where, int n) {
    double[][] variance = random(24, 1, n);
    for (int j = 0; j < n; j++) {
      variance[0][j] = Math.abs(variance[0][j]);
    }
    return new Rows(
        place(where, random(21, 1, n)),
        place(where, random(22, 1, n)),
        place(where, random(23, 1, n)),
        place(where, variance));
  }

  @ParameterizedTest
  @CsvSource({
    "2,1", "2,3", "3,33", "7,128", "31,129", "129,9", "100,15", "128,300", "1000,3", "600,64"
  })
  final void normalisesBatches(int n, int units) {
    requireNormalised(Placement.HOST, n, units);
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  final void worksWhereverMatricesLie(Placement placement) {
    requireNormalised(placement, 9, 5);
    requireFixed(placement, 9, 5);
  }

  @Test
  final void normalisesByTheRunningValues() {
    requireFixed(Placement.HOST, 1, 1);
    requireFixed(Placement.HOST, 33, 130);
    requireFixed(Placement.HOST, 300, 200);
  }

  private void requireNormalised(Placement where, int n, int units) {
    String what = n + "×" + units;
    Rows rows = rows(where, units);
    double[][] z = random(25, n, units);
    Placed input = place(where, z);
    Placed y = output(where, n, units);
    Placed statistics = output(where, 2, units);
    double[][] mean = rows.mean.read();
    double[][] variance = rows.variance.read();
    layers().normalise(rows.norm(), input.matrix(), y.matrix(), statistics.matrix());
    Result wantY = Result.zeros(n, units);
    Result wantStatistics = Result.zeros(2, units);
    Result wantMean = Result.zeros(1, units);
    Result wantVariance = Result.zeros(1, units);
    double[][] scale = rows.scale.read();
    double[][] shift = rows.shift.read();
    for (int j = 0; j < units; j++) {
      Moments m = Moments.of(z, j);
      double spread = 1 / Math.sqrt(m.variance() + EPSILON);
      wantStatistics.add(0, j, m.mean());
      wantStatistics.scale()[0][j] = 2;
      wantStatistics.add(1, j, spread);
      // The variance has an error of its terms' size, up to 4, times the slope of v^(−1/2)
      double error = Math.min(spread, 4 * spread * spread * spread);
      wantStatistics.scale()[1][j] = spread + error;
      wantMean.add(0, j, (1 - MOMENTUM) * mean[0][j]);
      wantMean.add(0, j, MOMENTUM * m.mean());
      wantMean.scale()[0][j] = 2;
      wantVariance.add(0, j, (1 - MOMENTUM) * variance[0][j]);
      wantVariance.add(0, j, MOMENTUM * m.variance() * n / (n - 1));
      wantVariance.scale()[0][j] = 4;
      for (int i = 0; i < n; i++) {
        wantY.add(i, j, scale[0][j] * (z[i][j] - m.mean()) * spread);
        wantY.add(i, j, shift[0][j]);
        wantY.scale()[i][j] +=
            Math.abs(scale[0][j]) * (2 * spread + Math.abs(z[i][j] - m.mean()) * error);
      }
    }
    requireResult("y of " + what, y, wantY, n);
    requireResult("statistics of " + what, statistics, wantStatistics, n);
    requireResult("running mean of " + what, rows.mean, wantMean, n);
    requireResult("running variance of " + what, rows.variance, wantVariance, n);
    input.requireUnchanged("z");
    requireBackward(where, what, rows, input, statistics);
  }

  /** The formula of the batch norm's gradient, at the statistics that the backend stored. */
  private void requireBackward(
      Placement where, String what, Rows rows, Placed input, Placed statistics) {
    double[][] z = input.read();
    double[][] stored = statistics.read();
    double[][] gamma = rows.scale.read();
    int n = z.length;
    int units = z[0].length;
    double[][] upstream = random(26, n, units);
    Placed delta = place(where, upstream);
    Placed dScale = output(where, 1, units);
    Placed dShift = output(where, 1, units);
    layers()
        .normaliseBackward(
            rows.norm(),
            input.matrix(),
            statistics.matrix(),
            delta.matrix(),
            new NormGradient(dScale.matrix(), dShift.matrix()));
    Result wantScale = Result.zeros(1, units);
    Result wantShift = Result.zeros(1, units);
    Result want = Result.zeros(n, units);
    for (int j = 0; j < units; j++) {
      double spread = stored[1][j];
      for (int i = 0; i < n; i++) {
        wantScale.add(0, j, upstream[i][j] * (z[i][j] - stored[0][j]) * spread);
        wantShift.add(0, j, upstream[i][j]);
      }
      for (int i = 0; i < n; i++) {
        double standardised = (z[i][j] - stored[0][j]) * spread;
        double factor = gamma[0][j] * spread;
        want.add(i, j, factor * upstream[i][j]);
        want.add(i, j, -factor * wantShift.value()[0][j] / n);
        want.add(i, j, -factor * standardised * wantScale.value()[0][j] / n);
        want.scale()[i][j] +=
            Math.abs(factor)
                * (wantShift.scale()[0][j] + Math.abs(standardised) * wantScale.scale()[0][j])
                / n;
      }
    }
    requireResult("dγ of " + what, dScale, wantScale, n);
    requireResult("dβ of " + what, dShift, wantShift, n);
    requireResult("dz of " + what, delta, want, n);
  }

  private void requireFixed(Placement where, int n, int units) {
    Rows rows = rows(where, units);
    double[][] z = random(27, n, units);
    double[][] upstream = random(28, n, units);
    Placed input = place(where, z);
    Placed y = output(where, n, units);
    Placed delta = place(where, upstream);
    layers().normaliseFixed(rows.norm(), input.matrix(), y.matrix());
    layers().normaliseFixedBackward(rows.norm(), delta.matrix());
    Result wantY = Result.zeros(n, units);
    Result wantDelta = Result.zeros(n, units);
    for (int j = 0; j < units; j++) {
      double factor = rows.scale.read()[0][j] / Math.sqrt(rows.variance.read()[0][j] + EPSILON);
      double mean = rows.mean.read()[0][j];
      for (int i = 0; i < n; i++) {
        wantY.add(i, j, factor * z[i][j]);
        wantY.add(i, j, -factor * mean);
        wantY.add(i, j, rows.shift.read()[0][j]);
        wantDelta.add(i, j, factor * upstream[i][j]);
      }
    }
    requireResult("y by running values", y, wantY, 1);
    requireResult("dz by running values", delta, wantDelta, 1);
    rows.mean.requireUnchanged("the running mean");
    rows.variance.requireUnchanged("the running variance");
  }

  /** The mean does not eat the digits of the variance. */
  @Test
  final void aLargeMeanLeavesTheVariance() {
    double offset = dtype() == DType.FLOAT32 ? 1024 : 1e9;
    double[][] z = new double[64][1];
    for (int i = 0; i < 64; i++) {
      z[i][0] = offset + i % 4; // variance 1.25
    }
    Rows rows = rows(Placement.HOST, 1);
    Placed y = output(64, 1);
    Placed statistics = output(2, 1);
    layers().normalise(rows.norm(), place(z).matrix(), y.matrix(), statistics.matrix());
    double want = 1 / Math.sqrt(1.25 + EPSILON);
    requireNear("1/deviation", statistics.read()[1][0], want, want, 64);
  }

  /** The whole batch norm against differences of its forward step. */
  @Test
  final void gradientsAreCentralDifferences() {
    if (dtype() == DType.FLOAT32) {
      return; // the sums above are compared to rounding in either type
    }
    double[][] z = random(31, 6, 3);
    double[][] c = random(32, 6, 3);
    Rows rows = rows(Placement.HOST, 3);
    Placed input = place(z);
    Placed statistics = output(2, 3);
    Placed delta = place(c);
    layers().normalise(rows.norm(), input.matrix(), output(6, 3).matrix(), statistics.matrix());
    layers()
        .normaliseBackward(
            rows.norm(),
            input.matrix(),
            statistics.matrix(),
            delta.matrix(),
            new NormGradient(output(1, 3).matrix(), output(1, 3).matrix()));
    double[][] gradient = delta.read();
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < 3; j++) {
        double[] row = z[i];
        int col = j;
        double kept = row[j];
        double difference =
            NaiveLayers.difference(
                h -> {
                  row[col] = kept + h;
                  Placed y = output(6, 3);
                  layers()
                      .normalise(rows.norm(), place(z).matrix(), y.matrix(), output(2, 3).matrix());
                  return NaiveLayers.weighted(y.read(), c);
                },
                tolerance(1).differenceStep());
        row[j] = kept;
        requireDifference("dz", gradient[i][j], difference, 100, 6);
      }
    }
  }
}
