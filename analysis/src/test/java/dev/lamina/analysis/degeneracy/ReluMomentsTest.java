package dev.lamina.analysis.degeneracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.DoubleRange;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Scale;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ReluMomentsTest {

  @ParameterizedTest
  @CsvSource({
    "0, 0, 1, .340845056908",
    "1, 0, 1, .307245857205",
    "1, 1, 1, .318083636892",
    "2, 0, 1, .413204647018",
    "2, 2, 1, .756927291961",
    "3, 1, 1, .859422697363",
    "2, 1, 1, .473251502322",
    "3, 0, 1, .690804126684",
    "4, 2, 1, 3.199478006085",
    "5, 3, 0.7, 30.635555510419",
    "1, 1, 0.5, .445258423910",
    "2, 2, 0.5, 1.268886718522",
    "3, 1, 0.5, 1.318237127953",
    "1, 1, 2.5, .013442908616",
    "2, 2, 2.5, .004264472265",
    "3, 1, 2.5, .006213209050"
  })
  void reproducesTabulatedMoments(int a, int b, double theta, double expected) {
    assertThat(ReluMoments.moment(a, b, theta)).isCloseTo(expected, within(6e-13));
    assertThat(ReluMoments.byQuadrature(a, b, theta)).isCloseTo(expected, within(6e-13));
  }

  @Property(tries = 400)
  void recursionAgreesWithAngularIntegral(
      @ForAll @IntRange(max = 9) int a,
      @ForAll @IntRange(max = 9) int b,
      @ForAll @DoubleRange(max = 1) @Scale(15) double halfTurns) {
    double theta = halfTurns * Math.PI;
    double scale = ReluMoments.byQuadrature(a, b, 0);
    assertThat(ReluMoments.moment(a, b, theta))
        .isCloseTo(ReluMoments.byQuadrature(a, b, theta), within(1e-12 * scale));
  }

  @Property(tries = 200)
  void momentsAreSymmetricInTheirOrders(
      @ForAll @IntRange(max = 9) int a,
      @ForAll @IntRange(max = 9) int b,
      @ForAll @DoubleRange(max = 1) @Scale(15) double halfTurns) {
    double theta = halfTurns * Math.PI;
    assertThat(ReluMoments.moment(a, b, theta)).isEqualTo(ReluMoments.moment(b, a, theta));
  }

  @Property(tries = 200)
  void closedFormsAgreeWithAngularIntegral(
      @ForAll @DoubleRange(max = 1) @Scale(15) double halfTurns) {
    double theta = halfTurns * Math.PI;
    assertThat(ReluMoments.j00(theta))
        .isCloseTo(ReluMoments.byQuadrature(0, 0, theta), within(1e-14));
    assertThat(ReluMoments.j10(theta))
        .isCloseTo(ReluMoments.byQuadrature(1, 0, theta), within(1e-14));
    assertThat(ReluMoments.j11(theta))
        .isCloseTo(ReluMoments.byQuadrature(1, 1, theta), within(1e-14));
    assertThat(ReluMoments.j20(theta))
        .isCloseTo(ReluMoments.byQuadrature(2, 0, theta), within(1e-14));
    assertThat(ReluMoments.j22(theta))
        .isCloseTo(ReluMoments.byQuadrature(2, 2, theta), within(1e-14));
    assertThat(ReluMoments.j31(theta))
        .isCloseTo(ReluMoments.byQuadrature(3, 1, theta), within(1e-14));
  }

  @Test
  void endsAreExact() {
    assertThat(ReluMoments.j11(0)).isEqualTo(0.5);
    assertThat(ReluMoments.j22(0)).isEqualTo(1.5);
    assertThat(ReluMoments.j31(0)).isEqualTo(1.5);
    assertThat(ReluMoments.halfNormalMoment(0)).isCloseTo(0.5, within(1e-15));
    assertThat(ReluMoments.halfNormalMoment(2)).isCloseTo(0.5, within(1e-15));
    for (int a = 0; a < 5; a++) {
      assertThat(ReluMoments.moment(a, 2, Math.PI)).isCloseTo(0, within(1e-14));
      assertThat(ReluMoments.byQuadrature(a, 2, Math.PI)).isCloseTo(0, within(1e-14));
    }
  }

  @Test
  void rejectsNegativeOrdersAndAnglesOutsideTheHalfTurn() {
    assertThatThrownBy(() -> ReluMoments.moment(-1, 2, 1))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("a = -1, b = 2");
    assertThatThrownBy(() -> ReluMoments.byQuadrature(1, -2, 1)).hasMessageContaining("b = -2");
    assertThatThrownBy(() -> ReluMoments.moment(1, 1, 3.2)).hasMessageContaining("3.2");
    assertThatThrownBy(() -> ReluMoments.j11(Double.NaN)).hasMessageContaining("NaN");
    assertThatThrownBy(() -> ReluMoments.j22(-0.1)).hasMessageContaining("-0.1");
  }
}
