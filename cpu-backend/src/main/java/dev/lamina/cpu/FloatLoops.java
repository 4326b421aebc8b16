package dev.lamina.cpu;

import dev.lamina.kernel.Activation;
import dev.lamina.ops.AdamStep;
import dev.lamina.ops.SgdStep;
import java.lang.foreign.MemorySegment;
import java.nio.ByteOrder;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorShape;
import jdk.incubator.vector.VectorSpecies;

/**
 * What layers do entry by entry in float32, on the matrices' own memory and without a detour
 * through float64: for operations that are nothing but a few additions and products. Offsets are in
 * bytes. Every operation is a correctly rounded one of the Java language, so that vectors of any
 * length, the entries left over and interpreted code give the same bits.
 */
final class FloatLoops {
  private static final VectorSpecies<Float> F = FloatVector.SPECIES_PREFERRED;
  private static final int L = F.length();
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;
  private static final VectorSpecies<Float> HALF =
      VectorSpecies.of(float.class, VectorShape.forBitSize(D.vectorBitSize() / 2));
  private static final int H = D.length();
  private static final int BYTES = Float.BYTES;
  private static final ByteOrder ORDER = ByteOrder.nativeOrder();

  private FloatLoops() {}

  /**
   * Returns whether an activation is piecewise linear with a slope that float32 holds exactly: a
   * product with it rounded once is then that of float64 rounded to float32.
   */
  static boolean handles(Activation activation) {
    return activation instanceof Activation.PiecewiseLinear p && (float) p.slope() == p.slope();
  }

  /** Returns the slope left of 0 of an activation that {@link #handles} accepts. */
  static float slope(Activation activation) {
    return activation instanceof Activation.PiecewiseLinear p ? (float) p.slope() : Float.NaN;
  }

  /** Adds n entries to others. */
  static void plus(MemorySegment sum, long sumAt, MemorySegment term, long termAt, int n) {
    int whole = n - n % L;
    int j = 0;
    for (; j < whole; j += L) {
      long at = (long) j * BYTES;
      FloatVector.fromMemorySegment(F, sum, sumAt + at, ORDER)
          .add(FloatVector.fromMemorySegment(F, term, termAt + at, ORDER))
          .intoMemorySegment(sum, sumAt + at, ORDER);
    }
    for (; j < n; j++) {
      long at = (long) j * BYTES;
      sum.set(
          Chunks.F32,
          sumAt + at,
          sum.get(Chunks.F32, sumAt + at) + term.get(Chunks.F32, termAt + at));
    }
  }

  /** Computes u, or slope·u where u is not positive. */
  static void value(float slope, MemorySegment u, long uAt, MemorySegment out, long outAt, int n) {
    if (slope == 0) {
      ramp(u, uAt, out, outAt, n);
      return;
    }
    int whole = n - n % L;
    int j = 0;
    for (; j < whole; j += L) {
      long at = (long) j * BYTES;
      FloatVector v = FloatVector.fromMemorySegment(F, u, uAt + at, ORDER);
      v.mul(slope)
          .blend(v, v.compare(VectorOperators.GT, 0f))
          .intoMemorySegment(out, outAt + at, ORDER);
    }
    for (; j < n; j++) {
      long at = (long) j * BYTES;
      float v = u.get(Chunks.F32, uAt + at);
      out.set(Chunks.F32, outAt + at, v > 0 ? v : slope * v);
    }
  }

  /** Computes max(u, 0): 0·(−∞) would be NaN. */
  private static void ramp(MemorySegment u, long uAt, MemorySegment out, long outAt, int n) {
    int whole = n - n % L;
    int j = 0;
    for (; j < whole; j += L) {
      long at = (long) j * BYTES;
      FloatVector.fromMemorySegment(F, u, uAt + at, ORDER)
          .max(0f)
          .intoMemorySegment(out, outAt + at, ORDER);
    }
    for (; j < n; j++) {
      long at = (long) j * BYTES;
      out.set(Chunks.F32, outAt + at, Math.max(u.get(Chunks.F32, uAt + at), 0f));
    }
  }

