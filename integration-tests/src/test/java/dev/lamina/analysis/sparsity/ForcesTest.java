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
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.QRDecomposition;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

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
        Scratch scratch = new Scratch(backend);
        RidgeLoss loss = new RidgeLoss(backend, problem, shape);
        RidgeTraining training = new RidgeTraining(backend, problem, shape);
        RidgeFit fit = training.best(new RidgePlan(1, 300, 0.02, 20, 200, 1, 1))) {
      List<DeviceMatrix> at = Weights.of(fit.network(), 1).stream().map(scratch::upload).toList();
      for (int round = 0; round < 3; round++) { // rounding ends each
        Lbfgs.minimise(backend, loss, at, new LbfgsSettings(100, 300, 1e-15, 0));
      }
      List<double[][]> w = at.stream().map(scratch::download).toList();
      List<LayerForces> forces;
      try (Network network = Weights.network(w, shape.activations(), 1)) {
        forces = Forces.of(backend, network, problem);
      }
      assertThat(forces.getFirst().form()).isEqualTo(ForceForm.MULTIPLIER);
      for (LayerForces f : forces) {
        assertThat(f.residual()).isLessThan(1e-7);
        assertThat(f.weightResidual()).isLessThan(1e-7);
        assertThat(f.attractionNorm()).isPositive();
        assertThat(f.kinks()).isZero();
      }
      // The plain form at layer 1, from the explicit pseudo-inverse.
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

  /**
   * One neuron, samples (1, 0) and (cos θ, sin θ), targets 1 and −c. At the minimum the neuron is
   * orthogonal to the second sample, on the kink, and stationary for the slope 2λ cos θ/(c sin θ)
   * there, not for that of either side.
   */
  @ParameterizedTest
  @CsvSource({"1.0471975511965976, 0.05, 0.5", "1.3, 0.1, 2", "0.6, 0.02, 0.4"})
  void forcesCancelOnAKinkForASlopeBetweenBothSides(double angle, double lambda, double c) {
    double sin = Math.sin(angle);
    double a = Math.sqrt((1 - 2 * lambda / sin) / sin);
    double slope = 2 * lambda * Math.cos(angle) / (sin * c);
    assertThat(slope).isBetween(.01, .99);
    RidgeProblem problem =
        Problems.problem(
            new double[][] {{1, Math.cos(angle)}, {0, sin}},
            new double[][] {{1, -c}},
            Loss.MSE,
            lambda,
            0);
    List<double[][]> w =
        List.of(new double[][] {{a * sin, -a * Math.cos(angle)}}, new double[][] {{a}});
    try (Backend backend = cpu();
        Network network = Weights.network(w, List.of(Activation.RELU), 0)) {
      List<LayerForces> forces = Forces.of(backend, network, problem);
      assertThat(forces).extracting(LayerForces::kinks).containsExactly(1, 0);
      assertThat(forces)
          .extracting(LayerForces::form)
          .containsExactly(ForceForm.MULTIPLIER, ForceForm.COST);
      for (LayerForces f : forces) {
        assertThat(f.residual()).isLessThan(1e-13);
        assertThat(f.weightResidual()).isLessThan(1e-13);
      }
      // R = (∂C/∂σ)·slope/λ, with ∂C/∂σ = c a at the second sample.
      assertThat(forces.getFirst().repulsion()[0][1])
          .isCloseTo(c * a * slope / lambda, within(1e-11));
    }
  }

  /** At a trained minimum of relu forces cancel for the slopes found, not for one-sided ones. */
  @Test
  void forcesCancelAtAMinimumOfReluOnKinks() {
    RidgeProblem problem = Problems.golden(2e-3, 1);
    DenseShape shape = DenseShape.of(List.of(3, 9, 8, 2), Activation.RELU);
    try (Backend backend = cpu();
        RidgeTraining training = new RidgeTraining(backend, problem, shape);
        RidgeFit fit = training.best(new RidgePlan(1, 400, 0.02, 12, 300, 1, 2))) {
      assertThat(fit.loss()).isCloseTo(0.0143521503311, within(1e-11));
      List<LayerForces> forces = Forces.of(backend, fit.network(), problem);
      assertThat(forces.get(0).kinks() + forces.get(1).kinks()).isGreaterThan(5);
      for (LayerForces f : forces) {
        assertThat(f.residual()).isLessThan(2e-2);
        assertThat(f.weightResidual()).isLessThan(5e-3);
      }
      assertThat(oneSided(fit.network(), problem, forces)).isGreaterThan(.1);
    }
  }

  /** The largest residual of a hidden layer with the slope 0 wherever z ≤ 1e-9. */
  private static double oneSided(Network network, RidgeProblem problem, List<LayerForces> forces) {
    List<double[][]> w = Weights.of(network, 1);
    RealMatrix x = MatrixUtils.createRealMatrix(problem.x().toArray()).transpose();
    RealMatrix y = MatrixUtils.createRealMatrix(problem.y().toArray()).transpose();
    List<RealMatrix> z = Reference.forward(x, w, Activation.RELU, 1);
    RealMatrix g = z.get(2).subtract(y).scalarMultiply(2 / (problem.lambda() * 5));
    double largest = 0;
    for (int l = 2; l >= 1; l--) {
      RealMatrix back = MatrixUtils.createRealMatrix(w.get(l)).transpose().multiply(g);
      g = MatrixUtils.createRealMatrix(z.get(l - 1).getRowDimension(), 5);
      for (int k = 0; k < g.getRowDimension(); k++) {
        for (int i = 0; i < 5; i++) {
          g.setEntry(k, i, z.get(l - 1).getEntry(k, i) > 1e-9 ? back.getEntry(k, i) : 0);
        }
      }
      RealMatrix below =
          l == 1
              ? Reference.b(x, Activation.IDENTITY, 1)
              : Reference.b(z.get(0), Activation.RELU, 1);
      RealMatrix projector = Reference.pseudoInverse(below).multiply(below);
      RealMatrix a = MatrixUtils.createRealMatrix(forces.get(l - 1).attraction());
      double scale = Math.max(a.getFrobeniusNorm(), g.getFrobeniusNorm());
      largest = Math.max(largest, a.add(g).multiply(projector).getFrobeniusNorm() / scale);
    }
    return largest;
  }

  /** Away from minima and kinks the residual of weights is the gradient of the loss. */
  @ParameterizedTest
  @CsvSource({
    "relu, 1, 20",
    "leakyRelu(slope=0.2), 0, 20",
    "tanh, 0.5, 20",
    "leakyRelu(slope=0.2), 1, 2",
    "tanh, 0.5, 2",
    "tanh, 0, 2"
  })
  void residualOfWeightsIsTheGradientByFiniteDifferences(String text, double beta, int n) {
    int extra = beta > 0 ? 1 : 0;
    DenseShape shape = DenseShape.of(List.of(3, 4, 3, 2), Activation.parse(text));
    RidgeProblem problem =
        Problems.problem(Problems.random(3, n, 4), Problems.random(2, n, 5), Loss.MSE, .1, beta);
    // 20 samples: fewer rows than samples in every B_l, nothing to project. 2: every W_l has a V_l.
    List<double[][]> w =
        List.of(
            Problems.random(4, 3 + extra, 1),
            Problems.random(3, 4 + extra, 2),
            Problems.random(2, 3 + extra, 3));
    try (Backend backend = cpu();
        Network network = Weights.network(w, shape.activations(), beta);
        RidgeLoss loss = new RidgeLoss(backend, problem, shape)) {
      List<LayerForces> forces = Forces.of(backend, network, problem);
      for (int l = 0; l < 3; l++) {
        double sum = 0;
        double pull = 0;
        double push = 0;
        for (int i = 0; i < w.get(l).length; i++) {
          for (int j = 0; j < w.get(l)[i].length; j++) {
            double g = slope(backend, loss, w, l, i, j);
            double p = 2 * problem.lambda() * w.get(l)[i][j];
            sum += g * g;
            pull += p * p;
            push += (g - p) * (g - p);
          }
        }
        assertThat(forces.get(l).kinks()).isZero();
        assertThat(forces.get(l).weightResidual())
            .isCloseTo(Math.sqrt(sum / Math.max(pull, push)), within(1e-6));
      }
    }
  }

  private static double slope(
      Backend backend, RidgeLoss loss, List<double[][]> w, int l, int i, int j) {
    double step = 1e-6;
    double[] values = new double[2];
    double before = w.get(l)[i][j];
    for (int side = 0; side < 2; side++) {
      w.get(l)[i][j] = before + (side == 0 ? step : -step);
      try (Scratch scratch = new Scratch(backend)) {
        values[side] = loss.evaluate(w.stream().map(scratch::upload).toList());
      }
    }
    w.get(l)[i][j] = before;
    return (values[0] - values[1]) / (2 * step);
  }

  /** Bounded least squares against all choices of which bounds bind. */
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void slopesAreTheBestOfAllFaces(long seed) {
    int count = 4;
    double[][] columns = Problems.random(count, 5, seed);
    double[] rest = Problems.random(1, 5, seed + 100)[0];
    double[] s = new double[count];
    double[] left = rest.clone();
    KinkSlopes.fit(columns, left, s, 0, 1);
    double best = Double.POSITIVE_INFINITY;
    for (int face = 0; face < 81; face++) {
      best = Math.min(best, onFace(columns, rest, face));
    }
    for (double v : s) {
      assertThat(v).isBetween(0.0, 1.0);
    }
    double[] check = rest.clone();
    for (int k = 0; k < count; k++) {
      for (int j = 0; j < 5; j++) {
        check[j] += s[k] * columns[k][j];
      }
    }
    assertThat(left).containsExactly(check, within(1e-12));
    assertThat(Rays.length(check)).isCloseTo(best, within(1e-9 * Rays.length(rest)));
  }

  /** The least residual with each slope 0, 1 or free by the digits of a number to base 3. */
  private static double onFace(double[][] columns, double[] rest, int face) {
    List<Integer> free = new ArrayList<>();
    RealVector b = MatrixUtils.createRealVector(rest);
    for (int k = 0, digits = face; k < columns.length; k++, digits /= 3) {
      if (digits % 3 == 2) {
        free.add(k);
      } else if (digits % 3 == 1) {
        b = b.add(MatrixUtils.createRealVector(columns[k]));
      }
    }
    if (free.isEmpty()) {
      return b.getNorm();
    }
    RealMatrix a = MatrixUtils.createRealMatrix(rest.length, free.size());
    for (int f = 0; f < free.size(); f++) {
      a.setColumn(f, columns[free.get(f)]);
    }
    RealVector s = new QRDecomposition(a).getSolver().solve(b.mapMultiply(-1));
    boolean inside = s.getMinValue() >= 0 && s.getMaxValue() <= 1;
    return inside ? a.operate(s).add(b).getNorm() : Double.POSITIVE_INFINITY;
  }
}
