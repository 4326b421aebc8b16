package dev.lamina.cpu;

import static org.assertj.core.api.Assertions.assertThat;

import dev.lamina.kernel.Activation;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.SgdStep;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.List;
import java.util.random.RandomGenerator;
import org.junit.jupiter.api.Test;

/**
 * Loops in float32 against plain arithmetic in float64, and whole vectors against entries alone.
 */
final class FloatLoopsTest {
  private static final int[] SIZES = {1, 2, 7, 8, 15, 16, 17, 31, 33, 64, 100, 129};

  /** Entries in front of the first one that a loop may touch, and behind the last. */
  private static final int FRAME = 20;

  private static final float[] SPECIAL = {
    0f,
    -0f,
    Float.NaN,
    Float.POSITIVE_INFINITY,
    Float.NEGATIVE_INFINITY,
    Float.MIN_VALUE,
    -Float.MIN_VALUE,
    Float.MAX_VALUE,
    -Float.MAX_VALUE
  };

  private final RandomGenerator random = Systems.random(7);

  /** Numbers of all sizes, every third one special. */
  private float[] numbers(int n) {
    float[] values = new float[n];
    for (int j = 0; j < n; j++) {
      values[j] =
          random.nextInt(3) == 0
              ? SPECIAL[random.nextInt(SPECIAL.length)]
              : (float) (random.nextGaussian() * Math.exp(10 * random.nextGaussian()));
    }
    return values;
  }

  private float[] normal(int n) {
    float[] values = new float[n];
    for (int j = 0; j < n; j++) {
      values[j] = (float) random.nextGaussian();
    }
    return values;
  }

  private static long at() {
    return FRAME * Float.BYTES;
  }

  /** Memory with the values in the middle and a number around them that must stay. */
  private static MemorySegment framed(Arena arena, float[] values) {
    float[] all = new float[values.length + 2 * FRAME];
    java.util.Arrays.fill(all, 12345);
    System.arraycopy(values, 0, all, FRAME, values.length);
    return arena.allocateFrom(ValueLayout.JAVA_FLOAT, all);
  }

  private static float[] unframed(MemorySegment memory) {
    float[] all = memory.toArray(ValueLayout.JAVA_FLOAT);
    for (int j = 0; j < FRAME; j++) {
      assertThat(all[j]).isEqualTo(12345);
      assertThat(all[all.length - 1 - j]).isEqualTo(12345);
    }
    return java.util.Arrays.copyOfRange(all, FRAME, all.length - FRAME);
  }

  /** An object, as those are equal when both are NaN and tell 0 from −0. */
  private static Float rounded(double value) {
    return (float) value;
  }

  @Test
  void piecewiseLinearActivationsAreThoseOfFloat64RoundedOnce() {
    for (double slope : new double[] {0, 1, -1, 0.25, (double) 0.01f}) {
      Activation.PiecewiseLinear activation = new Activation.PiecewiseLinear(slope);
      assertThat(FloatLoops.handles(activation)).isTrue();
      for (int n : SIZES) {
        try (Arena arena = Arena.ofConfined()) {
          float[] u = numbers(n);
          float[] d = numbers(n);
          MemorySegment z = framed(arena, u);
          MemorySegment a = framed(arena, new float[n]);
          MemorySegment delta = framed(arena, d);
          FloatLoops.value(FloatLoops.slope(activation), z, at(), a, at(), n);
          FloatLoops.derivative(FloatLoops.slope(activation), z, at(), delta, at(), n);
          for (int j = 0; j < n; j++) {
            double value =
                u[j] > 0 ? u[j] : slope == 0 ? Math.max(u[j], 0.0) : slope * (double) u[j];
            assertThat(unframed(a)[j]).as("φ(%s)", u[j]).isEqualTo(rounded(value));
            double factor = u[j] > 0 ? 1 : slope;
            assertThat(unframed(delta)[j])
                .as("%s·φ′(%s)", d[j], u[j])
                .isEqualTo(rounded(factor * d[j]));
          }
          assertThat(unframed(z)).isEqualTo(u);
        }
      }
    }
    assertThat(FloatLoops.handles(new Activation.PiecewiseLinear(0.01))).isFalse();
    assertThat(FloatLoops.handles(Activation.Smooth.TANH)).isFalse();
  }

