package dev.lamina.analysis.sparsity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.network.DenseLayer;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.training.Loss;
import dev.lamina.backend.Backend;
import dev.lamina.backend.BackendId;
import dev.lamina.config.LaminaConfig;
import dev.lamina.contract.ContractBackends;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Merging and Carathéodory pruning of neurons and networks. */
class PruningTest {

  private static Backend cpu() {
    return ContractBackends.open(BackendId.CPU, LaminaConfig.defaults());
  }

  /** Returns Σzzᵀ, or Σσ(z)σ(z)ᵀ. */
  private static double[][] gram(double[][] z, Activation activation) {
    int n = z[0].length;
    double[][] k = new double[n][n];
    for (double[] row : z) {
      for (int i = 0; i < n; i++) {
        for (int j = 0; j < n; j++) {
          k[i][j] += activation.value(row[i]) * activation.value(row[j]);
        }
      }
    }
    return k;
  }

  private static double trace(double[][] m) {
    return IntStream.range(0, m.length).mapToDouble(i -> m[i][i]).sum();
  }

  private static void assertSame(double[][] got, double[][] want, double tolerance) {
    for (int i = 0; i < want.length; i++) {
      for (int j = 0; j < want[i].length; j++) {
        assertThat(got[i][j]).isCloseTo(want[i][j], within(tolerance));
      }
    }
  }

