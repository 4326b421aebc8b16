package dev.lamina.analysis.embedding;

import static dev.lamina.analysis.embedding.Fixtures.ELU;
import static dev.lamina.analysis.embedding.Fixtures.TANH;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Golden numbers made by other code, to the ten digits that they are given with. The critical
 * points that are lifted are given with ten digits too; Newton steps recover the rest.
 */
class GoldenLiftTest {
  private static final RealMatrix X = Fixtures.line();
  private static final Perceptron SHALLOW =
      Fixtures.polished(Fixtures.oneTwoOne(ELU, Fixtures.ELU_POINT), X, eluTargets());
  private static final Perceptron TANH_SHALLOW =
      Fixtures.polished(Fixtures.oneTwoOne(TANH, Fixtures.TANH_POINT), X, tanhTargets());

  /** y = 1.2 elu(1.1x + 0.4) − 0.8 elu(−0.9x + 0.3) + 0.1 + 0.1 sin(5x). */
  private static RealMatrix eluTargets() {
    RealMatrix y = MatrixUtils.createRealMatrix(13, 1);
    for (int i = 0; i < 13; i++) {
      double x = X.getEntry(i, 0);
      double teacher = 1.2 * ELU.value(1.1 * x + 0.4) - 0.8 * ELU.value(-0.9 * x + 0.3) + 0.1;
      y.setEntry(i, 0, teacher + 0.1 * Math.sin(5 * x));
    }
    return y;
  }

  private static RealMatrix tanhTargets() {
    RealMatrix y = MatrixUtils.createRealMatrix(13, 1);
    for (int i = 0; i < 13; i++) {
      double x = X.getEntry(i, 0);
      double teacher = 1.2 * Math.tanh(1.1 * x + 0.4) - 0.8 * Math.tanh(-0.5 * x + 0.9) + 0.1;
      y.setEntry(i, 0, teacher + 0.1 * Math.sin(5 * x));
    }
    return y;
  }

  private static Lift lift(int after, int width) {
    AffineSegment box = AffineSegments.on(ELU, 0.5, 1.5);
    return Lifting.lift(SHALLOW, Insertion.of(after, width, ELU, box), X);
  }

  @Test
  void theFixtureIsTheCriticalPointItIsSaidToBe() {
    assertThat(Fixtures.risk(SHALLOW, X, eluTargets())).isCloseTo(0.003744959101, within(1e-12));
    assertThat(Fixtures.norm1(Fixtures.gradient(SHALLOW, X, eluTargets()))).isLessThan(1e-13);
    assertThat(SHALLOW.parameters()).containsExactly(Fixtures.ELU_POINT, within(6e-11));
    assertThat(TANH_SHALLOW.parameters()).containsExactly(Fixtures.TANH_POINT, within(6e-11));
  }

  @Test
  void weightsBehindLayer1() {
    Perceptron deep = lift(1, 1).deep();
    assertThat(deep.widths()).containsExactly(1, 2, 1, 1);
    requireEntries(deep.stage(2).weights().getRow(0), 1e-10, 0.1369244522, -0.0646427417);
    requireEntries(deep.stage(2).bias().toArray(), 1e-10, 0.9164249945);
    requireEntries(deep.stage(3).weights().getRow(0), 1e-10, 8.8027297539);
    requireEntries(deep.stage(3).bias().toArray(), 1e-10, -7.8848043609);
    requireCritical(deep);
  }

  @Test
  void weightsBehindTheInputs() {
    Perceptron deep = lift(0, 1).deep();
    assertThat(deep.widths()).containsExactly(1, 1, 2, 1);
    requireEntries(deep.stage(1).weights().getRow(0), 1e-15, 1.0 / 6);
    requireEntries(deep.stage(1).bias().toArray(), 1e-15, 1);
    requireEntries(deep.stage(2).weights().getColumn(0), 1e-10, 7.2926254485, -8.6939087751);
    requireEntries(deep.stage(2).bias().toArray(), 1e-10, -7.1426536416, 8.7349251353);
    requireCritical(deep);
  }

