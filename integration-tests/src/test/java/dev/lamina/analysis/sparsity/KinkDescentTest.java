package dev.lamina.analysis.sparsity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DeviceMatrix;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Descent along kinks, from points on them. */
class KinkDescentTest {

  private static Backend cpu() {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
  }

  /**
   * One neuron, samples (1, 0) and (cos θ, sin θ), targets 1 and −c: the minimum is orthogonal to
   * the second sample, with length a of both weights, a² = (1 − 2λ/sin θ)/sin θ.
   */
  @ParameterizedTest
  @CsvSource({
    "1.0471975511965976, 0.05, 0.5, 1.3, 0.8",
    "1.3, 0.1, 2, 0.5, 1.7",
    "0.6, 0.02, 0.4, 1.1, 1.2"
  })
  void findsTheMinimumOnTheKink(double angle, double lambda, double c, double in, double out) {
    double sin = Math.sin(angle);
    double cos = Math.cos(angle);
    double a = Math.sqrt((1 - 2 * lambda / sin) / sin);
    RidgeProblem problem =
        Problems.problem(
            new double[][] {{1, cos}, {0, sin}}, new double[][] {{1, -c}}, Loss.MSE, lambda, 0);
    DenseShape shape = DenseShape.of(List.of(2, 1, 1), Activation.RELU);
    try (Backend backend = cpu();
        Scratch scratch = new Scratch(backend);
        RidgeLoss loss = new RidgeLoss(backend, problem, shape)) {
      KinkDescent descent = new KinkDescent(backend, loss, problem, shape);
      assertThat(descent.applies()).isTrue();
      double least = loss.evaluate(weights(scratch, a * sin, -a * cos, a));
      List<DeviceMatrix> w = weights(scratch, in * a * sin, -in * a * cos, out * a);
      assertThat(loss.evaluate(w)).isGreaterThan(least * 1.001);
      double reached = descent.apply(w, 200);
      assertThat(reached).isCloseTo(least, within(1e-13));
      double[][] z = scratch.download(loss.z(1));
      assertThat(z[0][1]).isCloseTo(0, within(1e-12));
      assertThat(scratch.download(w.getLast())[0][0]).isCloseTo(a, within(1e-6));
    }
  }

  private static List<DeviceMatrix> weights(Scratch scratch, double u, double v, double out) {
    return List.of(scratch.upload(new double[][] {{u, v}}), scratch.upload(new double[][] {{out}}));
  }

  @Test
  void withoutKinksNothingMoves() {
    RidgeProblem problem = Problems.golden(1e-2, 0);
    DenseShape shape = DenseShape.of(List.of(3, 4, 2), Activation.RELU);
    assertThat(
            new KinkDescent(
                    null, null, problem, DenseShape.of(List.of(3, 4, 2), Activation.Smooth.TANH))
                .applies())
        .isFalse();
    try (Backend backend = cpu();
        Scratch scratch = new Scratch(backend);
        RidgeLoss loss = new RidgeLoss(backend, problem, shape)) {
      double[][] first = Problems.random(4, 3, 1);
      double[][] second = Problems.random(2, 4, 2);
      List<DeviceMatrix> w = List.of(scratch.upload(first), scratch.upload(second));
      double value = loss.evaluate(w);
      assertThat(new KinkDescent(backend, loss, problem, shape).apply(w, 50)).isEqualTo(value);
      assertThat(scratch.download(w.getFirst())).isDeepEqualTo(first);
      assertThat(scratch.download(w.getLast())).isDeepEqualTo(second);
    }
  }

  /** The loss with held entries: its value by hand and its gradient by finite differences. */
  @ParameterizedTest
  @CsvSource({"relu, 1", "leakyRelu(slope=0.3), 0"})
  void heldLossAndItsGradient(String text, double beta) {
    int extra = beta > 0 ? 1 : 0;
    DenseShape shape = DenseShape.of(List.of(3, 4, 3, 2), Activation.parse(text));
    RidgeProblem problem = Problems.golden(.1, beta);
    List<double[][]> w =
        List.of(
            Problems.random(4, 3 + extra, 1),
            Problems.random(3, 4 + extra, 2),
            Problems.random(2, 3 + extra, 3));
    try (Backend backend = cpu();
        Scratch scratch = new Scratch(backend);
        RidgeLoss loss = new RidgeLoss(backend, problem, shape)) {
      loss.pin(
          new Pins(
              backend,
              3,
              List.of(mask(scratch, 4, 1), mask(scratch, 3, 1)),
              List.of(mask(scratch, 4, 0), mask(scratch, 3, 0)),
              List.of(scaled(scratch, 4, .7), scaled(scratch, 3, -.4)),
              scratch));
      List<DeviceMatrix> gradient =
          w.stream().map(m -> scratch.zeros(m.length, m[0].length)).toList();
      double value = loss.evaluate(w.stream().map(scratch::upload).toList(), gradient);
      double held = 0;
      for (int l = 1; l <= 2; l++) {
        double z = scratch.download(loss.z(l))[1][2];
        held += (l == 1 ? .7 : -.4) * z + 1.5 * z * z;
        assertThat(scratch.download(loss.b().get(l))[1][2]).isZero();
      }
      double squares = w.stream().mapToDouble(Weights::squaredNorm).sum();
      assertThat(value).isCloseTo(loss.cost() + .1 * squares + held, within(1e-12));
      for (int l = 0; l < 3; l++) {
        double[][] g = scratch.download(gradient.get(l));
        for (int i = 0; i < g.length; i++) {
          for (int j = 0; j < g[i].length; j++) {
            assertThat(g[i][j]).isCloseTo(slope(loss, backend, w, l, i, j), within(1e-7));
          }
        }
      }
    }
  }

  /** Holds entry (1, 2) of n×5 entries. */
  private static DeviceMatrix mask(Scratch scratch, int n, double value) {
    double[][] mask = new double[n][5];
    for (double[] row : mask) {
      Arrays.fill(row, 1 - value);
    }
    mask[1][2] = value;
    return scratch.upload(mask);
  }

  private static DeviceMatrix scaled(Scratch scratch, int n, double value) {
    double[][] m = new double[n][5];
    m[1][2] = value;
    return scratch.upload(m);
  }

  private static double slope(
      RidgeLoss loss, Backend backend, List<double[][]> w, int l, int i, int j) {
    double[] values = new double[2];
    double before = w.get(l)[i][j];
    for (int side = 0; side < 2; side++) {
      w.get(l)[i][j] = before + (side == 0 ? 1e-6 : -1e-6);
      try (Scratch scratch = new Scratch(backend)) {
        values[side] = loss.evaluate(w.stream().map(scratch::upload).toList());
      }
    }
    w.get(l)[i][j] = before;
    return (values[0] - values[1]) / 2e-6;
  }
}
