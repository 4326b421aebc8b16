package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.function.IntFunction;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import org.hipparchus.dfp.Dfp;
import org.hipparchus.dfp.DfpField;
import org.hipparchus.dfp.DfpMath;
import org.junit.jupiter.api.Test;

/** Holds the polynomials to 40-digit arithmetic. */
final class AngleVectorsTest {
  /** Four unit roundoffs: coefficients, Horner's rule and the reference each round. */
  private static final double U64 = 0x1p-51;

  private static final double U32 = 0x1p-22;

  private static final DfpField FIELD = new DfpField(40);

  private record Exact(double a, double q) {
    static Exact of(double value) {
      Dfp r = FIELD.newDfp(value);
      Dfp root = r.sqrt();
      Dfp phi = DfpMath.asin(r.divide(2).sqrt()).multiply(2);
      Dfp excess = DfpMath.sin(phi).subtract(phi.multiply(DfpMath.cos(phi)));
      return new Exact(phi.divide(root).toDouble(), excess.divide(root.multiply(r)).toDouble());
    }
  }

  private static double[] samples() {
    double[] samples = new double[200];
    for (int i = 0; i < 100; i++) {
      samples[i] = (i + 1) / 100.0;
      samples[100 + i] = Math.pow(10, -i / 12.0);
    }
    return samples;
  }

  @Test
  void float64PolynomialsAreAccurateToRounding() {
    for (double r : samples()) {
      Exact exact = Exact.of(r);
      DoubleVector v = DoubleVector.broadcast(DoubleVector.SPECIES_PREFERRED, r);
      assertThat(AngleVectors.a(v).lane(0) / exact.a - 1).isBetween(-U64, U64);
      assertThat(AngleVectors.q(v).lane(0) / exact.q - 1).isBetween(-U64, U64);
    }
  }

  @Test
  void float32PolynomialsAreAccurateToRounding() {
    for (double sample : samples()) {
      float r = (float) sample;
      Exact exact = Exact.of(r);
      assertThat(horner(r, 7, AngleVectors::a) / exact.a - 1).isBetween(-U32, U32);
      double q = horner(r, 5, AngleVectors::q);
      assertThat(relu(r, q) / relu(r, exact.q) - 1).isBetween(-U32, U32);
    }
  }

  private static double horner(float r, int degree, IntFunction<FloatVector> coefficient) {
    float sum = 0;
    for (int k = degree; k >= 0; k--) {
      sum = Math.fma(sum, r, coefficient.apply(k).lane(0));
    }
    return sum;
  }

  /** The dual of relu over r. */
  private static double relu(double r, double q) {
    return 1 - Math.sqrt(r) * q / Math.PI;
  }
}
