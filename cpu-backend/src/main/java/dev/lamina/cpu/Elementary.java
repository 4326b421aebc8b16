package dev.lamina.cpu;

import java.util.function.DoubleUnaryOperator;
import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.FloatVector;

/**
 * Elementary functions lane by lane.
 *
 * <p>The Vector API's own are faster, but compiled code calls another library for them than
 * interpreted code does, and the last bits differ: a result would depend on when the JIT compiler
 * came by. {@link Math} gives the same bits in both.
 */
final class Elementary {
  private Elementary() {}

  static DoubleVector exp(DoubleVector v) {
    return map(v, Math::exp);
  }

  static DoubleVector expm1(DoubleVector v) {
    return map(v, Math::expm1);
  }

  static DoubleVector log1p(DoubleVector v) {
    return map(v, Math::log1p);
  }

  static DoubleVector atan2(DoubleVector y, DoubleVector x) {
    double[] ys = y.toArray();
    double[] xs = x.toArray();
    for (int i = 0; i < ys.length; i++) {
      ys[i] = Math.atan2(ys[i], xs[i]);
    }
    return DoubleVector.fromArray(y.species(), ys, 0);
  }

  static FloatVector exp(FloatVector v) {
    return map(v, Math::exp);
  }

  static FloatVector log1p(FloatVector v) {
    return map(v, Math::log1p);
  }

  /** Returns the sum of the lanes in their order; reduceLanes leaves the order open. */
  static double sum(DoubleVector v) {
    double sum = 0;
    for (double lane : v.toArray()) {
      sum += lane;
    }
    return sum;
  }

  private static DoubleVector map(DoubleVector v, DoubleUnaryOperator f) {
    double[] lanes = v.toArray();
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = f.applyAsDouble(lanes[i]);
    }
    return DoubleVector.fromArray(v.species(), lanes, 0);
  }

  private static FloatVector map(FloatVector v, DoubleUnaryOperator f) {
    float[] lanes = v.toArray();
    for (int i = 0; i < lanes.length; i++) {
      lanes[i] = (float) f.applyAsDouble(lanes[i]);
    }
    return FloatVector.fromArray(v.species(), lanes, 0);
  }
}
