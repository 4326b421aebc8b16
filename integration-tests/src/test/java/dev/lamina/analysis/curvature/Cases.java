package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.DoubleUnaryOperator;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/** Networks, data and backends of the tests of curvature. */
final class Cases {
  static final Activation ELU = new Activation.Elu();
  static final Activation TANH = Activation.Smooth.TANH;

  private Cases() {}

  static Backend open() {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
  }

  static RandomGenerator random(long seed) {
    return RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
  }

  static Perceptron network(List<Integer> widths, Activation activation) {
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
    Perceptron zeros = network(widths, activation);
    return zeros.withParameters(
        random.doubles(zeros.parameterCount()).map(v -> 2 * v - 1).toArray());
  }

  /** The same network with f + φ(W f + b) in its second layer. */
  static Perceptron bridged(Perceptron network) {
    List<Stage> stages = new ArrayList<>(network.stages());
    Stage second = stages.get(1);
    stages.set(1, new Stage(second.weights(), second.bias(), second.activation(), true));
    return new Perceptron(stages);
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

  /** Random targets: any numbers for the squared error, one-hot rows for the cross-entropy. */
  static RealMatrix targets(Loss loss, int rows, int columns, RandomGenerator random) {
    if (loss != Loss.CROSS_ENTROPY) {
      return samples(rows, columns, random);
    }
    RealMatrix y = MatrixUtils.createRealMatrix(rows, columns);
    for (int i = 0; i < rows; i++) {
      y.setEntry(i, random.nextInt(columns), 1);
    }
    return y;
  }

  /** x = −3, −2.5, …, 3 with a teacher's values. */
  static Risk line(DoubleUnaryOperator teacher) {
    RealMatrix x = MatrixUtils.createRealMatrix(13, 1);
    RealMatrix y = MatrixUtils.createRealMatrix(13, 1);
    for (int i = 0; i < 13; i++) {
      double at = -3 + 0.5 * i;
      x.setEntry(i, 0, at);
      y.setEntry(i, 0, teacher.applyAsDouble(at) + 0.1 * Math.sin(5 * at));
    }
    return new Risk(Loss.MSE, x, y);
  }

  /** Data D1. */
  static Risk eluLine() {
    return line(x -> 1.2 * elu(1.1 * x + 0.4) - 0.8 * elu(-0.9 * x + 0.3) + 0.1);
  }

  /** The data of the tanh golden case. */
  static Risk tanhLine() {
    return line(x -> 1.2 * Math.tanh(1.1 * x + 0.4) - 0.8 * Math.tanh(-0.5 * x + 0.9) + 0.1);
  }

  private static double elu(double u) {
    return u > 0 ? u : Math.exp(u) - 1;
  }

  static Perceptron eluTeacher() {
    return network(List.of(1, 2, 1), ELU)
        .withParameters(new double[] {1.1, -0.9, 0.4, 0.3, 1.2, -0.8, 0.1});
  }

  static Perceptron tanhTeacher() {
    return network(List.of(1, 2, 1), TANH)
        .withParameters(new double[] {1.1, -0.5, 0.4, 0.9, 1.2, -0.8, 0.1});
  }

  static Perceptron critical(Backend backend, Perceptron start, Risk risk) {
    CriticalPoint found = CriticalPoints.PRECISE.find(backend, start, risk);
    if (!found.isCritical()) {
      throw new AssertionError(
          "not critical: " + found.status() + " at a gradient of " + found.gradientL1());
    }
    return found.network();
  }

  /**
   * Whether rounding cannot change which eigenvalues of H K count as zero: by Ostrowski each is one
   * of H times a factor between the least and the largest eigenvalue of K.
   *
   * @param h eigenvalues of H
   * @param zero largest of them that counts as zero
   * @param k eigenvalues of K, ascending
   * @param zeroOfProduct largest eigenvalue of H K that counts as zero
   */
  static boolean isClear(double[] h, double zero, double[] k, double zeroOfProduct) {
    return Arrays.stream(h)
        .map(Math::abs)
        .allMatch(v ->
            v > zero ? v * k[0] > 10 * zeroOfProduct : 10 * v * k[k.length - 1] < zeroOfProduct);
  }

  static double[] spectrum(Backend backend, Perceptron network, Risk risk) {
    try (RiskPoint point = new RiskPoint(backend, network, risk)) {
      return DenseSpectrum.of(point, Form.HESSIAN);
    }
  }

  static double[] gradient(Backend backend, Perceptron network, Risk risk) {
    try (RiskPoint point = new RiskPoint(backend, network, risk)) {
      return point.gradient();
    }
  }

  static RealMatrix hessian(Backend backend, Perceptron network, Risk risk) {
    try (RiskPoint point = new RiskPoint(backend, network, risk);
        HostMatrix matrix = point.matrix(Form.HESSIAN)) {
      return MatrixUtils.createRealMatrix(matrix.toArray());
    }
  }
}