  @Test
  void addsAndSumsColumnsAsFloat64RoundedOnce() {
    for (int n : SIZES) {
      for (int rows : new int[] {1, 2, 9}) {
        try (Arena arena = Arena.ofConfined()) {
          int stride = n + 3;
          float[] m = numbers(rows * stride);
          float[] b = numbers(n);
          MemorySegment memory = framed(arena, m);
          MemorySegment sums = framed(arena, b);
          FloatLoops.plus(sums, at(), memory, at(), n);
          float[] plus = unframed(sums);
          FloatLoops.columnSums(memory, at(), stride * (long) Float.BYTES, rows, sums, at(), n);
          for (int j = 0; j < n; j++) {
            assertThat(plus[j]).isEqualTo(rounded((double) b[j] + m[j]));
            double sum = 0;
            for (int i = 0; i < rows; i++) {
              sum += m[i * stride + j];
            }
            assertThat(unframed(sums)[j]).isEqualTo(rounded(sum));
          }
        }
      }
    }
  }

  @Test
  void stepsDoTheSameToEntriesAloneAndTogether() {
    for (SgdStep step :
        List.of(new SgdStep(0.1, 0.9, false, 0), new SgdStep(0.1, 0.9, true, 0.01))) {
      for (int n : SIZES) {
        try (Arena arena = Arena.ofConfined()) {
          float[] w = normal(n);
          float[] g = normal(n);
          float[] v = normal(n);
          MemorySegment[] together = {framed(arena, w), framed(arena, g), framed(arena, v)};
          MemorySegment[] alone = {framed(arena, w), framed(arena, g), framed(arena, v)};
          FloatLoops.sgd(step, together[0], at(), together[1], at(), together[2], at(), n);
          for (int j = 0; j < n; j++) {
            long at = at() + j * (long) Float.BYTES;
            FloatLoops.sgd(step, alone[0], at, alone[1], at, alone[2], at, 1);
          }
          assertThat(unframed(together[0])).isEqualTo(unframed(alone[0])).isNotEqualTo(w);
          assertThat(unframed(together[1])).isEqualTo(g);
          assertThat(unframed(together[2])).isEqualTo(unframed(alone[2])).isNotEqualTo(v);
        }
      }
    }
  }

  @Test
  void adamDoesTheSameToEntriesAloneAndTogether() {
    AdamStep step = AdamStep.at(3, 0.01, 0.9, 0.999, 1e-8, 0.01, 0.002);
    for (int n : SIZES) {
      try (Arena arena = Arena.ofConfined()) {
        float[][] start = {normal(n), normal(n), normal(n), normal(n)};
        for (int j = 0; j < n; j++) {
          start[3][j] *= start[3][j];
        }
        MemorySegment[] together = new MemorySegment[4];
        MemorySegment[] alone = new MemorySegment[4];
        for (int k = 0; k < 4; k++) {
          together[k] = framed(arena, start[k]);
          alone[k] = framed(arena, start[k]);
        }
        adam(step, together, at(), n);
        for (int j = 0; j < n; j++) {
          adam(step, alone, at() + j * (long) Float.BYTES, 1);
        }
        for (int k = 0; k < 4; k++) {
          assertThat(unframed(together[k])).isEqualTo(unframed(alone[k]));
        }
        assertThat(unframed(together[0])).isNotEqualTo(start[0]);
        assertThat(unframed(together[1])).isEqualTo(start[1]);
      }
    }
  }

  private static void adam(AdamStep step, MemorySegment[] m, long at, int n) {
    FloatLoops.adam(step, m[0], at, m[1], at, m[2], at, m[3], at, n);
  }

  /** After many steps with one gradient g the moments are g and g², however β is rounded. */
  @Test
  void momentsOfAConstantGradientTendToItAndItsSquare() {
    AdamStep step = new AdamStep(0.001, 0.9, 0.999, 1e-8, 0, 0);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment[] m = new MemorySegment[4];
      for (int k = 0; k < 4; k++) {
        m[k] = framed(arena, new float[] {k == 1 ? 0.7f : 0});
      }
      for (int t = 0; t < 30_000; t++) {
        adam(step, m, at(), 1);
      }
      assertThat((double) unframed(m[2])[0]).isBetween(0.7 * (1 - 1e-6), 0.7 * (1 + 1e-6));
      // the last steps of v are smaller than half its last place while (1 − β₂)(g² − v) is
      assertThat((double) unframed(m[3])[0]).isBetween(0.49 * (1 - 6e-5), 0.49 * (1 + 6e-5));
    }
  }
}
