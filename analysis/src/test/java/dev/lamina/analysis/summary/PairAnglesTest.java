package dev.lamina.analysis.summary;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.data.DataSet;
import dev.lamina.analysis.data.Response;
import dev.lamina.matrix.HostMatrix;
import java.math.BigDecimal;
import java.math.MathContext;
import java.util.Arrays;
import java.util.Collections;
import java.util.Optional;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import org.assertj.core.data.Offset;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class PairAnglesTest {
  private static final int[] LABELS = {0, 1, 0, 1, 0, 1};

  private static DataSet data(double[][] x) {
    int[] labels = Arrays.copyOf(LABELS, x.length);
    return new DataSet(
        "made up",
        HostMatrix.of(x),
        Response.Classes.numbered(labels, 2),
        Optional.empty(),
        "made up");
  }

  private static double[][] random(int rows, int cols) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(7);
    double[][] x = new double[rows][cols];
    for (double[] row : x) {
      Arrays.setAll(row, j -> random.nextGaussian());
    }
    return x;
  }

  private static BigDecimal dot(double[] u, double[] v) {
    BigDecimal sum = BigDecimal.ZERO;
    for (int j = 0; j < u.length; j++) {
      sum = sum.add(new BigDecimal(u[j]).multiply(new BigDecimal(v[j])));
    }
    return sum;
  }

  /** The second route: sin² = 1 − cos² from exact dot products, so that nothing cancels. */
  private static double exactAngle(double[] u, double[] v) {
    MathContext digits = new MathContext(60);
    BigDecimal product = dot(u, u).multiply(dot(v, v));
    BigDecimal square = dot(u, v).pow(2);
    double sine = product.subtract(square).divide(product, digits).sqrt(digits).doubleValue();
    double cosine = dot(u, v).divide(product.sqrt(digits), digits).doubleValue();
    return Math.atan2(sine, cosine);
  }

  private static PairAngles measure(double[][] x, int pairs) {
    try (DataSet data = data(x)) {
      return PairAngles.measure(data, pairs, 3).orElseThrow();
    }
  }

  @Test
  void safeAnglesAreArcCosines() {
    double[][] x = random(2, 9);
    double cosine =
        dot(x[0], x[1]).doubleValue()
            / Math.sqrt(dot(x[0], x[0]).doubleValue() * dot(x[1], x[1]).doubleValue());
    assertThat(Math.abs(cosine)).isLessThan(0.9);
    PairAngles angles = measure(x, 1);
    assertThat(angles.median()).isCloseTo(Math.acos(cosine), within(4e-15));
    assertThat(angles.median()).isCloseTo(exactAngle(x[0], x[1]), within(4e-15));
  }

  @ParameterizedTest
  @ValueSource(doubles = {1e-3, 1e-7, 1e-9, 1e-12})
  void tinyAnglesKeepTheirDigits(double tilt) {
    double[][] x = random(2, 9);
    double[] across = x[1].clone();
    for (int j = 0; j < 9; j++) {
      x[1][j] = 3 * (x[0][j] + tilt * across[j]);
    }
    double want = exactAngle(x[0], x[1]);
    double rounding = 2e-15; // of the rows' directions, absolute
    assertThat(measure(x, 1).median()).isCloseTo(want, within(rounding + want * 1e-14));
    for (int j = 0; j < 9; j++) {
      x[1][j] = -x[1][j];
    }
    assertThat(measure(x, 1).median()).isCloseTo(Math.PI - want, within(2 * rounding));
  }

  @Test
  void histogramHoldsEveryPairWithItsShare() {
    double[][] x = random(6, 4);
    int draws = 15_000;
    PairAngles angles = measure(x, draws);
    double[] same = new double[90];
    double[] other = new double[90];
    double smallest = Math.PI;
    double largest = 0;
    for (int i = 0; i < 6; i++) {
      for (int j = 0; j < i; j++) {
        double angle = exactAngle(x[i], x[j]);
        smallest = Math.min(smallest, angle);
        largest = Math.max(largest, angle);
        (LABELS[i] == LABELS[j] ? same : other)[(int) (angle / Math.PI * 90)] += draws / 15.0;
      }
    }
    assertThat(angles.smallest()).isCloseTo(smallest, within(1e-14));
    assertThat(angles.largest()).isCloseTo(largest, within(1e-14));
    for (int bin = 0; bin < 90; bin++) {
      assertThat((double) angles.sameClass().get(bin)).isCloseTo(same[bin], deviations(same[bin]));
      assertThat((double) angles.otherPairs().get(bin))
          .isCloseTo(other[bin], deviations(other[bin]));
    }
    assertThat(angles.edges()).hasSize(91).startsWith(0.0).endsWith(Math.PI).isSorted();
  }

  /** Five standard deviations of a count; none where nothing can fall. */
  private static Offset<Double> deviations(double mean) {
    return within(5 * Math.sqrt(mean));
  }

  @Test
  void zeroRowsAreLeftOutAndNumbersHaveNoClasses() {
    double[][] zeros = {{0, 0}, {1, 0}, {0, 0}, {0, 2}};
    assertThat(measure(zeros, 50).smallest()).isCloseTo(Math.PI / 2, within(1e-15));
    try (DataSet one = data(new double[][] {{1, 2}, {0, 0}})) {
      assertThat(PairAngles.measure(one, 5, 1)).isEmpty();
    }
    try (DataSet numbers =
        new DataSet(
            "numbers",
            HostMatrix.of(new double[][] {{1, 0}, {0, 1}}),
            new Response.Values(HostMatrix.of(new double[][] {{1}, {2}})),
            Optional.empty(),
            "made up")) {
      PairAngles angles = PairAngles.measure(numbers, 5, 1).orElseThrow();
      assertThat(angles.sameClass()).isEmpty();
      assertThat(Collections.max(angles.otherPairs())).isEqualTo(5);
    }
  }

  @Test
  void rowsOfAnySizeHaveADirection() {
    for (double size : new double[] {1e-300, 1e-200, 1e200, 1e300}) {
      double[][] x = {{size, 0}, {size, size}};
      assertThat(measure(x, 1).median()).isCloseTo(Math.PI / 4, within(1e-15));
    }
  }
}
