package dev.lamina.cpu;

import jdk.incubator.vector.DoubleVector;
import jdk.incubator.vector.VectorMask;
import jdk.incubator.vector.VectorOperators;
import jdk.incubator.vector.VectorSpecies;

/**
 * The normal distribution over the first n elements of arrays, under the same terms as {@link
 * Elementary}: the same bits on every processor, for every vector width and wherever an element
 * stands.
 *
 * <p>The tail beyond y ≥ 0 is written as e^(−y²/2)·R(y). R falls slowly from ½, so that it is a
 * ratio of two polynomials without any cancellation, and e^(−y²/2) takes the rounding of y² into
 * account: the tail keeps its digits until it is subnormal, where {@code erfc(y/√2)/2} would lose
 * some hundred units in the last place. The polynomials were fitted by {@code
 * src/fit/activation_fit.py}.
 */
final class NormalVectors {
  private static final VectorSpecies<Double> D = DoubleVector.SPECIES_PREFERRED;

  // Each method is one loop or two of nothing but Vector API calls, see Elementary.

  /** e^(−y²/2) is 0 beyond, and R need not be known. */
  private static final double LARGEST = 39.0;

  /** e to the power of this is 0 even when divided by two. */
  private static final double LARGEST_SQUARE = 4000.0;

  private static final double SQRT_2 = 1.4142135623730951;

  // R = P/Q
  private static final double P0 = 0.5;
  private static final double P1 = 0.773226032170607;
  private static final double P2 = 0.5916338204501015;
  private static final double P3 = 0.28759342812192434;
  private static final double P4 = 0.0969113794358097;
  private static final double P5 = 0.023379281424258304;
  private static final double P6 = 0.004037102814914231;
  private static final double P7 = 0.00048277279786446375;
  private static final double P8 = 3.6549611445959414e-5;
  private static final double P9 = 1.35373249518636e-6;
  private static final double Q0 = 1.0;
  private static final double Q1 = 2.3443366251440723;
  private static final double Q2 = 2.5537776394275897;
  private static final double Q3 = 1.7065998141592484;
  private static final double Q4 = 0.7771069152074298;
  private static final double Q5 = 0.25285707473945646;
  private static final double Q6 = 0.05980651365613082;
  private static final double Q7 = 0.010211132340719492;
  private static final double Q8 = 0.0012135252497179297;
  private static final double Q9 = 9.161628947484921e-5;
  private static final double Q10 = 3.3933041487324357e-6;

  // erf(x)/x − 1 in x² for |x| ≤ 1
  private static final double E0 = 0.12837916709551256;
  private static final double E1 = -0.37612638903183454;
  private static final double E2 = 0.11283791670942442;
  private static final double E3 = -0.02686617064289931;
  private static final double E4 = 0.005223977604689966;
  private static final double E5 = -0.0008548325870703971;
  private static final double E6 = 0.00012055292035174393;
  private static final double E7 = -1.4924685750072198e-5;
  private static final double E8 = 1.6446833684025832e-6;
  private static final double E9 = -1.6204216644959769e-7;
  private static final double E10 = 1.370256913134439e-8;
  private static final double E11 = -7.764805895007783e-10;

  private NormalVectors() {}

