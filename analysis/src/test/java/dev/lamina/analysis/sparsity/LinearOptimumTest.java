package dev.lamina.analysis.sparsity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.matrix.ShapeException;
import java.util.Random;
import java.util.stream.IntStream;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinearOptimumTest {

  private static double[][] identity(int n) {
    return MatrixUtils.createRealIdentityMatrix(n).getData();
  }

  private static double[][] targets() {
    double[][] y = TestMatrices.grid(3, 4, 0.9, 1.7, 0.2);
    IntStream.range(0, 3).forEach(i -> y[i][i] += 1);
    return y;
  }

  @ParameterizedTest
  @CsvSource({
    "2, .05, 0.422781997500, 2.2954994325, 1.0968714510, 0.5354490915",
    "3, .03, 0.336111303822, 2.4059452238, 1.1834222785, 0.5925821582",
    "4, .02, 0.281836524973, 2.4443300634, 1.2245783767, 0.6350609830"
  })
  void theLossesAndSingularValuesAreTheKnownOnes(
      int layers, double lambda, double loss, double s1, double s2, double s3) {
    LinearOptimum optimum = LinearOptimum.of(identity(4), targets(), layers, lambda);
    assertThat(optimum.loss()).isCloseTo(loss, within(1e-12));
    assertThat(optimum.bound()).isEqualTo(optimum.loss());
    assertThat(optimum.singularValues()).containsExactly(new double[] {s1, s2, s3}, within(6e-11));
    assertThat(optimum.rank()).isEqualTo(3);
  }

  /**
   * The cost of the layers between the representations is that of the closed form, shared equally.
   */
  @ParameterizedTest
  @ValueSource(ints = {2, 3, 4, 5})
  void theRepresentationsCostWhatTheFormulaSays(int layers) {
    double[][] x = TestMatrices.gaussian(3, 6, 4);
    LinearOptimum optimum = LinearOptimum.of(x, TestMatrices.gaussian(2, 6, 5), layers, 1e-3);
    double[][] before = x;
    double cost = 0;
    for (int l = 1; l <= layers; l++) {
      double[][] z = optimum.representation(l);
      RealMatrix weights =
          new Array2DRowRealMatrix(z)
              .multiply(LinearOptimum.pseudoInverse(new Array2DRowRealMatrix(before)));
      double share = Math.pow(weights.getFrobeniusNorm(), 2);
      double expected = LinearOptimum.cost(x, optimum.representation(layers), layers) / layers;
      assertThat(share).isCloseTo(expected, within(1e-9 * expected));
      cost += share;
      before = z;
    }
    assertThat(LinearOptimum.cost(x, before, layers)).isCloseTo(cost, within(1e-9 * cost));
  }

  /** For X = I the covariances are powers of that of the outputs: K_l = (Z_LᵀZ_L)^(l/L). */
  @Test
  void covariancesArePowersOfTheLastOne() {
    LinearOptimum optimum = LinearOptimum.of(identity(4), targets(), 4, 0.02);
    RealMatrix half = new Array2DRowRealMatrix(optimum.covariance(2));
    RealMatrix quarter = new Array2DRowRealMatrix(optimum.covariance(1));
    RealMatrix last = new Array2DRowRealMatrix(optimum.covariance(4));
    assertThat(half.multiply(half).subtract(last).getFrobeniusNorm()).isLessThan(1e-12);
    assertThat(quarter.multiply(quarter).subtract(half).getFrobeniusNorm()).isLessThan(1e-12);
    double[][] z = optimum.representation(4);
    assertThat(new Array2DRowRealMatrix(z).getFrobeniusNorm())
        .isCloseTo(Math.sqrt(last.getTrace()), within(1e-12));
  }

  /** Second route: descent on the weights themselves, from several starts, never gets below. */
  @ParameterizedTest
  @CsvSource({"2, .05, 3", "3, .03, 3", "4, .02, 4", "3, 0.2, 3", "4, 0.1, 4"})
  void trainedWeightsReachTheOptimum(int layers, double lambda, int width) {
    LinearOptimum optimum = LinearOptimum.of(identity(4), targets(), layers, lambda);
    double best = Double.POSITIVE_INFINITY;
    for (int seed = 0; seed < 3; seed++) {
      best =
          Math.min(best, LinearDescent.train(identity(4), targets(), layers, width, lambda, seed));
    }
    assertThat(best).isCloseTo(optimum.loss(), within(1e-8));
  }

  @ParameterizedTest
  @CsvSource({"2, .05", "3, .02"})
  void trainedWeightsReachTheOptimumOfGeneralInputs(int layers, double lambda) {
    double[][] x = TestMatrices.gaussian(3, 6, 11);
    double[][] y = TestMatrices.gaussian(2, 6, 12);
    LinearOptimum optimum = LinearOptimum.of(x, y, layers, lambda);
    double best = Double.POSITIVE_INFINITY;
    for (int seed = 0; seed < 3; seed++) {
      best = Math.min(best, LinearDescent.train(x, y, layers, 3, lambda, seed));
    }
    assertThat(best).isCloseTo(optimum.loss(), within(1e-8));
    if (layers == 2) {
      assertThat(optimum.bound()).isCloseTo(optimum.loss(), within(1e-12));
      assertThat(optimum.bound()).isLessThanOrEqualTo(optimum.loss() + 1e-15);
    } else {
      assertThat(optimum.bound()).isNaN();
    }
  }

  /** From three layers on a singular value jumps to 0 instead of sinking to it. */
  @Property(tries = 300)
  void noOtherSingularValueIsBetter(
      @ForAll @IntRange(min = 1, max = 12) int layers,
      @ForAll @Scale(4) @DoubleRange(min = 1e-4, max = 5) double lambda,
      @ForAll @DoubleRange(min = 0, max = 10) double y,
      @ForAll @DoubleRange(min = 0, max = 1) double share) {
    Shrinkage shrinkage = new Shrinkage(layers, lambda, 0.25);
    double s = shrinkage.apply(y);
    assertThat(s).isBetween(0.0, y);
    double least = shrinkage.objective(s, y);
    for (double other : new double[] {0, share * y, s + 1e-3 * share, s * (1 - 1e-3 * share)}) {
      assertThat(least).isLessThanOrEqualTo(shrinkage.objective(other, y) + 1e-12);
    }
  }

  @Test
  void theThresholdIsHardFromThreeLayersOn() {
    Shrinkage shrinkage = new Shrinkage(3, 0.1, 0.25);
    double low = 0;
    double high = 10;
    for (int i = 0; i < 60; i++) {
      double middle = (low + high) / 2;
      if (shrinkage.apply(middle) > 0) {
        high = middle;
      } else {
        low = middle;
      }
    }
    assertThat(shrinkage.apply(high)).isGreaterThan(0.5);
    assertThat(shrinkage.objective(shrinkage.apply(high), high))
        .isCloseTo(shrinkage.objective(0, high), within(1e-9));
  }

  @Test
  void outputsOutsideTheRowSpaceHaveNoFiniteCost() {
    double[][] x = {{1, 0, 0}, {0, 1, 0}};
    assertThat(LinearOptimum.cost(x, new double[][] {{0, 0, 1}}, 2)).isInfinite();
    assertThat(LinearOptimum.cost(x, new double[][] {{3, 4, 0}}, 2)).isCloseTo(10, within(1e-12));
  }

  /**
   * The example's linear bound is the loss of linear networks; deeper bounds lie below them too.
   */
  @Test
  void theBoundOfSingularValuesHolds() {
    for (int samples : new int[] {4, 6}) {
      BipartiteExample example = new BipartiteExample(samples);
      double loss = LinearOptimum.of(example.inputs(), example.targets(), 2, 0.01).loss();
      assertThat(example.bound(0.01)).isCloseTo(loss, within(1e-12));
      assertThat(NuclearBound.of(example.inputs(), example.targets(), 2, 0.01))
          .isCloseTo(loss, within(1e-12));
    }
    Random random = new Random(8);
    for (int layers = 2; layers < 6; layers++) {
      double[][] x = TestMatrices.gaussian(3, 7, random.nextInt());
      double[][] y = TestMatrices.gaussian(2, 7, random.nextInt());
      double loss = LinearOptimum.of(x, y, layers, 0.02).loss();
      assertThat(NuclearBound.of(x, y, layers, 0.02)).isPositive().isLessThanOrEqualTo(loss);
    }
  }

  @Test
  void theExampleOfManyNeuronsIsWhatThePaperSays() {
    BipartiteExample four = new BipartiteExample(4);
    assertThat(four.targets())
        .isDeepEqualTo(new double[][] {{2, 0, 1, 1}, {0, 2, 1, 1}, {1, 1, 2, 0}, {1, 1, 0, 2}});
    assertThat(four.neurons()).isEqualTo(4);
    assertThat(four.cost()).isEqualTo(16);
    assertThat(four.eigenvalues()).containsExactly(4, 2, 2, 0);
    assertThat(four.bound(1, 0.01)).isCloseTo(2.0796, within(1e-12));
    assertThat(four.bound(2, 0.01)).isCloseTo(1.1192, within(1e-12));
    assertThat(four.bound(0.01)).isCloseTo(0.1588, within(1e-12));
    assertThat(new BipartiteExample(6).bound(0.005)).isCloseTo(0.17925, within(1e-12));
    for (int samples : new int[] {2, 4, 6, 8, 10}) {
      BipartiteExample example = new BipartiteExample(samples);
      RealMatrix e = new Array2DRowRealMatrix(example.incidence());
      assertThat(2 * Math.pow(e.getFrobeniusNorm(), 2)).isCloseTo(example.cost(), within(1e-9));
      assertThat(LinearOptimum.cost(example.inputs(), example.targets(), 2))
          .isCloseTo(example.cost(), within(1e-9));
      assertThat(
              new SingularValueDecomposition(new Array2DRowRealMatrix(example.targets()))
                  .getSingularValues())
          .containsExactly(example.eigenvalues(), within(1e-12));
    }
  }

  @Test
  void problemsAreSaid() {
    double[][] x = identity(3);
    assertThatThrownBy(() -> LinearOptimum.of(x, x, 2, 0)).hasMessageContaining("lambda must be");
    assertThatThrownBy(() -> LinearOptimum.of(x, x, 0, 1)).hasMessageContaining("≥ 1 layers");
    assertThatThrownBy(() -> LinearOptimum.of(x, identity(4), 2, 1))
        .isInstanceOf(ShapeException.class)
        .hasMessageContaining("3×3 and 4×4");
    assertThatThrownBy(() -> LinearOptimum.of(new double[2][3], x, 2, 1))
        .hasMessageContaining("all inputs are 0");
    assertThatThrownBy(() -> LinearOptimum.of(new double[][] {{Double.NaN}}, x, 2, 1))
        .hasMessageContaining("row 0, column 0 of x is NaN");
    assertThatThrownBy(() -> new BipartiteExample(5)).hasMessageContaining("even number");
    assertThatThrownBy(() -> LinearOptimum.of(x, x, 2, 1).representation(3))
        .hasMessageContaining("1 … 2");
  }
}
