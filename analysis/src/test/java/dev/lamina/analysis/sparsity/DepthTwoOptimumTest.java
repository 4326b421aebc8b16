package dev.lamina.analysis.sparsity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.matrix.ShapeException;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class DepthTwoOptimumTest {
  private static final double GAP = 1e-10;

  static double[][] goldenInputs() {
    double[][] x = TestMatrices.grid(3, 6, 0.7, 1.3, 0.5);
    for (int i = 0; i < 3; i++) {
      x[i][i] += 0.3;
    }
    return x;
  }

  static double[][] goldenTargets() {
    return TestMatrices.grid(2, 6, 1.1, 0.9, -0.3);
  }

  private static DepthTwoOptimum golden() {
    return DepthTwoOptimum.of(goldenInputs(), goldenTargets(), 0.02, 1e-12, 1);
  }

  @Test
  void theGoldenCaseHasItsLossBoundAndRays() {
    DepthTwoOptimum optimum = golden();
    assertThat(optimum.loss()).isBetween(0.31869779, 0.31869782);
    assertThat(optimum.bound()).isBetween(0.31869779, optimum.loss() + 1e-15);
    assertThat(optimum.loss() - optimum.bound()).isLessThan(1e-12);
    assertThat(optimum.certified()).isTrue();
    assertThat(optimum.rays()).isEqualTo(6);
    assertThat(optimum.rays(1e-3)).isEqualTo(6);
  }

  /** The network itself has the loss that the columns have. */
  private static void assertLoss(
      DepthTwoOptimum optimum, double[][] x, double[][] y, double lambda) {
    RealMatrix in = matrix(optimum.inputWeights());
    RealMatrix out = matrix(optimum.outputWeights());
    RealMatrix z = in.multiply(matrix(x));
    double[][] hidden = z.getData();
    for (double[] row : hidden) {
      for (int j = 0; j < row.length; j++) {
        row[j] = Math.max(0, row[j]);
      }
    }
    double fit = square(out.multiply(matrix(hidden)).subtract(matrix(y))) / x[0].length;
    assertThat(fit + lambda * (square(in) + square(out)))
        .isCloseTo(optimum.loss(), within(1e-11 * (1 + optimum.loss())));
  }

  private static RealMatrix matrix(double[][] m) {
    return new Array2DRowRealMatrix(m);
  }

  private static double square(RealMatrix m) {
    return Math.pow(m.getFrobeniusNorm(), 2);
  }

  @Test
  void theNetworkHasTheLossAndIsBalanced() {
    DepthTwoOptimum optimum = golden();
    assertLoss(optimum, goldenInputs(), goldenTargets(), 0.02);
    for (int k = 0; k < optimum.neurons(); k++) {
      assertThat(matrix(optimum.inputWeights()).getRowVector(k).getNorm())
          .isCloseTo(matrix(optimum.outputWeights()).getColumnVector(k).getNorm(), within(1e-12));
    }
  }

  /** Second route: x'M₀⁺x ≥ relu(x)'Λ'Λ relu(x) for random x in the row space, equal on neurons. */
  @Test
  void theCovarianceCertificateHolds() {
    double[][] x = goldenInputs();
    DepthTwoOptimum optimum = golden();
    RealMatrix multipliers = matrix(optimum.multipliers());
    SingularValueDecomposition square =
        new SingularValueDecomposition(matrix(x).transposeMultiply(matrix(x)));
    RealMatrix inverse = MatrixUtils.createRealMatrix(6, 6);
    for (int i = 0; i < 3; i++) {
      RealMatrix v = square.getV().getColumnMatrix(i);
      inverse =
          inverse.add(v.multiplyTransposed(v).scalarMultiply(1 / square.getSingularValues()[i]));
    }
    Random random = new Random(5);
    double closest = 0;
    for (int trial = 0; trial < 20_000; trial++) {
      double[][] w = {{random.nextGaussian(), random.nextGaussian(), random.nextGaussian()}};
      closest = Math.max(closest, ratio(matrix(w).multiply(matrix(x)), inverse, multipliers));
    }
    assertThat(closest).isBetween(0.99, 1 + 1e-12);
    RealMatrix neurons = matrix(optimum.inputWeights()).multiply(matrix(x));
    for (int k = 0; k < optimum.neurons(); k++) {
      assertThat(ratio(neurons.getRowMatrix(k), inverse, multipliers)).isCloseTo(1, within(1e-6));
    }
  }

  private static double ratio(RealMatrix row, RealMatrix inverse, RealMatrix multipliers) {
    double free = row.multiply(inverse).multiplyTransposed(row).getEntry(0, 0);
    RealMatrix relu = row.copy();
    for (int j = 0; j < relu.getColumnDimension(); j++) {
      relu.setEntry(0, j, Math.max(0, relu.getEntry(0, j)));
    }
    return square(multipliers.multiplyTransposed(relu)) / free;
  }

  /**
   * On the example of N²/4 neurons the optimum is the linear bound, and no fewer rays than edges
   * reach it.
   */
  @ParameterizedTest
  @CsvSource({"2, 0.02", "4, 0.01", "6, 0.005"})
  void theExampleNeedsAQuarterOfTheSquare(int samples, double lambda) {
    BipartiteExample example = new BipartiteExample(samples);
    DepthTwoOptimum optimum =
        DepthTwoOptimum.of(example.inputs(), example.targets(), lambda, GAP, 1);
    assertThat(optimum.certified()).isTrue();
    assertThat(optimum.loss()).isCloseTo(example.bound(lambda), within(1e-9));
    assertThat(optimum.rays(1e-4)).isGreaterThanOrEqualTo(example.neurons());
  }

  /**
   * Of random problems, degenerate ones among them: the gap closes and the network is as claimed.
   */
  @Property(tries = 25)
  void theGapCloses(
      @ForAll @IntRange(min = 1, max = 3) int inputs,
      @ForAll @IntRange(min = 1, max = 8) int samples,
      @ForAll @IntRange(min = 1, max = 3) int outputs,
      @ForAll @IntRange(min = 0, max = 3) int kind,
      @ForAll @IntRange(min = 0, max = 1000) int seed) {
    double[][] x = TestMatrices.gaussian(inputs, samples, seed);
    for (double[] row : x) {
      for (int j = 0; j < samples; j++) {
        switch (kind) {
          case 1 -> row[j] = Math.rint(row[j]);
          case 2 -> row[j] = j > 0 && j % 2 == 1 ? -2 * row[j - 1] : row[j];
          case 3 -> row[j] = x[0][j];
          default -> {}
        }
      }
    }
    if (square(matrix(x)) == 0) {
      return;
    }
    double[][] y = TestMatrices.gaussian(outputs, samples, seed + 1);
    double lambda = 0.003 * (1 + seed % 7) * (1 + seed % 5);
    DepthTwoOptimum optimum = DepthTwoOptimum.of(x, y, lambda, GAP, seed);
    assertThat(optimum.certified()).isTrue();
    assertThat(optimum.loss() - optimum.bound()).isBetween(-1e-13, 1.1 * GAP * optimum.loss());
    if (optimum.neurons() > 0) {
      assertLoss(optimum, x, y, lambda);
    }
  }

  /** On the way to this one the library finds no eigenvalues. */
  @Test
  void aDegenerateProblemIsSolved() {
    theGapCloses(3, 5, 1, 1, 700);
  }

  /**
   * Some best network has no more neurons than there are numbers to fit, and one. What is found may
   * have several on a ray, which degenerate inputs show, and count as one.
   */
  @Test
  void raysAreFew() {
    for (int seed = 0; seed < 20; seed++) {
      double[][] x = TestMatrices.gaussian(2, 5, seed);
      double[][] y = TestMatrices.gaussian(1, 5, seed + 1);
      DepthTwoOptimum optimum = DepthTwoOptimum.of(x, y, 0.003 * (1 + seed), GAP, seed);
      assertThat(optimum.rays()).isBetween(1, 6);
    }
    double[][] whole = {{1, -1, 2, -2}, {2, 1, 1, 0}};
    DepthTwoOptimum optimum =
        DepthTwoOptimum.of(whole, TestMatrices.gaussian(1, 4, 871), 0.009, GAP, 870);
    assertThat(optimum.rays()).isBetween(1, 5);
  }

  /** With too many faces the directions are found by ascent: no certificate, but a network. */
  @Test
  void manySamplesAreSolvedWithoutCertificate() {
    double[][] x = TestMatrices.gaussian(6, 30, 3);
    double[][] y = TestMatrices.gaussian(1, 30, 4);
    DepthTwoOptimum optimum = DepthTwoOptimum.of(x, y, 0.05, 1e-8, 1);
    assertThat(optimum.certified()).isFalse();
    assertThat(optimum.loss() - optimum.bound()).isLessThan(1e-8 * optimum.loss());
    assertLoss(optimum, x, y, 0.05);
  }

  /** Ascent and exact pricing agree where both can be had. */
  @Test
  void ascentFindsWhatEnumerationFinds() {
    double[][] x = goldenInputs();
    Pricing exact = new Pricing(x, 0, 1);
    Pricing local = Pricing.byAscent(x, 100, 1);
    assertThat(exact.exact()).isTrue();
    assertThat(local.exact()).isFalse();
    for (int seed = 0; seed < 20; seed++) {
      double[][] multipliers = TestMatrices.gaussian(2, 6, seed);
      double best = exact.best(multipliers, List.of(), 0).getFirst().price();
      assertThat(local.best(multipliers, List.of(), 0).getFirst().price())
          .isCloseTo(best, within(1e-9 * best));
      Random random = new Random(seed);
      for (int i = 0; i < 2000; i++) {
        double[] w = Pricing.unit(random.doubles(3, -1, 1).toArray());
        assertThat(Pricing.price(multipliers, w, x)).isLessThanOrEqualTo(best * (1 + 1e-12));
      }
    }
  }

  @Test
  void aStrongRidgeLeavesNothing() {
    DepthTwoOptimum optimum = DepthTwoOptimum.of(goldenInputs(), goldenTargets(), 50, GAP, 1);
    assertThat(optimum.neurons()).isZero();
    assertThat(optimum.bound()).isCloseTo(optimum.loss(), within(1e-12));
    assertThat(optimum.loss()).isCloseTo(square(matrix(goldenTargets())) / 6, within(1e-12));
  }

  @Test
  void problemsAreSaid() {
    double[][] x = goldenInputs();
    double[][] y = goldenTargets();
    assertThatThrownBy(() -> DepthTwoOptimum.of(x, y, -1, GAP, 1))
        .hasMessageContaining("lambda must be a finite number > 0 but is -1.0");
    assertThatThrownBy(() -> DepthTwoOptimum.of(x, new double[2][5], 1, GAP, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("3×6 and 2×5");
    assertThatThrownBy(() -> DepthTwoOptimum.of(new double[3][6], y, 1, GAP, 1))
        .hasMessageContaining("all inputs are 0");
  }
}