  @Test
  void theIdentityLiftShiftsOnly() {
    Lift lift = Lifting.identity(SHALLOW, 1, ELU, 1, X);
    double least =
        java.util.Arrays.stream(SHALLOW.features(X).value(1).getColumn(0)).min().orElseThrow();
    double other =
        java.util.Arrays.stream(SHALLOW.features(X).value(1).getColumn(1)).min().orElseThrow();
    assertThat(lift.deep().stage(2).weights()).isEqualTo(MatrixUtils.createRealIdentityMatrix(2));
    requireEntries(
        lift.deep().stage(2).bias().toArray(),
        1e-14,
        1 - Math.min(least, other),
        1 - Math.min(least, other));
    assertThat(lift.deep().stage(3).weights()).isEqualTo(SHALLOW.stage(2).weights());
    assertThat(lift.margin(X)).isCloseTo(0, within(1e-14)); // the least value is on the floor
    assertThat(lift.addedParameters()).isEqualTo(6);
    requireCritical(lift.deep());
    Perceptron deeper = Lifting.identity(lift.deep(), 2, ELU, 1, X).deep();
    assertThat(deeper.parameterCount()).isEqualTo(7 + 12);
    requireCritical(deeper);
  }

  private static void requireCritical(Perceptron deep) {
    assertThat(Fixtures.risk(deep, X, eluTargets())).isCloseTo(0.003744959101, within(1e-12));
    assertThat(Fixtures.norm1(Fixtures.gradient(deep, X, eluTargets()))).isLessThan(1e-12);
  }

  private static void requireEntries(double[] got, double tolerance, double... want) {
    assertThat(got).hasSameSizeAs(want);
    for (int i = 0; i < want.length; i++) {
      assertThat(got[i]).isCloseTo(want[i], within(tolerance * Math.max(1, Math.abs(want[i]))));
    }
  }

  /** Squeezed into [−ε, ε] with the tangent u: outputs change as ε², the gradient as ε. */
  @ParameterizedTest
  @CsvSource({
    "0, 1e-1, 4.5422809632e-3, 7.4690e-2",
    "0, 1e-2, 4.5616025002e-5, 7.0631e-3",
    "0, 1e-3, 4.5617964894e-7, 7.0171e-4",
    "1, 1e-1, 6.1613855337e-3, 1.8698e-1",
    "1, 1e-2, 6.1857824716e-5, 1.7231e-2",
    "1, 1e-3, 6.1860274303e-7, 1.7068e-3",
  })
  void tanhLiftsAreApproximate(int after, double eps, double error, double gradient) {
    AffineSegment box = AffineSegments.tangent(TANH, -eps, eps);
    Lift lift = Lifting.lift(TANH_SHALLOW, Insertion.of(after, 1, TANH, box), X);
    assertThat(lift.insertion().isExact()).isFalse();
    assertThat(lift.outputChange(X))
        .isCloseTo(error, within(1e-10 * error + 1e-15 / eps)); // V ~ 1/ε
    double norm = Fixtures.norm1(Fixtures.gradient(lift.deep(), X, tanhTargets()));
    assertThat(norm).isCloseTo(gradient, within(7e-5 * gradient));
  }

  /** The golden slope 0.9824330163 is the least-squares one on 2,001 points. */
  @Test
  void theLeastSquaresSlopeBeatsTheTangent() {
    AffineSegment tangent = AffineSegments.tangent(TANH, -0.3, 0.3);
    AffineSegment golden =
        new AffineSegment(-0.3, 0.3, 0.9824330163, 0, new Accuracy.Approximate(0, 2));
    AffineSegment fitted = AffineSegments.on(TANH, -0.3, 0.3);
    assertThat(change(tangent)).isCloseTo(0.0537404392, within(1e-10));
    assertThat(change(golden)).isCloseTo(0.0215174703, within(1e-9));
    // The integral's slope: 1 − ε²/5 + 2ε⁴/35 − 17ε⁶/945 + 62ε⁸/10395 − …
    double e = 0.09;
    double series =
        1 - e / 5 + 2 * e * e / 35 - 17 * Math.pow(e, 3) / 945 + 62 * Math.pow(e, 4) / 10395;
    assertThat(fitted.slope()).isCloseTo(series, within(2e-8));
    assertThat(fitted.slope()).isCloseTo(0.9824330163, within(3e-5));
    assertThat(fitted.offset()).isCloseTo(0, within(1e-17));
    assertThat(change(fitted)).isLessThan(0.0216);
  }

  private static double change(AffineSegment box) {
    return Lifting.lift(TANH_SHALLOW, Insertion.of(1, 1, TANH, box), X).outputChange(X);
  }
}
