package dev.lamina.analysis.sparsity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.layerwise.Form;
import dev.lamina.analysis.layerwise.LayerObjective;
import dev.lamina.analysis.layerwise.ObjectiveSettings;
import dev.lamina.analysis.layerwise.Space;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.backend.MemoryBudget;
import dev.lamina.config.ByteSizes;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DeviceMatrix;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The Tikhonov loss and its minimisation. */
class RepresentationLossTest {

  private static Backend cpu() {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
  }

  private static List<double[][]> golden() {
    return List.of(
        Problems.grid(4, 5, .37, 1.9, .2),
        Problems.grid(3, 5, .91, .77, .4),
        Problems.grid(2, 5, .3, .5, .1));
  }

  @ParameterizedTest
  @CsvSource({
    "tanh, 2.805215459637, 1.251311600760, 0.891400938177, 0.985579619624, 0.107928127879",
    "relu, 2.730832189055, 1.949882956828, 0.831077579428, 0.996592718678, 0.446230972474"
  })
  void goldenLossAndGradient(
      String activation, double loss, double g1, double g2, double g3, double first) {
    DenseShape shape = DenseShape.of(List.of(3, 4, 3, 2), Activation.parse(activation));
    try (Backend backend = cpu();
        Scratch scratch = new Scratch(backend);
        RepresentationLoss objective =
            new RepresentationLoss(backend, Problems.golden(.01, 1), shape, .05)) {
      List<DeviceMatrix> z = golden().stream().map(scratch::upload).toList();
      List<DeviceMatrix> gradient = Points.like(scratch, z);
      assertThat(objective.evaluate(z, gradient)).isCloseTo(loss, within(1e-12));
      assertThat(Math.sqrt(scratch.squaredNorm(gradient.get(0)))).isCloseTo(g1, within(1e-12));
      assertThat(Math.sqrt(scratch.squaredNorm(gradient.get(1)))).isCloseTo(g2, within(1e-12));
      assertThat(Math.sqrt(scratch.squaredNorm(gradient.get(2)))).isCloseTo(g3, within(1e-12));
      assertThat(scratch.download(gradient.get(0))[0][0]).isCloseTo(first, within(1e-12));
    }
  }

  @ParameterizedTest
  @CsvSource({"mse, 1, 5", "mse, 0, 9", "cross-entropy, 0.5, 5", "cross-entropy, 1, 3"})
  void gradientIsThatOfFiniteDifferences(String cost, double biasStrength, int n) {
    DenseShape shape = DenseShape.of(List.of(3, 6, 4, 2), Activation.Smooth.TANH);
    RidgeProblem problem =
        Problems.problem(
            Problems.random(3, n, 1),
            cost.equals("mse") ? Problems.random(2, n, 2) : probabilities(n),
            cost.equals("mse") ? Loss.MSE : Loss.CROSS_ENTROPY,
            .1,
            biasStrength);
    try (Backend backend = cpu();
        Scratch scratch = new Scratch(backend);
        RepresentationLoss loss = new RepresentationLoss(backend, problem, shape, .3)) {
      List<double[][]> z =
          List.of(Problems.random(6, n, 3), Problems.random(4, n, 4), Problems.random(2, n, 5));
      List<DeviceMatrix> at = z.stream().map(scratch::upload).toList();
      List<DeviceMatrix> gradient = Points.like(scratch, at);
      loss.evaluate(at, gradient);
      for (int l = 0; l < 3; l++) {
        double[][] g = scratch.download(gradient.get(l));
        for (int i = 0; i < z.get(l).length; i++) {
          double step = 1e-5;
          double up = moved(loss, z, l, i, step);
          double down = moved(loss, z, l, i, -step);
          assertThat(g[i][i % n]).isCloseTo((up - down) / (2 * step), within(1e-8));
        }
      }
    }
  }

  private static double moved(
      RepresentationLoss loss, List<double[][]> z, int l, int i, double step) {
    try (Scratch scratch = new Scratch(loss.backend())) {
      List<DeviceMatrix> at = new ArrayList<>();
      for (int k = 0; k < z.size(); k++) {
        double[][] copy = new double[z.get(k).length][];
        for (int r = 0; r < copy.length; r++) {
          copy[r] = z.get(k)[r].clone();
        }
        if (k == l) {
          copy[i][i % copy[i].length] += step;
        }
        at.add(scratch.upload(copy));
      }
      return loss.evaluate(at);
    }
  }

