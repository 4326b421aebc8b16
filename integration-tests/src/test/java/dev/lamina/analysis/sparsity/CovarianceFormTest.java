package dev.lamina.analysis.sparsity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DeviceMatrix;
import java.util.Collections;
import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** The three forms of the loss, and training, on the cpu backend. */
class CovarianceFormTest {

  private static Backend cpu() {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
  }

  @ParameterizedTest
  @CsvSource({"1, 0.015902411560", "0, 0.049037144098"})
  void formsAgreeAtMinimumOfTanh(double biasStrength, double best) {
    RidgeProblem problem = Problems.golden(2e-3, biasStrength);
    DenseShape shape = DenseShape.of(List.of(3, 9, 8, 2), Activation.Smooth.TANH);
    try (Backend backend = cpu();
        RidgeTraining training = new RidgeTraining(backend, problem, shape);
        RidgeFit fit = training.best(new RidgePlan(6, 500, 0.02, 30, 300, 1, 1))) {
      CovarianceResult r = CovarianceForm.measure(backend, fit.network(), problem);
      assertThat(fit.loss()).isLessThan(best + 1e-9);
      assertThat(r.loss()).isCloseTo(fit.loss(), within(1e-14));
      assertThat(r.lossRepresentations()).isCloseTo(r.loss(), within(1e-11));
      assertThat(r.lossCovariances()).isCloseTo(r.loss(), within(1e-11));
    }
  }

  @ParameterizedTest
  @CsvSource({
    "relu, mse, 1, 7, 1",
    "relu, mse, 0, 30, 2",
    "tanh, cross-entropy, 0.3, 12, 3",
    "leakyRelu(slope=0.1), cross-entropy, 2, 5, 4",
    "identity, mse, 0, 4, 5",
    "abs, mse, 1, 40, 6"
  })
  void randomNetworksAgainstExplicitPseudoInverses(
      String text, String cost, double beta, int n, long seed) {
    Activation activation = Activation.parse(text);
    Loss loss = cost.equals("mse") ? Loss.MSE : Loss.CROSS_ENTROPY;
    int extra = beta > 0 ? 1 : 0;
    List<double[][]> w =
        List.of(
            Problems.random(9, 4 + extra, seed),
            Problems.random(6, 9 + extra, seed + 10),
            Problems.random(2, 6 + extra, seed + 20));
    double[][] x = Problems.random(4, n, seed + 30);
    double[][] y = new double[2][n];
    for (int j = 0; j < n; j++) {
      y[j % 2][j] = 1;
    }
    double lambda = 0.07;
    RidgeProblem problem = Problems.problem(x, y, loss, lambda, beta);
    RealMatrix mx = MatrixUtils.createRealMatrix(x);
    RealMatrix my = MatrixUtils.createRealMatrix(y);
    List<RealMatrix> z = Reference.forward(mx, w, activation, beta);
    double direct = Reference.cost(z.getLast(), my, loss);
    double parameters = direct;
    for (double[][] m : w) {
      parameters += lambda * Weights.squaredNorm(m);
    }
    double representations =
        Reference.lossOfRepresentations(mx, my, z, activation, loss, lambda, beta);
    try (Backend backend = cpu();
        Network network = Weights.network(w, Collections.nCopies(2, activation), beta)) {
      CovarianceResult r = CovarianceForm.measure(backend, network, problem);
      assertThat(r.loss()).isCloseTo(parameters, within(1e-12 * parameters));
      assertThat(r.lossRepresentations())
          .isCloseTo(representations, within(1e-9 * representations));
      assertThat(r.lossCovariances()).isCloseTo(representations, within(1e-9 * representations));
      assertThat(r.lossRepresentations()).isLessThanOrEqualTo(r.loss() * (1 + 1e-14));
      double wasted = r.layers().stream().mapToDouble(l -> l.dropped() * l.dropped()).sum();
      // ‖W‖² = ‖ZB⁺‖² + ‖V‖²: equality of the losses exactly where V = 0.
      assertThat(r.loss() - r.lossRepresentations())
          .isCloseTo(lambda * wasted, within(1e-9 * parameters));
      RealMatrix in = Reference.b(mx, Activation.IDENTITY, beta);
      for (int l = 1; l <= 3; l++) {
        LayerCovariance layer = r.layers().get(l - 1);
        assertThat(layer.rankInputs()).isEqualTo(Reference.rank(in));
        assertThat(layer.rankK()).isEqualTo(Reference.rank(z.get(l - 1)));
        in = Reference.b(z.get(l - 1), activation, beta);
        if (l < 3) {
          assertThat(layer.rankM()).contains(Reference.rank(in));
          assertThat(layer.eigenvaluesM().stream().mapToDouble(Double::doubleValue).sum())
              .isCloseTo(Reference.squaredNorm(in), within(1e-9 * Reference.squaredNorm(in)));
        }
      }
    }
  }