  /**
   * target = e^(−factor·source²).
   *
   * @param factor 1 or ½
   * @param target another array than the source
   */
  static void gaussian(double[] source, double factor, double[] target, int n) {
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector x = DoubleVector.fromArray(D, source, j);
      x.mul(x).intoArray(target, j);
    }
    Elementary.exp(target, -factor, target, n);
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector x = DoubleVector.fromArray(D, source, j);
      DoubleVector rounded = x.mul(x);
      DoubleVector rest = x.fma(x, rounded.neg()); // x² = rounded + rest
      DoubleVector e = DoubleVector.fromArray(D, target, j);
      VectorMask<Double> notZero = rounded.compare(VectorOperators.LT, LARGEST_SQUARE);
      e.blend(rest.mul(-factor).fma(e, e), notZero).intoArray(target, j);
    }
  }

  /** target = R(|factor·source|), that of the largest argument beyond it. */
  static void ratio(double[] source, double factor, double[] target, int n) {
    DoubleVector largest = DoubleVector.broadcast(D, LARGEST);
    DoubleVector p0 = DoubleVector.broadcast(D, P0);
    DoubleVector p1 = DoubleVector.broadcast(D, P1);
    DoubleVector p2 = DoubleVector.broadcast(D, P2);
    DoubleVector p3 = DoubleVector.broadcast(D, P3);
    DoubleVector p4 = DoubleVector.broadcast(D, P4);
    DoubleVector p5 = DoubleVector.broadcast(D, P5);
    DoubleVector p6 = DoubleVector.broadcast(D, P6);
    DoubleVector p7 = DoubleVector.broadcast(D, P7);
    DoubleVector p8 = DoubleVector.broadcast(D, P8);
    DoubleVector p9 = DoubleVector.broadcast(D, P9);
    DoubleVector q0 = DoubleVector.broadcast(D, Q0);
    DoubleVector q1 = DoubleVector.broadcast(D, Q1);
    DoubleVector q2 = DoubleVector.broadcast(D, Q2);
    DoubleVector q3 = DoubleVector.broadcast(D, Q3);
    DoubleVector q4 = DoubleVector.broadcast(D, Q4);
    DoubleVector q5 = DoubleVector.broadcast(D, Q5);
    DoubleVector q6 = DoubleVector.broadcast(D, Q6);
    DoubleVector q7 = DoubleVector.broadcast(D, Q7);
    DoubleVector q8 = DoubleVector.broadcast(D, Q8);
    DoubleVector q9 = DoubleVector.broadcast(D, Q9);
    DoubleVector q10 = DoubleVector.broadcast(D, Q10);
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector size = DoubleVector.fromArray(D, source, j).mul(factor).abs();
      DoubleVector y = size.blend(largest, size.compare(VectorOperators.GT, largest));
      DoubleVector above =
          y.fma(p9, p8)
              .fma(y, p7)
              .fma(y, p6)
              .fma(y, p5)
              .fma(y, p4)
              .fma(y, p3)
              .fma(y, p2)
              .fma(y, p1)
              .fma(y, p0);
      DoubleVector below =
          y.fma(q10, q9)
              .fma(y, q8)
              .fma(y, q7)
              .fma(y, q6)
              .fma(y, q5)
              .fma(y, q4)
              .fma(y, q3)
              .fma(y, q2)
              .fma(y, q1)
              .fma(y, q0);
      above.div(below).intoArray(target, j);
    }
  }

  /**
   * target = erf(source), which is 1 − 2e^(−x²)·R(√2·x) for x ≥ 1.
   *
   * @param target may be the source
   * @param first overwritten; another array
   * @param second overwritten; another array
   */
  static void erf(double[] source, double[] target, double[] first, double[] second, int n) {
    gaussian(source, 1, first, n);
    ratio(source, SQRT_2, second, n);
    DoubleVector one = DoubleVector.broadcast(D, 1.0);
    DoubleVector e0 = DoubleVector.broadcast(D, E0);
    DoubleVector e1 = DoubleVector.broadcast(D, E1);
    DoubleVector e2 = DoubleVector.broadcast(D, E2);
    DoubleVector e3 = DoubleVector.broadcast(D, E3);
    DoubleVector e4 = DoubleVector.broadcast(D, E4);
    DoubleVector e5 = DoubleVector.broadcast(D, E5);
    DoubleVector e6 = DoubleVector.broadcast(D, E6);
    DoubleVector e7 = DoubleVector.broadcast(D, E7);
    DoubleVector e8 = DoubleVector.broadcast(D, E8);
    DoubleVector e9 = DoubleVector.broadcast(D, E9);
    DoubleVector e10 = DoubleVector.broadcast(D, E10);
    DoubleVector e11 = DoubleVector.broadcast(D, E11);
    for (int j = 0; j < n; j += D.length()) {
      DoubleVector x = DoubleVector.fromArray(D, source, j);
      DoubleVector w = x.mul(x);
      DoubleVector tail =
          w.fma(e11, e10)
              .fma(w, e9)
              .fma(w, e8)
              .fma(w, e7)
              .fma(w, e6)
              .fma(w, e5)
              .fma(w, e4)
              .fma(w, e3)
              .fma(w, e2)
              .fma(w, e1)
              .fma(w, e0);
      DoubleVector near = tail.fma(x, x);
      DoubleVector far =
          DoubleVector.fromArray(D, second, j)
              .mul(-2.0)
              .fma(DoubleVector.fromArray(D, first, j), one);
      far.blend(far.neg(), x.compare(VectorOperators.LT, 0.0))
          .blend(near, w.compare(VectorOperators.LT, 1.0))
          .intoArray(target, j);
    }
  }
}