  /** Multiplies delta by the slope at u, at u = 0 that of the left side. */
  static void derivative(
      float slope, MemorySegment u, long uAt, MemorySegment delta, long deltaAt, int n) {
    FloatVector left = FloatVector.broadcast(F, slope);
    int whole = n - n % L;
    int j = 0;
    for (; j < whole; j += L) {
      long at = (long) j * BYTES;
      VectorMask<Float> right =
          FloatVector.fromMemorySegment(F, u, uAt + at, ORDER).compare(VectorOperators.GT, 0f);
      FloatVector.fromMemorySegment(F, delta, deltaAt + at, ORDER)
          .mul(left.blend(1f, right))
          .intoMemorySegment(delta, deltaAt + at, ORDER);
    }
    for (; j < n; j++) {
      long at = (long) j * BYTES;
      float factor = u.get(Chunks.F32, uAt + at) > 0 ? 1 : slope;
      delta.set(Chunks.F32, deltaAt + at, delta.get(Chunks.F32, deltaAt + at) * factor);
    }
  }

  /**
   * Sums columns in float64, from the first row to the last.
   *
   * @param m rows of {@code stride} bytes each
   * @param at first entry
   * @param rows number of rows
   * @param out takes the sums, rounded
   * @param outAt where the first of them goes
   * @param n number of columns
   */
  static void columnSums(
      MemorySegment m, long at, long stride, int rows, MemorySegment out, long outAt, int n) {
    int j = 0;
    for (; j + 4 * H <= n; j += 4 * H) {
      fourSums(m, at + (long) j * BYTES, stride, rows, out, outAt + (long) j * BYTES);
    }
    for (; j < n; j++) {
      long from = at + (long) j * BYTES;
      double sum = 0;
      for (int i = 0; i < rows; i++) {
        sum += m.get(Chunks.F32, from + i * stride);
      }
      out.set(Chunks.F32, outAt + (long) j * BYTES, (float) sum);
    }
  }

  /** Sums four vectors of columns: whole cache lines of each row. */
  private static void fourSums(
      MemorySegment m, long at, long stride, int rows, MemorySegment out, long outAt) {
    long step = (long) H * BYTES;
    DoubleVector s0 = DoubleVector.zero(D);
    DoubleVector s1 = s0;
    DoubleVector s2 = s0;
    DoubleVector s3 = s0;
    long from = at;
    for (int i = 0; i < rows; i++) {
      s0 =
          s0.add(
              FloatVector.fromMemorySegment(HALF, m, from, ORDER)
                  .convertShape(VectorOperators.F2D, D, 0));
      s1 =
          s1.add(
              FloatVector.fromMemorySegment(HALF, m, from + step, ORDER)
                  .convertShape(VectorOperators.F2D, D, 0));
      s2 =
          s2.add(
              FloatVector.fromMemorySegment(HALF, m, from + 2 * step, ORDER)
                  .convertShape(VectorOperators.F2D, D, 0));
      s3 =
          s3.add(
              FloatVector.fromMemorySegment(HALF, m, from + 3 * step, ORDER)
                  .convertShape(VectorOperators.F2D, D, 0));
      from += stride;
    }
    ((FloatVector) s0.convertShape(VectorOperators.D2F, HALF, 0))
        .intoMemorySegment(out, outAt, ORDER);
    ((FloatVector) s1.convertShape(VectorOperators.D2F, HALF, 0))
        .intoMemorySegment(out, outAt + step, ORDER);
    ((FloatVector) s2.convertShape(VectorOperators.D2F, HALF, 0))
        .intoMemorySegment(out, outAt + 2 * step, ORDER);
    ((FloatVector) s3.convertShape(VectorOperators.D2F, HALF, 0))
        .intoMemorySegment(out, outAt + 3 * step, ORDER);
  }