  private static double[][] probabilities(int n) {
    double[][] y = new double[2][n];
    for (int j = 0; j < n; j++) {
      y[0][j] = (1 + Math.sin(j)) / 2;
      y[1][j] = 1 - y[0][j];
    }
    return y;
  }

  /** min_W ‖W‖² + ‖Z − WB‖²/ε at the recovered weights, layer by layer. */
  @Test
  void isTheRelaxedLossAtTheRecoveredWeights() {
    double epsilon = .05;
    RidgeProblem problem = Problems.golden(.01, 1);
    DenseShape shape = DenseShape.of(List.of(3, 4, 3, 2), Activation.RELU);
    try (Backend backend = cpu();
        Scratch scratch = new Scratch(backend);
        RepresentationLoss loss = new RepresentationLoss(backend, problem, shape, epsilon)) {
      List<DeviceMatrix> z = golden().stream().map(scratch::upload).toList();
      double value = loss.evaluate(z);
      double sum = 0;
      try (var network = loss.network()) {
        List<double[][]> weights = Weights.of(network, 1);
        for (int l = 1; l <= 3; l++) {
          DeviceMatrix w = scratch.upload(weights.get(l - 1));
          DeviceMatrix rest = scratch.copy(z.get(l - 1));
          backend.gram().gemm(w, false, loss.b(l - 1), false, -1, 1, rest);
          sum += scratch.squaredNorm(w) + scratch.squaredNorm(rest) / epsilon;
        }
      }
      assertThat(loss.cost() + .01 * sum).isCloseTo(value, within(1e-13));
    }
  }

  @ParameterizedTest
  @CsvSource({"JOINT", "LAYERWISE"})
  void minimumIsALowerBoundWithGapOfOrderEpsilon(RepresentationPlan.Order order) {
    RidgeProblem problem = Problems.golden(2e-3, 1);
    DenseShape shape = DenseShape.of(List.of(3, 9, 8, 2), Activation.Smooth.TANH);
    RepresentationPlan plan =
        order == RepresentationPlan.Order.JOINT
            ? new RepresentationPlan(order, 20, 300, 1e-13)
            : new RepresentationPlan(order, 400, 5, 1e-10);
    try (Backend backend = cpu();
        RidgeTraining training = new RidgeTraining(backend, problem, shape);
        RidgeFit fit = training.best(new RidgePlan(1, 300, 0.02, 20, 200, 1, 1))) {
      double[] gaps = new double[2];
      double[] epsilons = {1e-3, 1e-4};
      for (int i = 0; i < 2; i++) {
        try (RepresentationFit found =
            RepresentationTraining.minimise(backend, fit.network(), problem, epsilons[i], plan)) {
          gaps[i] = fit.loss() - found.loss();
          assertThat(found.trace()).isSortedAccordingTo((a, b) -> Double.compare(b, a));
          if (order == RepresentationPlan.Order.JOINT) {
            for (LayerForces forces : found.forces()) {
              assertThat(forces.residual()).isLessThan(1e-5);
            }
          }
        }
      }
      assertThat(gaps[0]).isPositive();
      double ratio = gaps[1] / gaps[0];
      assertThat(ratio).isBetween(.09, order == RepresentationPlan.Order.JOINT ? .11 : .2);
    }
  }

