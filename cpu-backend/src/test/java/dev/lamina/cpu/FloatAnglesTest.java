package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.lowering.Instruction;
import java.util.Arrays;
import org.hipparchus.dfp.Dfp;
import org.hipparchus.dfp.DfpField;
import org.hipparchus.dfp.DfpMath;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Holds the loops for acute angles to 40-digit arithmetic. */
final class FloatAnglesTest {
  private static final DfpField FIELD = new DfpField(40);
  private static final int COUNT = 400;

  /** Four unit roundoffs: the polynomial's error and three roundings. */
  private static final double BOUND = 0x1p-22;

  private static float[] samples() {
    float[] s = new float[COUNT + RowBlock.PADDING];
    for (int i = 0; i < COUNT / 2; i++) {
      s[i] = (i + 1) / (COUNT / 2f);
      s[COUNT / 2 + i] = (float) Math.pow(10, -i / 10.0);
    }
    return s;
  }

  private static Dfp theta(float s) {
    return DfpMath.asin(FIELD.newDfp(s).divide(2).sqrt()).multiply(2);
  }

  private static Dfp dual(float s, double kappa) {
    Dfp theta = theta(s);
    Dfp excess = DfpMath.sin(theta).subtract(theta.multiply(DfpMath.cos(theta)));
    return FIELD.newDfp(s).subtract(excess.multiply(FIELD.newDfp(kappa)));
  }

  private static void requireClose(float got, Dfp want, float s) {
    assertThat(got / want.toDouble() - 1).as("s = %s", s).isBetween(-BOUND, BOUND);
  }

  @ParameterizedTest
  @ValueSource(doubles = {1 / Math.PI, 0.2})
  void acuteDualsAreAccurateToRounding(double kappa) {
    float[] s = samples();
    float[] alone = new float[s.length];
    float[] dual = new float[s.length];
    float[] derivative = new float[s.length];
    FloatAngles.acuteDual(s, kappa, alone, COUNT);
    FloatAngles.acuteDual(s, kappa, dual, derivative, COUNT);
    for (int i = 0; i < COUNT; i++) {
      requireClose(alone[i], dual(s[i], kappa), s[i]);
      requireClose(dual[i], dual(s[i], kappa), s[i]);
      requireClose(derivative[i], theta(s[i]).multiply(FIELD.newDfp(kappa)), s[i]);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {0, 1e-6, 0.03, 0.9, 1.3})
  void acuteLayersAreAccurateToRounding(double tangent) {
    float[] source = samples();
    float[] s = source.clone();
    float[] u = new float[s.length];
    Arrays.fill(u, (float) tangent);
    Instruction.UniformAngleLayer layer =
        new Instruction.UniformAngleLayer(0, 1, 1 / Math.PI, 0, 1, 0.4, 0.1, 0.5);
    FloatAngles.acuteLayer(s, u, layer, COUNT);
    Dfp before = FIELD.newDfp((float) tangent);
    for (int i = 0; i < COUNT; i++) {
      Dfp dual = dual(source[i], layer.kappa());
      requireClose(s[i], dual, source[i]);
      Dfp through =
          theta(source[i])
              .multiply(FIELD.newDfp(layer.kappa()))
              .multiply(FIELD.getOne().subtract(before))
              .add(before);
      Dfp want =
          dual.multiply(FIELD.newDfp(layer.own()))
              .add(before.multiply(FIELD.newDfp(layer.skipTangent())))
              .add(through.multiply(FIELD.newDfp(layer.slope())));
      requireClose(u[i], want, source[i]);
    }
  }

  /** Both forms of a loop give the same bits; the general one also holds beyond the right angle. */
  @ParameterizedTest
  @ValueSource(doubles = {1 / Math.PI, 0.2, 2 / Math.PI})
  void generalLoopsExtendThoseForAcuteAngles(double kappa) {
    float[] s = samples();
    float[] acute = new float[s.length];
    float[] acuteDerivative = new float[s.length];
    float[] general = new float[s.length];
    float[] derivative = new float[s.length];
    float[] alone = new float[s.length];
    FloatAngles.acuteDual(s, kappa, acute, acuteDerivative, COUNT);
    FloatAngles.dual(s, kappa, general, derivative, COUNT);
    FloatAngles.dual(s, kappa, alone, COUNT);
    assertThat(Arrays.copyOf(general, COUNT)).isEqualTo(Arrays.copyOf(acute, COUNT));
    assertThat(Arrays.copyOf(alone, COUNT)).isEqualTo(Arrays.copyOf(acute, COUNT));
    assertThat(Arrays.copyOf(derivative, COUNT)).isEqualTo(Arrays.copyOf(acuteDerivative, COUNT));
    for (int i = 0; i < COUNT; i++) {
      s[i] = 2 - s[i];
    }
    FloatAngles.dual(s, kappa, general, derivative, COUNT);
    for (int i = 0; i < COUNT; i++) {
      // Of the results the digits of a number near 2 are left.
      double theta = theta(s[i]).toDouble();
      assertThat(general[i] - dual(s[i], kappa).toDouble()).isBetween(-BOUND, BOUND);
      assertThat(derivative[i] - kappa * theta).isBetween(-BOUND, BOUND);
    }
  }

  @ParameterizedTest
  @ValueSource(doubles = {1 / Math.PI, 2 / Math.PI})
  void layersAreTheirDualAndItsTangent(double kappa) {
    float[] source = samples();
    for (int i = 0; i < COUNT; i += 3) {
      source[i] = 2 - source[i];
    }
    Instruction.UniformAngleLayer layer =
        new Instruction.UniformAngleLayer(0, 1, kappa, 0, 1, 0.4, 0.1, 0.5);
    float[] s = source.clone();
    float[] u = new float[s.length];
    Arrays.fill(u, 0.3f);
    float[] want = u.clone();
    float[] dual = new float[s.length];
    float[] derivative = new float[s.length];
    FloatAngles.layer(s, u, layer, COUNT);
    FloatAngles.dual(source, kappa, dual, derivative, COUNT);
    FloatAngles.tangent(want, dual, derivative, layer, COUNT);
    assertThat(Arrays.copyOf(s, COUNT)).isEqualTo(Arrays.copyOf(dual, COUNT));
    assertThat(Arrays.copyOf(u, COUNT)).isEqualTo(Arrays.copyOf(want, COUNT));
  }
}