  /** Updates parameters w and velocities v by the gradient g. */
  static void sgd(
      SgdStep step,
      MemorySegment w,
      long wAt,
      MemorySegment g,
      long gAt,
      MemorySegment v,
      long vAt,
      int n) {
    float momentum = (float) step.momentum();
    float l2 = (float) step.l2();
    // rate·(nesterov ? h + momentum·v : v) as rate·(a·h + b·v)
    float ofGradient = (float) (step.nesterov() ? -step.rate() : 0);
    float ofVelocity = (float) (step.nesterov() ? -step.rate() * step.momentum() : -step.rate());
    FloatVector momenta = FloatVector.broadcast(F, momentum);
    FloatVector decays = FloatVector.broadcast(F, l2);
    FloatVector ofGradients = FloatVector.broadcast(F, ofGradient);
    FloatVector ofVelocities = FloatVector.broadcast(F, ofVelocity);
    int whole = n - n % L;
    int j = 0;
    for (; j < whole; j += L) {
      long at = (long) j * BYTES;
      FloatVector old = FloatVector.fromMemorySegment(F, w, wAt + at, ORDER);
      FloatVector h = decays.fma(old, FloatVector.fromMemorySegment(F, g, gAt + at, ORDER));
      FloatVector velocity = momenta.fma(FloatVector.fromMemorySegment(F, v, vAt + at, ORDER), h);
      velocity.intoMemorySegment(v, vAt + at, ORDER);
      ofVelocities.fma(velocity, ofGradients.fma(h, old)).intoMemorySegment(w, wAt + at, ORDER);
    }
    for (; j < n; j++) {
      long at = (long) j * BYTES;
      float old = w.get(Chunks.F32, wAt + at);
      float h = Math.fma(l2, old, g.get(Chunks.F32, gAt + at));
      float velocity = Math.fma(momentum, v.get(Chunks.F32, vAt + at), h);
      v.set(Chunks.F32, vAt + at, velocity);
      w.set(Chunks.F32, wAt + at, Math.fma(ofVelocity, velocity, Math.fma(ofGradient, h, old)));
    }
  }

  /** Updates parameters w and moments m and v by the gradient g. */
  static void adam(
      AdamStep step,
      MemorySegment w,
      long wAt,
      MemorySegment g,
      long gAt,
      MemorySegment m,
      long mAt,
      MemorySegment v,
      long vAt,
      int n) {
    // β·m + (1 − β)·h as m + (1 − β)(h − m): 1 − β rounded alone leaves h as the limit
    float new1 = (float) (1 - step.beta1());
    float new2 = (float) (1 - step.beta2());
    float rate = (float) step.rate();
    float epsilon = (float) step.epsilon();
    float l2 = (float) step.l2();
    float shrink = (float) -step.shrink();
    FloatVector new1s = FloatVector.broadcast(F, new1);
    FloatVector new2s = FloatVector.broadcast(F, new2);
    FloatVector decays = FloatVector.broadcast(F, l2);
    FloatVector shrinks = FloatVector.broadcast(F, shrink);
    int whole = n - n % L;
    int j = 0;
    for (; j < whole; j += L) {
      long at = (long) j * BYTES;
      FloatVector old = FloatVector.fromMemorySegment(F, w, wAt + at, ORDER);
      FloatVector first = FloatVector.fromMemorySegment(F, m, mAt + at, ORDER);
      FloatVector second = FloatVector.fromMemorySegment(F, v, vAt + at, ORDER);
      FloatVector h = decays.fma(old, FloatVector.fromMemorySegment(F, g, gAt + at, ORDER));
      first = new1s.fma(h.sub(first), first);
      second = new2s.fma(h.mul(h).sub(second), second);
      first.intoMemorySegment(m, mAt + at, ORDER);
      second.intoMemorySegment(v, vAt + at, ORDER);
      shrinks
          .fma(old, old)
          .sub(first.mul(rate).div(second.sqrt().add(epsilon)))
          .intoMemorySegment(w, wAt + at, ORDER);
    }
    for (; j < n; j++) {
      long at = (long) j * BYTES;
      float old = w.get(Chunks.F32, wAt + at);
      float first = m.get(Chunks.F32, mAt + at);
      float second = v.get(Chunks.F32, vAt + at);
      float h = Math.fma(l2, old, g.get(Chunks.F32, gAt + at));
      first = Math.fma(new1, h - first, first);
      second = Math.fma(new2, h * h - second, second);
      m.set(Chunks.F32, mAt + at, first);
      v.set(Chunks.F32, vAt + at, second);
      float moved = first * rate / ((float) Math.sqrt(second) + epsilon);
      w.set(Chunks.F32, wAt + at, Math.fma(shrink, old, old) - moved);
    }
  }
}