  @Test
  void goldenCovariancesArePrunedToTheirRank() {
    double[][] z = Problems.grid(14, 3, .61, 1.27, .35);
    double[][] k = gram(z, Activation.IDENTITY);
    double[][] m = gram(z, Activation.RELU);
    assertThat(trace(k)).isCloseTo(21.076049146463, within(1e-11));
    assertThat(trace(m)).isCloseTo(11.822910826004, within(1e-11));
    assertThat(k[0][1]).isCloseTo(2.674483120679, within(1e-11));
    assertThat(m[0][1]).isCloseTo(2.532857387579, within(1e-11));
    ConicPruning.Kept kept = ConicPruning.prune(z, Activation.RELU);
    assertThat(kept.neurons()).hasSize(9).isSorted();
    assertSame(gram(kept.rows(z), Activation.IDENTITY), k, 1e-12);
    assertSame(gram(kept.rows(z), Activation.RELU), m, 1e-12);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6})
  void randomLayersAreReducedToTheBound(long seed) {
    int n = 1 + (int) (seed % 4);
    double[][] z = Problems.random(60, n, seed);
    ConicPruning.Kept kept = ConicPruning.prune(z, Activation.RELU);
    assertThat(kept.neurons().size()).isLessThanOrEqualTo(n * (n + 1));
    assertThat(kept.factors()).allMatch(f -> f > 0);
    assertSame(gram(kept.rows(z), Activation.IDENTITY), gram(z, Activation.IDENTITY), 1e-10);
    assertSame(gram(kept.rows(z), Activation.RELU), gram(z, Activation.RELU), 1e-10);
  }

  @Test
  void networkOfWidths40And35GoesTo12And12() {
    List<double[][]> w =
        List.of(
            scaled(Problems.random(40, 4, 1), .5),
            scaled(Problems.random(35, 41, 2), .2),
            scaled(Problems.random(2, 36, 3), .2));
    RidgeProblem problem =
        Problems.problem(Problems.random(3, 3, 4), Problems.random(2, 3, 5), Loss.MSE, 1e-2, 1);
    List<Activation> relu = Collections.nCopies(2, Activation.RELU);
    try (Backend backend = cpu();
        Network network = Weights.network(w, relu, 1);
        Pruned pruned = NetworkPruning.caratheodory(backend, network, problem)) {
      assertThat(pruned.neuronsBefore()).containsExactly(40, 35);
      assertThat(pruned.neuronsAfter()).allMatch(n -> n <= 12);
      assertThat(pruned.outputChange()).isLessThan(1e-13);
      CovarianceResult before = CovarianceForm.measure(backend, network, problem);
      CovarianceResult after = CovarianceForm.measure(backend, pruned.network(), problem);
      assertThat(after.lossRepresentations())
          .isCloseTo(before.lossRepresentations(), within(1e-11));
      assertThat(after.loss()).isCloseTo(after.lossRepresentations(), within(1e-11));
    }
  }

  private static double[][] scaled(double[][] m, double factor) {
    for (double[] row : m) {
      for (int j = 0; j < row.length; j++) {
        row[j] *= factor;
      }
    }
    return m;
  }

  /** A network in which neurons 0, 3, 6, … of every hidden layer lie on one ray with their next. */
  private static List<double[][]> withTwins(int[] widths, boolean bias, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    List<double[][]> w = new ArrayList<>();
    for (int l = 1; l < widths.length; l++) {
      double[][] m = Problems.random(widths[l], widths[l - 1] + (bias ? 1 : 0), seed * 10 + l);
      for (int k = 0; k + 1 < widths[l] && l + 1 < widths.length; k += 3) {
        double ratio = 0.1 + 3 * random.nextDouble();
        for (int j = 0; j < m[k].length; j++) {
          m[k + 1][j] = ratio * m[k][j];
        }
      }
      w.add(m);
    }
    return w;
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void mergingKeepsFunctionAndCovariances(long seed) {
    boolean bias = seed % 2 == 1;
    double beta = bias ? 0.5 * seed : 0;
    int[] widths = {4, 9, 12, 3};
    List<double[][]> w = withTwins(widths, bias, seed);
    RidgeProblem problem =
        Problems.problem(
            Problems.random(4, 30, seed), Problems.random(3, 30, 8), Loss.MSE, .1, beta);
    Activation leaky = Activation.parse("leakyRelu(slope=0.1)");
    List<Activation> all = Collections.nCopies(2, leaky);
    RidgeProblem other =
        Problems.problem(
            Problems.random(4, 17, 77), Problems.random(3, 17, 78), Loss.MSE, .1, beta);
    try (Backend backend = cpu();
        Network network = Weights.network(w, all, beta);
        Pruned pruned = NetworkPruning.mergeKeepingOutputs(backend, network, problem)) {
      assertThat(pruned.neuronsAfter()).containsExactly(6, 8);
      assertThat(pruned.outputChange()).isLessThan(1e-13);
      CovarianceResult before = CovarianceForm.measure(backend, network, problem);
      CovarianceResult after = CovarianceForm.measure(backend, pruned.network(), problem);
      assertThat(before.layers().get(0).effectiveNeurons()).isEqualTo(6);
      assertThat(before.layers().get(1).effectiveNeurons()).isEqualTo(8);
      // K and M are the same, and so is what depends on them alone.
      assertThat(after.lossRepresentations())
          .isCloseTo(before.lossRepresentations(), within(1e-9 * before.lossRepresentations()));
      for (int l = 0; l < 2; l++) {
        assertThat(after.layers().get(l).eigenvaluesM().getFirst())
            .isCloseTo(before.layers().get(l).eigenvaluesM().getFirst(), within(1e-9));
      }
      // Twins have proportional weights: the function is the same on other data too.
      assertThat(RepresentationsOf.outputs(backend, pruned.network(), other))
          .usingComparatorWithPrecision(1e-11)
          .containsExactly(RepresentationsOf.outputs(backend, network, other));
    }
  }

  @Test
  void deadAndUnheardNeuronsGo() {
    double[][] in = Problems.random(6, 3, 1);
    double[][] x = Problems.random(3, 10, 2);
    for (double[] row : x) {
      for (int j = 0; j < row.length; j++) {
        row[j] = Math.abs(row[j]);
      }
    }
    in[1] = new double[] {0, 0, 0};
    in[2] = new double[] {-1, -2, -3}; // negative on all samples
    double[][] out = Problems.random(2, 6, 3);
    out[0][4] = 0;
    out[1][4] = 0;
    RidgeProblem problem = Problems.problem(x, Problems.random(2, 10, 4), Loss.MSE, .1, 0);
    try (Backend backend = cpu();
        Network network = Weights.network(List.of(in, out), List.of(Activation.RELU), 0);
        Pruned pruned = NetworkPruning.mergeKeepingOutputs(backend, network, problem)) {
      assertThat(pruned.neuronsAfter().getFirst()).isLessThanOrEqualTo(3);
      assertThat(pruned.outputChange()).isLessThan(1e-14);
      assertThat(pruned.lossAfter()).isLessThan(pruned.lossBefore());
      DenseLayer first = (DenseLayer) pruned.network().layers().getFirst();
      assertThat(first.bias()).isEmpty();
      assertThat(first.dtype()).isEqualTo(DType.FLOAT64);
    }
  }

  @Test
  void equalNeuronsOfTanhMerge() {
    double[][] in = Problems.random(5, 4, 1);
    in[3] = in[0].clone();
    in[4] = in[1].clone();
    for (int j = 0; j < 4; j++) {
      in[4][j] *= 2; // on the same ray, but tanh is not homogeneous
    }
    RidgeProblem problem =
        Problems.problem(Problems.random(3, 9, 2), Problems.random(2, 9, 3), Loss.MSE, .1, 1);
    try (Backend backend = cpu();
        Network network =
            Weights.network(
                List.of(in, Problems.random(2, 6, 4)), List.of(Activation.Smooth.TANH), 1);
        Pruned pruned = NetworkPruning.mergeKeepingOutputs(backend, network, problem)) {
      assertThat(pruned.neuronsAfter()).containsExactly(4);
      assertThat(pruned.outputChange()).isLessThan(1e-15);
    }
  }

  @Test
  void nothingIsMergedThatChangesOutputs() {
    double[][] in = Problems.random(4, 3, 1);
    in[1] = in[0].clone();
    in[1][2] += 1e-5; // a cosine of 1 − 1e-11
    RidgeProblem problem =
        Problems.problem(Problems.random(3, 9, 2), Problems.random(2, 9, 3), Loss.MSE, .1, 0);
    try (Backend backend = cpu();
        Network network =
            Weights.network(List.of(in, Problems.random(2, 4, 4)), List.of(Activation.RELU), 0);
        Pruned kept = NetworkPruning.mergeKeepingOutputs(backend, network, problem);
        Pruned merged = NetworkPruning.merge(backend, network, problem, 1e-6)) {
      assertThat(kept.neuronsAfter()).containsExactly(4);
      assertThat(merged.neuronsAfter()).containsExactly(3);
      assertThat(merged.outputChange()).isBetween(1e-7, 1e-4);
    }
  }

  @Test
  void badInputIsRefused() {
    assertThatThrownBy(() -> ConicPruning.prune(Problems.random(4, 3, 1), Activation.Smooth.TANH))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("positively homogeneous");
    assertThatThrownBy(() -> ConicPruning.prune(Problems.random(4, 25, 1), Activation.RELU))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("at most 24 samples");
    assertThatThrownBy(() -> Rays.of(Problems.random(4, 3, 1), Activation.RELU, 0))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("between 0 and 1");
  }
}
