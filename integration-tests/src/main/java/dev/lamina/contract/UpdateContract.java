package dev.lamina.contract;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.contract.NaiveLayers.Result;
import dev.lamina.matrix.DType;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.NoiseKey;
import dev.lamina.ops.SgdStep;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What losses, updates of parameters, noise and the choice of batches owe. */
public abstract class UpdateContract extends LayerContract {

  /**
   * Creates the tests.
   *
   * @param name the backend's name
   * @param dtype element type of the matrices
   */
  protected UpdateContract(String name, DType dtype) {
    super(name, dtype);
  }

  private double[][] oneHot(int rows, int classes) {
    double[][] targets = new double[rows][classes];
    for (int i = 0; i < rows; i++) {
      targets[i][i * 7 % classes] = 1;
    }
    return targets;
  }

  /** Rows of positive numbers that do not sum to 1. */
  private double[][] weights(int rows, int classes) {
    double[][] t = random(41, rows, classes);
    for (double[] row : t) {
      for (int c = 0; c < classes; c++) {
        row[c] = Math.abs(row[c]);
      }
    }
    return t;
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,2", "7,10", "100,10", "31,129", "1000,33", "2,1025"})
  final void computesCrossEntropies(int rows, int classes) {
    requireCrossEntropy(Placement.HOST, random(42, rows, classes), oneHot(rows, classes));
    requireCrossEntropy(Placement.HOST, random(42, rows, classes), weights(rows, classes));
  }

  private void requireCrossEntropy(Placement where, double[][] logits, double[][] targets) {
    int rows = logits.length;
    int classes = logits[0].length;
    double factor = 1.0 / rows;
    Placed s = place(where, logits);
    Placed t = place(where, targets);
    Placed losses = output(where, rows, 1);
    Placed gradient = output(where, rows, classes);
    layers()
        .softmaxCrossEntropy(s.matrix(), t.matrix(), factor, losses.matrix(), gradient.matrix());
    Result wantLoss = Result.zeros(rows, 1);
    Result wantGradient = Result.zeros(rows, classes);
    for (int i = 0; i < rows; i++) {
      double mass = Arrays.stream(targets[i]).sum();
      double largest = Arrays.stream(logits[i]).max().orElseThrow();
      double sum = Arrays.stream(logits[i]).map(v -> Math.exp(v - largest)).sum();
      wantLoss.add(i, 0, factor * NaiveLayers.crossEntropy(logits[i], targets[i]));
      double spread = Arrays.stream(logits[i]).map(Math::abs).max().orElseThrow();
      wantLoss.scale()[i][0] = factor * mass * (spread + Math.log(classes) + 1);
      for (int c = 0; c < classes; c++) {
        double p = Math.exp(logits[i][c] - largest) / sum;
        wantGradient.add(i, c, factor * (p * mass - targets[i][c]));
        wantGradient.scale()[i][c] =
            factor * (p * mass * (1 + Math.abs(logits[i][c] - largest)) + targets[i][c]);
      }
    }
    requireResult("losses", losses, wantLoss, classes);
    requireResult("gradient", gradient, wantGradient, classes);
    s.requireUnchanged("the logits");
    t.requireUnchanged("the targets");
  }

  @Test
  final void largeLogitsDoNotOverflow() {
    double[][] logits = {{3e4, -3e4, 0}, {-3e4, 3e4, 1}, {-2e4, -2e4, -2e4}};
    double[][] targets = {{0, 1, 0}, {0, 1, 0}, {1, 0, 0}};
    requireCrossEntropy(Placement.HOST, logits, targets);
  }

  @Test
  final void anImpossibleClassCostsNothingUnlessItIsTheTarget() {
    double none = Double.NEGATIVE_INFINITY;
    Placed losses = output(2, 1);
    layers()
        .softmaxCrossEntropy(
            place(new double[][] {{0, none}, {0, none}}).matrix(),
            place(new double[][] {{1, 0}, {0, 1}}).matrix(),
            1,
            losses.matrix(),
            output(2, 2).matrix());
    assertThat(losses.read()).isDeepEqualTo(new double[][] {{0}, {Double.POSITIVE_INFINITY}});
  }

  @Test
  final void nanMakesTheLossOfItsExampleNan() {
    double[][] outputs = random(43, 5, 4);
    outputs[2][1] = Double.NaN;
    for (boolean square : new boolean[] {false, true}) {
      Placed losses = output(5, 1);
      Placed gradient = output(5, 4);
      Placed f = place(outputs);
      Placed t = place(oneHot(5, 4));
      if (square) {
        layers().squaredError(f.matrix(), t.matrix(), 1, losses.matrix(), gradient.matrix());
      } else {
        layers().softmaxCrossEntropy(f.matrix(), t.matrix(), 1, losses.matrix(), gradient.matrix());
      }
      for (int i = 0; i < 5; i++) {
        assertThat(Double.isNaN(losses.read()[i][0])).as("row %d", i).isEqualTo(i == 2);
        assertThat(Double.isNaN(gradient.read()[i][1])).as("row %d", i).isEqualTo(i == 2);
      }
    }
  }

  @ParameterizedTest
  @CsvSource({"1,1", "3,2", "7,10", "31,129", "1000,33", "2,1025"})
  final void computesSquaredErrors(int rows, int classes) {
    requireSquaredError(Placement.HOST, rows, classes);
  }

  private void requireSquaredError(Placement where, int rows, int classes) {
    double factor = 0.5 / rows;
    Placed f = place(where, random(44, rows, classes));
    Placed t = place(where, random(45, rows, classes));
    Placed losses = output(where, rows, 1);
    Placed gradient = output(where, rows, classes);
    layers().squaredError(f.matrix(), t.matrix(), factor, losses.matrix(), gradient.matrix());
    Result wantLoss = Result.zeros(rows, 1);
    Result wantGradient = Result.zeros(rows, classes);
    for (int i = 0; i < rows; i++) {
      double[] outputs = f.read()[i];
      double[] targets = t.read()[i];
      wantLoss.add(i, 0, factor * NaiveLayers.squaredDistance(outputs, targets));
      for (int c = 0; c < classes; c++) {
        wantGradient.add(i, c, 2 * factor * outputs[c]);
        wantGradient.add(i, c, -2 * factor * targets[c]);
      }
    }
    requireResult("losses", losses, wantLoss, classes);
    requireResult("gradient", gradient, wantGradient, 1);
    f.requireUnchanged("the outputs");
    t.requireUnchanged("the targets");
  }

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  final void lossGradientsAreCentralDifferences(boolean square) {
    if (dtype() == DType.FLOAT32) {
      return; // the gradients above are compared to rounding in either type
    }
    double[][] outputs = random(46, 3, 4);
    Placed t = place(weights(3, 4));
    Placed gradient = output(3, 4);
    loss(square, outputs, t, gradient);
    double[][] got = gradient.read();
    for (int i = 0; i < 3; i++) {
      for (int j = 0; j < 4; j++) {
        double[] row = outputs[i];
        int col = j;
        double kept = row[j];
        double difference =
            NaiveLayers.difference(
                h -> {
                  row[col] = kept + h;
                  return loss(square, outputs, t, output(3, 4));
                },
                tolerance(1).differenceStep());
        row[j] = kept;
        requireDifference("gradient", got[i][j], difference, 20, 4);
      }
    }
  }

  private double loss(boolean square, double[][] outputs, Placed t, Placed gradient) {
    Placed losses = output(3, 1);
    Placed f = place(outputs);
    if (square) {
      layers().squaredError(f.matrix(), t.matrix(), 0.3, losses.matrix(), gradient.matrix());
    } else {
      layers().softmaxCrossEntropy(f.matrix(), t.matrix(), 0.3, losses.matrix(), gradient.matrix());
    }
    return Arrays.stream(losses.read()).mapToDouble(row -> row[0]).sum();
  }

  @Test
  final void countsHits() {
    double nan = Double.NaN;
    double[][] outputs = {{1, 3, 2}, {1, 3, 2}, {5, 5, 1}, {5, 5, 1}, {-1, nan, 2}, {-3, -2, -9}};
    double[][] targets = {{0, 1, 0}, {0, 0, 1}, {1, 0, 0}, {0, 1, 0}, {0, 0, 1}, {0, 1, 0}};
    Placed hits = output(6, 1);
    layers().hits(place(outputs).matrix(), place(targets).matrix(), hits.matrix());
    assertThat(hits.read()).isDeepEqualTo(new double[][] {{1}, {0}, {1}, {0}, {0}, {1}});
  }

  @ParameterizedTest
  @EnumSource(Placement.class)
  final void worksWhereverMatricesLie(Placement where) {
    requireCrossEntropy(where, random(47, 9, 5), oneHot(9, 5));
    requireSquaredError(where, 9, 5);
    requireSum(where, 9, 5, -0.7, 0.4);
    requireSgd(where, 9, 5, new SgdStep(0.1, 0.9, true, 0.01));
    requireAdam(where, 9, 5);
    requireNoise(where, 9, 5);
    requireRows(where);
  }

  @ParameterizedTest
  @CsvSource({"1,1,1,1", "3,7,2,0", "33,31,-1,1", "100,1000,0.5,-0.5", "1025,129,0,1"})
  final void addsMatrices(int rows, int cols, double alpha, double beta) {
    requireSum(Placement.HOST, rows, cols, alpha, beta);
  }

  private void requireSum(Placement where, int rows, int cols, double alpha, double beta) {
    Placed x = place(where, random(48, rows, cols));
    Placed y = beta == 0 ? output(where, rows, cols) : place(where, random(49, rows, cols));
    double[][] old = y.read();
    layers().add(alpha, x.matrix(), beta, y.matrix());
    Result want = Result.zeros(rows, cols);
    double[][] terms = x.read();
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        want.add(i, j, alpha * terms[i][j]);
        if (beta != 0) {
          want.add(i, j, beta * old[i][j]);
        }
      }
    }
    requireResult("sum", y, want, 1);
    x.requireUnchanged("x");
  }

  @Test
  final void movesByGradientDescentWithMomentum() {
    requireSgd(Placement.HOST, 1, 1, new SgdStep(0.1, 0, false, 0));
    requireSgd(Placement.HOST, 33, 7, new SgdStep(0.1, 0.9, false, 0));
    requireSgd(Placement.HOST, 3, 1025, new SgdStep(0.01, 0.5, false, 0.1));
    requireSgd(Placement.HOST, 300, 400, new SgdStep(0.3, 0.9, true, 5e-4));
  }

  /** Three steps in a row; each is compared with the definition at what stood there before. */
  private void requireSgd(Placement where, int rows, int cols, SgdStep step) {
    Placed w = place(where, random(50, rows, cols));
    Placed v = place(where, new double[rows][cols]);
    for (int t = 0; t < 3; t++) {
      Placed g = place(where, random(51 + t, rows, cols));
      double[][] w0 = w.read();
      double[][] v0 = v.read();
      double[][] g0 = g.read();
      layers().sgdStep(step, w.matrix(), g.matrix(), v.matrix());
      Result wantW = Result.zeros(rows, cols);
      Result wantV = Result.zeros(rows, cols);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          double[] want = NaiveLayers.sgd(step, w0[i][j], g0[i][j], v0[i][j]);
          double scale = Math.abs(w0[i][j]) + Math.abs(g0[i][j]) + Math.abs(v0[i][j]);
          wantW.value()[i][j] = want[0];
          wantV.value()[i][j] = want[1];
          wantW.scale()[i][j] = scale;
          wantV.scale()[i][j] = scale;
        }
      }
      requireResult("parameters after step " + t, w, wantW, 1);
      requireResult("velocities after step " + t, v, wantV, 1);
      g.requireUnchanged("the gradient");
    }
  }

  @Test
  final void movesByAdam() {
    requireAdam(Placement.HOST, 1, 1);
    requireAdam(Placement.HOST, 33, 7);
    requireAdam(Placement.HOST, 300, 400);
  }

  private void requireAdam(Placement where, int rows, int cols) {
    Placed w = place(where, random(60, rows, cols));
    Placed m = place(where, new double[rows][cols]);
    Placed v = place(where, new double[rows][cols]);
    for (int t = 1; t <= 3; t++) {
      AdamStep step = AdamStep.at(t, 1e-2, 0.9, 0.999, 1e-7, 0.01, 0.002);
      Placed g = place(where, random(60 + t, rows, cols));
      double[][] w0 = w.read();
      double[][] m0 = m.read();
      double[][] v0 = v.read();
      double[][] g0 = g.read();
      layers().adamStep(step, w.matrix(), g.matrix(), m.matrix(), v.matrix());
      Result wantW = Result.zeros(rows, cols);
      Result wantM = Result.zeros(rows, cols);
      Result wantV = Result.zeros(rows, cols);
      for (int i = 0; i < rows; i++) {
        for (int j = 0; j < cols; j++) {
          double[] want = NaiveLayers.adam(step, w0[i][j], g0[i][j], m0[i][j], v0[i][j]);
          double h = Math.abs(g0[i][j]) + step.l2() * Math.abs(w0[i][j]);
          wantW.value()[i][j] = want[0];
          wantM.value()[i][j] = want[1];
          wantV.value()[i][j] = want[2];
          double root = Math.sqrt(want[2]) + step.epsilon();
          double sizes = Math.abs(m0[i][j]) + h;
          // 1 − β₁ and 1 − β₂ may be rounded to the element type before they multiply
          wantW.scale()[i][j] =
              Math.abs(w0[i][j]) + step.rate() * sizes / root * (1 + v0[i][j] / want[2]);
          wantM.scale()[i][j] = sizes;
          wantV.scale()[i][j] = v0[i][j] + h * h;
        }
      }
      requireResult("parameters after step " + t, w, wantW, 1);
      requireResult("first moments after step " + t, m, wantM, 1);
      requireResult("second moments after step " + t, v, wantV, 1);
      g.requireUnchanged("the gradient");
    }
  }

  /** Float32 parameters take no numbers that would be infinite, or an epsilon that would be 0. */
  @Test
  final void refusesNumbersThatTheParametersTypeCannotHold() {
    requireHeld("rate", new SgdStep(1e39, 0.9, false, 0));
    requireHeld("l2", new SgdStep(0.1, 0.9, true, 1e60));
    requireHeld("rate", new AdamStep(-1e39, 0.9, 0.999, 1e-8, 0, 0));
    requireHeld("l2", new AdamStep(0.1, 0.9, 0.999, 1e-8, 1e60, 0));
    requireHeld("epsilon", new AdamStep(0.1, 0.9, 0.999, 1e60, 0, 0));
    requireHeld("epsilon", new AdamStep(0.1, 0.9, 0.999, 1e-50, 0, 0));
  }

  private void requireHeld(String name, Record step) {
    Placed w = place(random(80, 2, 3));
    Placed g = place(random(81, 2, 3));
    Placed m = place(new double[2][3]);
    Placed v = place(new double[2][3]);
    Runnable move =
        () -> {
          switch (step) {
            case SgdStep s -> layers().sgdStep(s, w.matrix(), g.matrix(), v.matrix());
            case AdamStep a -> layers().adamStep(a, w.matrix(), g.matrix(), m.matrix(), v.matrix());
            default -> throw new IllegalArgumentException(step.toString());
          }
        };
    if (dtype() == DType.FLOAT32) {
      assertThatThrownBy(move::run)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(name)
          .hasMessageContaining("float32");
      w.requireUnchanged("the parameters");
      v.requireUnchanged("the memory");
    } else {
      move.run();
      assertThat(w.read()[0][0]).as("a parameter").isFinite();
    }
  }

  /** The first step of Adam has the length of the learning rate whatever the gradient's size. */
  @Test
  final void theFirstStepOfAdamIsTheLearningRate() {
    AdamStep step = AdamStep.at(1, 0.01, 0.9, 0.999, 1e-30, 0, 0);
    Placed w = place(new double[][] {{0, 0, 0}});
    layers()
        .adamStep(
            step,
            w.matrix(),
            place(new double[][] {{1e-3, -2, 50}}).matrix(),
            place(new double[1][3]).matrix(),
            place(new double[1][3]).matrix());
    double[] want = {-0.01, 0.01, -0.01};
    for (int j = 0; j < 3; j++) {
      requireNear("parameter " + j, w.read()[0][j], want[j], 0.01, 1);
    }
  }

  @Test
  final void addsTheNoiseOfTheGenerator() {
    requireNoise(Placement.HOST, 1, 1);
    requireNoise(Placement.HOST, 31, 33);
    requireNoise(Placement.HOST, 300, 401);
  }

  private void requireNoise(Placement where, int rows, int cols) {
    NoiseKey key = NoiseKey.of(7, 3, rows);
    Placed w = place(where, random(70, rows, cols));
    double[][] old = w.read();
    layers().addGaussian(0.25, key, w.matrix());
    double[] noise = NaiveLayers.noise(key.key(), rows * cols);
    Result want = Result.zeros(rows, cols);
    for (int i = 0; i < rows; i++) {
      for (int j = 0; j < cols; j++) {
        double xi = noise[i * cols + j];
        want.add(i, j, old[i][j]);
        want.add(i, j, 0.25 * xi);
        want.scale()[i][j] += 1; // the cosine has an absolute error, the radius is below 9
      }
    }
    requireResult("noisy parameters", w, want, 1);
  }

  /** Mean, variance and fourth moment of 2·10⁵ numbers within five of their standard errors. */
  @Test
  final void theNoiseIsGaussian() {
    int n = 200_000;
    Placed w = place(new double[1][n]);
    layers().addGaussian(1, NoiseKey.of(1, 2, 3), w.matrix());
    double[] xi = w.read()[0];
    double error = 5 / Math.sqrt((double) n);
    assertThat(mean(xi, 1)).isCloseTo(0, within(error));
    assertThat(mean(xi, 2)).isCloseTo(1, within(Math.sqrt(2) * error));
    assertThat(mean(xi, 4)).isCloseTo(3, within(Math.sqrt(96) * error));
    double[] products = new double[n - 1];
    for (int i = 0; i < n - 1; i++) {
      products[i] = xi[i] * xi[i + 1];
    }
    assertThat(mean(products, 1)).as("correlation of neighbours").isCloseTo(0, within(error));
  }

  private static double mean(double[] xi, int power) {
    return Arrays.stream(xi).map(v -> Math.pow(v, power)).average().orElseThrow();
  }

  /** Seeds, steps and matrices have noise of their own. */
  @Test
  final void keysDiffer() {
    long[] keys = new long[1000];
    for (int i = 0; i < 1000; i++) {
      keys[i] = NoiseKey.of(i / 100, i / 10 % 10, i % 10).key();
    }
    assertThat(Arrays.stream(keys).distinct().count()).isEqualTo(1000);
  }

  @Test
  final void gathersRows() {
    requireRows(Placement.HOST);
  }

  private void requireRows(Placement where) {
    double[][] x = random(80, 11, 6);
    int[] order = {9, 9, 3, 0, 10, 7};
    Placed out = output(where, 4, 6);
    layers().gatherRows(place(where, x).matrix(), order, 2, out.matrix());
    assertThat(out.read()).isDeepEqualTo(new double[][] {x[3], x[0], x[10], x[7]});
    out.requirePaddingIntact("out");
  }
}
