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
import java.util.Collections;
import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Attraction and repulsion against finite differences of the loss of representations. */
class ForcesTest {

  private static Backend cpu() {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
  }

  /** All B_l have rank N: the plain form. */
  @ParameterizedTest
  @CsvSource({"tanh, 1", "tanh, 0", "relu, 1", "leakyRelu(slope=0.2), 0.7"})
  void plainFormIsTheGradientAtFullRank(String text, double beta) {
    int n = 4;
    Activation activation = Activation.parse(text);
    int extra = beta > 0 ? 1 : 0;
    List<double[][]> w =
        List.of(
            Problems.random(9, 5 + extra, 1),
            Problems.random(8, 9 + extra, 2),
            Problems.random(2, 8 + extra, 3));
    double[][] x = Problems.random(5, n, 4);
    RidgeProblem problem = Problems.problem(x, Problems.random(2, n, 5), Loss.MSE, .1, beta);
    try (Backend backend = cpu();
        Network network = Weights.network(w, Collections.nCopies(2, activation), beta)) {
      List<LayerForces> forces = Forces.of(backend, network, problem);
      assertThat(forces)
          .extracting(LayerForces::form)
          .containsExactly(ForceForm.PLAIN, ForceForm.PLAIN, ForceForm.COST);
      RealMatrix b0 = Reference.b(MatrixUtils.createRealMatrix(x), Activation.IDENTITY, beta);
      List<RealMatrix> z = Reference.forward(MatrixUtils.createRealMatrix(x), w, activation, beta);
      for (int l = 1; l <= 2; l++) {
        RealMatrix below = l == 1 ? b0 : Reference.b(z.get(l - 2), activation, beta);
        RealMatrix inverse = Reference.pseudoInverse(below);
        for (int i = 0; i < z.get(l - 1).getRowDimension(); i++) {
          int j = i % n;
          double attraction =
              slope(z.get(l - 1), i, j, m -> Reference.squaredNorm(m.multiply(inverse)));
          RealMatrix next = z.get(l);
          double repulsion =
              slope(
                  z.get(l - 1),
                  i,
                  j,
                  m ->
                      Reference.squaredNorm(
                          next.multiply(
                              Reference.pseudoInverse(Reference.b(m, activation, beta)))));
          LayerForces f = forces.get(l - 1);
          assertThat(f.attraction()[i][j]).isCloseTo(attraction, within(1e-6 * f.attractionNorm()));
          assertThat(f.repulsion()[i][j]).isCloseTo(repulsion, within(1e-5 * f.repulsionNorm()));
        }
      }
    }
  }

  private interface Function {
    double of(RealMatrix m);
  }

  private static double slope(RealMatrix at, int i, int j, Function function) {
    double step = 1e-6;
    RealMatrix up = at.copy();
    up.addToEntry(i, j, step);
    RealMatrix down = at.copy();
    down.addToEntry(i, j, -step);
    return (function.of(up) - function.of(down)) / (2 * step);
  }

  /** At a minimum below full rank the plain form does not cancel attraction; multipliers do. */
  @Test
  void multipliersCancelAttractionAtAMinimum() {
    RidgeProblem problem = Problems.golden(2e-3, 1);
    DenseShape shape = DenseShape.of(List.of(3, 9, 8, 2), Activation.Smooth.TANH);
    try (Backend backend = cpu();
        RidgeTraining training = new RidgeTraining(backend, problem, shape);
        RidgeFit fit = training.best(new RidgePlan(1, 300, 0.02, 20, 200, 1, 1))) {
      List<LayerForces> forces = Forces.of(backend, fit.network(), problem);
      assertThat(forces.getFirst().form()).isEqualTo(ForceForm.MULTIPLIER);
      for (LayerForces f : forces) {
        assertThat(f.residual()).isLessThan(1e-5);
        assertThat(f.attractionNorm()).isPositive();
      }
      // The plain form at layer 1, from the explicit pseudo-inverse.
      List<double[][]> w = Weights.of(fit.network(), 1);
      RealMatrix x = MatrixUtils.createRealMatrix(Problems.grid(3, 5, .7, 1.3, .5));
      List<RealMatrix> z = Reference.forward(x, w, Activation.Smooth.TANH, 1);
      RealMatrix b1 = Reference.b(z.get(0), Activation.Smooth.TANH, 1);
      assertThat(Reference.rank(b1)).isLessThan(5);
      RealMatrix inverse = Reference.pseudoInverse(b1);
      RealMatrix second = z.get(1).multiply(inverse);
      RealMatrix pull = second.transpose().multiply(second).multiply(inverse.transpose());
      RealMatrix b0 = Reference.b(x, Activation.IDENTITY, 1);
      RealMatrix p0 = Reference.pseudoInverse(b0).multiply(b0);
      RealMatrix sum = MatrixUtils.createRealMatrix(forces.getFirst().attraction());
      for (int i = 0; i < 9; i++) {
        for (int j = 0; j < 5; j++) {
          double slope = Activation.Smooth.TANH.derivative(z.get(0).getEntry(i, j));
          sum.addToEntry(i, j, -2 * pull.getEntry(i, j) * slope);
        }
      }
      assertThat(sum.multiply(p0).getFrobeniusNorm())
          .isGreaterThan(1e-3 * forces.getFirst().attractionNorm());
    }
  }
}