  /**
   * One display of the paper prints Z_l instead of B_{l−1} inside the pseudo-inverse, and the text
   * the transposed shape of W_l. With Z_l the penalty would be the rank of Z_l whatever the
   * network.
   */
  @Test
  void publishedAndCorrectedPenaltyDiffer() {
    RidgeProblem problem =
        Problems.problem(Problems.random(4, 12, 1), Problems.random(2, 12, 2), Loss.MSE, .1, 0);
    List<double[][]> w = List.of(Problems.random(5, 4, 3), Problems.random(2, 5, 4));
    try (Backend backend = cpu();
        Network network = Weights.network(w, List.of(Activation.RELU), 0)) {
      CovarianceResult r = CovarianceForm.measure(backend, network, problem);
      List<RealMatrix> z =
          Reference.forward(
              MatrixUtils.createRealMatrix(Problems.random(4, 12, 1)), w, Activation.RELU, 0);
      double published =
          Reference.squaredNorm(z.get(1).multiply(Reference.pseudoInverse(z.get(1))));
      assertThat(published).isCloseTo(2, within(1e-12)); // the rank
      // N exceeds all widths and V = 0: the corrected penalty is that of the weights.
      assertThat(r.layers().get(1).penaltyRepresentations())
          .isCloseTo(Weights.squaredNorm(w.get(1)), within(1e-10));
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void exactStepsLowerTheLossAndKeepOutputs(long seed) {
    double beta = seed % 2;
    int extra = (int) beta;
    int n = 6;
    List<double[][]> w =
        List.of(
            Problems.random(9, 7 + extra, seed),
            Problems.random(8, 9 + extra, seed + 10),
            Problems.random(2, 8 + extra, seed + 20));
    RidgeProblem problem =
        Problems.problem(Problems.random(7, n, 5), Problems.random(2, n, 6), Loss.MSE, .1, beta);
    DenseShape shape = DenseShape.of(List.of(7, 9, 8, 2), Activation.RELU);
    try (Backend backend = cpu();
        Scratch scratch = new Scratch(backend);
        RidgeLoss loss = new RidgeLoss(backend, problem, shape);
        ExactSteps steps = new ExactSteps(backend, loss, problem, shape)) {
      List<DeviceMatrix> at = w.stream().map(scratch::upload).toList();
      double start = loss.evaluate(at);
      RealMatrix outputs = MatrixUtils.createRealMatrix(scratch.download(loss.z(3)));
      double projected = steps.project(at);
      assertThat(projected).isLessThan(start);
      double balanced = steps.balance(at);
      assertThat(balanced).isLessThan(projected);
      double both = steps.apply(at);
      assertThat(both).isLessThanOrEqualTo(balanced);
      assertThat(loss.evaluate(at)).isEqualTo(both);
      RealMatrix now = MatrixUtils.createRealMatrix(scratch.download(loss.z(3)));
      assertThat(now.subtract(outputs).getFrobeniusNorm())
          .isLessThan(1e-10 * outputs.getFrobeniusNorm());
      for (int l = 1; l < 3; l++) {
        assertThat(Balance.imbalance(scratch.download(at.get(l - 1)), scratch.download(at.get(l))))
            .isLessThan(1e-6);
      }
    }
  }

  /** The experiment on agreement: relu sits on kinks, so that projection makes the losses agree. */
  @Test
  void formsAgreeAfterTrainingAndProjectionOfRelu() {
    RidgeProblem problem = Problems.golden(2e-3, 1);
    DenseShape shape = DenseShape.of(List.of(3, 9, 8, 2), Activation.RELU);
    try (Backend backend = cpu();
        RidgeTraining training = new RidgeTraining(backend, problem, shape);
        RidgeFit fit = training.best(new RidgePlan(1, 400, 0.02, 5, 200, 1, 3))) {
      assertThat(fit.trace()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
      CovarianceResult r = CovarianceForm.measure(backend, fit.network(), problem);
      assertThat(r.lossRepresentations()).isCloseTo(r.loss(), within(1e-9));
      assertThat(r.lossCovariances()).isCloseTo(r.loss(), within(1e-9));
      for (LayerCovariance layer : r.layers()) {
        assertThat(layer.dropped()).isLessThan(1e-9);
        layer.balance().ifPresent(b -> assertThat(b).isLessThan(1e-6));
      }
    }
  }
}