  @Test
  void badEpsilonIsRefused() {
    DenseShape shape = DenseShape.of(List.of(3, 4, 2), Activation.RELU);
    try (Backend backend = cpu()) {
      assertThatThrownBy(
              () -> new RepresentationLoss(backend, Problems.golden(.01, 1), shape, 0).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("epsilon must be positive");
      assertThatThrownBy(
              () -> new RepresentationLoss(backend, Problems.golden(.01, 1), shape, 1e-30).close())
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("take a larger one");
    }
  }

  @Test
  void tooLittleMemorySaysWhatWouldFit() {
    DenseShape shape = DenseShape.of(List.of(30, 40, 20, 10), Activation.RELU);
    RepresentationPlan joint = RepresentationPlan.usual(RepresentationPlan.Order.JOINT);
    RepresentationPlan turns = RepresentationPlan.usual(RepresentationPlan.Order.LAYERWISE);
    RepresentationMemory memory = new RepresentationMemory(shape, 1, joint);
    long all = memory.bytes(2000, RepresentationPlan.Order.JOINT);
    long inTurns = memory.bytes(2000, RepresentationPlan.Order.LAYERWISE);
    assertThat(inTurns).isLessThan(all);
    MemoryBudget enough = new MemoryBudget(all);
    try (MemoryBudget.Reservation _ = memory.reserve(enough, 2000)) {
      assertThat(enough.available()).isZero();
    }
    assertThatThrownBy(() -> memory.reserve(new MemoryBudget(all - 1), 2000).close())
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining(
            "2000 samples and widths [30, 40, 20, 10] need " + ByteSizes.rounded(all))
        .hasMessageContaining("memory budget of " + ByteSizes.rounded(all - 1))
        .hasMessageContaining("in turns needs " + ByteSizes.rounded(inTurns));
    RepresentationMemory last = new RepresentationMemory(shape, 1, turns);
    long fits = last.bytes(700, RepresentationPlan.Order.LAYERWISE);
    assertThatThrownBy(() -> last.reserve(new MemoryBudget(fits), 2000).close())
        .hasMessageContaining("at most 700 samples would fit");
    try (Backend small =
            ContractBackends.open(BackendId.CPU, LaminaConfig.defaults().withMemoryBudget(4096));
        Network network =
            Weights.network(
                List.of(Problems.random(4, 3, 1), Problems.random(2, 4, 2)),
                List.of(Activation.RELU),
                0)) {
      assertThatThrownBy(() ->
              RepresentationTraining.minimise(small, network, Problems.golden(.01, 0), .1, turns)
                  .close())
          .hasMessageContaining("tikhonov form: 5 samples")
          .hasMessageContaining("memory budget of 4 KiB");
    }
  }

  /**
   * The bridge to the deep Gaussian layer-wise loss: its data term ½ tr Yᵀ(K + s²I)⁻¹Y with the
   * read-out's kernel K = ΦΦᵀ + β² is half a layer's Tikhonov term with ε = s², gradient included.
   */
  @ParameterizedTest
  @CsvSource({"4, 9, 1", "9, 4, 1", "7, 7, 0", "3, 12, 0.4"})
  void dataTermOfTheLayerWiseLossIsTheTikhonovTerm(int width, int n, double beta) {
    double epsilon = .2;
    double[][] phi = Problems.random(width, n, 3);
    double[][] y = Problems.random(2, n, 4);
    ObjectiveSettings settings =
        new ObjectiveSettings(
            Form.FIT,
            0,
            epsilon,
            width, // the kernel divides by the width
            2,
            beta * beta,
            false,
            Space.AUTO,
            OptionalLong.empty());
    RidgeProblem problem = Problems.problem(Problems.random(2, n, 1), y, Loss.MSE, .1, beta);
    DenseShape shape = DenseShape.of(List.of(2, width, 2), Activation.IDENTITY);
    try (Backend backend = cpu();
        Scratch scratch = new Scratch(backend);
        LayerObjective objective = LayerObjective.open(backend, settings);
        RepresentationLoss loss = new RepresentationLoss(backend, problem, shape, epsilon)) {
      DeviceMatrix rows = scratch.upload(Problems.transposed(phi));
      DeviceMatrix gradient = scratch.like(rows);
      double fit = objective.evaluate(rows, scratch.upload(Problems.transposed(y)), gradient).fit();
      DeviceMatrix z = scratch.upload(phi);
      loss.evaluate(List.of(z, scratch.upload(y)));
      double term = backend.gram().dot(scratch.upload(y), loss.t(2));
      assertThat(fit).isCloseTo(term / 2, within(1e-12 * term));
      DeviceMatrix repulsion = scratch.like(z);
      loss.repulsion(1, z, 1, repulsion);
      double[][] want = scratch.download(gradient);
      double[][] got = scratch.download(repulsion);
      for (int i = 0; i < width; i++) {
        for (int j = 0; j < n; j++) {
          assertThat(got[i][j] / 2).isCloseTo(want[j][i], within(1e-11));
        }
      }
    }
  }
}
