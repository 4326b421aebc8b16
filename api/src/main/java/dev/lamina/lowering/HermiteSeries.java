package dev.lamina.lowering;

import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import java.util.Arrays;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.hipparchus.analysis.integration.gauss.GaussIntegrator;
import org.hipparchus.analysis.integration.gauss.GaussIntegratorFactory;

/**
 * The Hermite coefficients of g ↦ φ(√k g) for standard normal g, from which Mehler's formula gives
 * the dual: E[φ(u)φ(v)] = Σₙ aₙ(x) aₙ(z) cⁿ with c the correlation of u and v.
 *
 * <p>The coefficients are found by quadrature. For an activation that is analytic in a strip |Im u|
 * &lt; σ they fall like exp(−σ√(n/k)), so that their number grows with k; the series is cut where a
 * share of E[φ²] and of E[φ′²] is left that the element type cannot tell, and the others are scaled
 * to make up for it, which keeps the diagonal exact.
 *
 * <p>Rows are many and their variances lie close together: {@link #interpolate} takes the
 * coefficients from a polynomial in log k on each octave of k. As functions of log k they are
 * analytic for |Im log k| &lt; π, where √k has a positive real part, so that interpolation at
 * {@value #OCTAVE_NODES} Chebyshev points of an interval of length log 2 has an error of about
 * 18⁻¹⁴ = 3e-18.
 */
final class HermiteSeries {
  /**
   * The most terms. They suffice in float32 for tanh up to a variance of about 200, sigmoid 800,
   * silu 1000, softplus 2000; in float64 for about a third of that.
   */
  static final int MAX_TERMS = 8192;

  /** Share of E[φ²] or E[φ′²] above which a series of {@link #MAX_TERMS} is refused in float64. */
  private static final double REFUSED = 1e-10;

  /** Standard deviations integrated over: the density beyond is below 1e-37. */
  private static final double RANGE = 13;

  private static final int NODES_PER_PANEL = 16;

  private static final int OCTAVE_NODES = 14;

  private final Activation activation;
  private final int count;
  private final double[] nodes;
  private final double[] weights;
  private final double[] octaveNodes = new double[OCTAVE_NODES];
  private final Map<Integer, double[][]> octaves = new ConcurrentHashMap<>();

  private HermiteSeries(Activation activation, int count, double[] nodes, double[] weights) {
    this.activation = activation;
    this.count = count;
    this.nodes = nodes;
    this.weights = weights;
    for (int m = 0; m < OCTAVE_NODES; m++) {
      octaveNodes[m] = 0.5 - 0.5 * Math.cos(Math.PI * (m + 0.5) / OCTAVE_NODES);
    }
  }

  /**
   * Chooses the number of terms for float64.
   *
   * @param activation φ
   * @param maxK the largest variance that will be asked for
   * @throws IllegalArgumentException if the series would need more terms than are practical
   */
  static HermiteSeries of(Activation activation, double maxK) {
    return of(activation, maxK, DType.FLOAT64);
  }

  /**
   * Chooses the number of terms.
   *
   * @param activation φ
   * @param maxK the largest variance that will be asked for
   * @param dtype element type of the kernel matrix
   * @throws IllegalArgumentException if the series would need more terms than are practical
   */
  static HermiteSeries of(Activation activation, double maxK, DType dtype) {
    return switch (activation) {
      case Activation.Polynomial p -> exact(p, p.coefficients().size());
      case Activation.Hermite h -> exact(h, h.coefficients().size());
      case Activation.Elu _, Activation.HardTanh _ ->
          throw new IllegalArgumentException(
              "activation %s: there is no dual of it, because its kinks make the Hermite series converge too slowly; finite networks may have it"
                  .formatted(activation));
      default -> truncated(activation, maxK, Shares.of(dtype));
    };
  }

  /**
   * Shares of E[φ²] and of E[φ′²] that may be cut off. The first is about the error of a kernel's
   * value, the second the relative error that a layer makes in the complement of nearly parallel
   * inputs, whose angles are to be right to 1e-4 in float32 after 50 layers.
   */
  private record Shares(double value, double slope) {
    static Shares of(DType dtype) {
      return dtype == DType.FLOAT32 ? new Shares(1e-8, 1e-6) : new Shares(1e-16, 1e-16);
    }
  }

  /** A polynomial: Gauss–Hermite quadrature with more nodes than its degree is exact. */
  private static HermiteSeries exact(Activation activation, int count) {
    GaussIntegrator rule = new GaussIntegratorFactory().hermite(count + 1);
    double[] nodes = new double[count + 1];
    double[] weights = new double[count + 1];
    for (int i = 0; i <= count; i++) {
      nodes[i] = rule.getPoint(i) * Math.sqrt(2); // the rule's weight function is exp(−x²)
      weights[i] = rule.getWeight(i) / Math.sqrt(Math.PI);
    }
    return new HermiteSeries(activation, count, nodes, weights);
  }

  private static HermiteSeries truncated(Activation activation, double maxK, Shares allowed) {
    for (int terms = 64; ; terms *= 2) {
      HermiteSeries series = panels(activation, terms);
      double[] a = series.coefficients(new double[] {maxK})[0];
      double total = series.secondMoment(maxK);
      double slopes = series.derivativeSecondMoment(maxK);
      // The terms fall geometrically in √n: an eighth of them weighs more than all beyond it.
      int from = 7 * terms / 8;
      double left =
          Math.max(
              share(a, maxK, from, total, 0) / allowed.value(),
              share(a, maxK, from, slopes, 1) / allowed.slope());
      if (left <= 1 || (terms == MAX_TERMS && left * allowed.slope() <= REFUSED)) {
        return panels(activation, cut(a, maxK, total, slopes, allowed));
      }
      if (terms == MAX_TERMS) {
        throw new IllegalArgumentException(
            "activation %s: pre-activation variance %s needs more than %d Hermite terms; scale the inputs or lower weightVariance"
                .formatted(activation, maxK, MAX_TERMS));
      }
    }
  }

  /** Returns Σ (n/k)^power aₙ²/whole over the terms from one on; power 0 for φ, 1 for φ′. */
  private static double share(double[] a, double k, int from, double whole, int power) {
    double sum = 0;
    for (int n = from; n < a.length; n++) {
      sum += a[n] * a[n] * (power == 0 ? 1 : n / k);
    }
    return sum / whole;
  }

  /**
   * Returns how many terms to keep. Summed from the far end: E[φ²] minus the first terms would end
   * in rounding noise.
   */
  private static int cut(double[] a, double k, double total, double slopes, Shares allowed) {
    double tail = 0;
    double slopeTail = 0;
    int count = a.length;
    while (count > 1) {
      tail += a[count - 1] * a[count - 1];
      slopeTail += (count - 1) * a[count - 1] * a[count - 1] / k;
      if (tail > allowed.value() * total || slopeTail > allowed.slope() * slopes) {
        break;
      }
      count--;
    }
    return count;
  }

  /** Gauss–Legendre panels narrow enough for the fastest Hermite function, which turns by √n. */
  private static HermiteSeries panels(Activation activation, int count) {
    double width = Math.min(1, 8 / Math.sqrt(count));
    int panels = 2 * (int) Math.ceil(RANGE / width);
    GaussIntegrator rule = new GaussIntegratorFactory().legendre(NODES_PER_PANEL, -1, 1);
    double half = RANGE / panels;
    double[] nodes = new double[panels * NODES_PER_PANEL];
    double[] weights = new double[nodes.length];
    for (int i = 0; i < nodes.length; i++) {
      int panel = i / NODES_PER_PANEL;
      int j = i % NODES_PER_PANEL;
      double middle = -RANGE + half * (2.0 * panel + 1);
      nodes[i] = middle + half * rule.getPoint(j);
      weights[i] =
          half * rule.getWeight(j) * Math.exp(-nodes[i] * nodes[i] / 2) / Math.sqrt(2 * Math.PI);
    }
    return new HermiteSeries(activation, count, nodes, weights);
  }

  int count() {
    return count;
  }

  /** Returns E[φ(√k g)²]. */
  double secondMoment(double k) {
    double root = Math.sqrt(k);
    double sum = 0;
    for (int i = 0; i < nodes.length; i++) {
      double v = activation.value(root * nodes[i]);
      sum += weights[i] * v * v;
    }
    return sum;
  }

  private double derivativeSecondMoment(double k) {
    double root = Math.sqrt(k);
    double sum = 0;
    for (int i = 0; i < nodes.length; i++) {
      double v = activation.derivative(root * nodes[i]);
      sum += weights[i] * v * v;
    }
    return sum;
  }

  /**
   * Writes the unit coefficients of φ, those of φ′, E[φ²] and E[φ′²]: 2·count + 2 cells.
   *
   * <p>φ(√k g) = Σ aₙ hₙ(g) gives √k φ′(√k g) = Σ √(n + 1) aₙ₊₁ hₙ(g).
   */
  void expand(double k, double[] cells, int at) {
    System.arraycopy(expansions(k)[0], 0, cells, at, 2 * count + 2);
  }

  /** The same by interpolation in log k, for many k: one expansion costs as much as hundreds. */
  void interpolate(double k, double[] cells, int at) {
    int octave = Math.getExponent(k);
    if (nodes.length < NODES_PER_PANEL * OCTAVE_NODES || octave < Double.MIN_EXPONENT) {
      expand(k, cells, at); // a polynomial, which is cheap, or a subnormal number
      return;
    }
    double[][] expansions = octaves.computeIfAbsent(octave, this::octave);
    double position = Math.log(k / Math.scalb(1.0, octave)) / Math.log(2);
    double[] shares = new double[OCTAVE_NODES];
    double sum = 0;
    for (int m = 0; m < OCTAVE_NODES; m++) {
      double distance = position - octaveNodes[m];
      if (distance == 0) {
        System.arraycopy(expansions[m], 0, cells, at, 2 * count + 2);
        return;
      }
      // Barycentric weights of Chebyshev points (Berrut and Trefethen 2004, (5.3))
      double weight = Math.sin(Math.PI * (m + 0.5) / OCTAVE_NODES) / distance;
      shares[m] = (m & 1) == 0 ? weight : -weight;
      sum += shares[m];
    }
    Arrays.fill(cells, at, at + 2 * count + 2, 0);
    for (int m = 0; m < OCTAVE_NODES; m++) {
      double share = shares[m] / sum;
      double[] expansion = expansions[m];
      for (int n = 0; n < expansion.length; n++) {
        cells[at + n] += share * expansion[n];
      }
    }
    normalise(cells, at);
    normalise(cells, at + count);
  }

  private double[][] octave(int exponent) {
    double[] ks = new double[OCTAVE_NODES];
    for (int m = 0; m < OCTAVE_NODES; m++) {
      ks[m] = Math.scalb(Math.pow(2, octaveNodes[m]), exponent);
    }
    return expansions(ks);
  }

  /** Returns for each k what {@link #expand} writes. */
  private double[][] expansions(double... ks) {
    double[][] coefficients = coefficients(ks);
    double[][] expansions = new double[ks.length][];
    for (int m = 0; m < ks.length; m++) {
      double[] cells = Arrays.copyOf(coefficients[m], 2 * count + 2);
      for (int n = 0; n + 1 < count; n++) {
        cells[count + n] = Math.sqrt((n + 1) / ks[m]) * cells[n + 1];
      }
      normalise(cells, 0);
      normalise(cells, count);
      cells[2 * count] = secondMoment(ks[m]);
      cells[2 * count + 1] = derivativeSecondMoment(ks[m]);
      expansions[m] = cells;
    }
    return expansions;
  }

  /** Scales to a unit vector, if it is not zero. */
  private void normalise(double[] cells, int at) {
    double squares = 0;
    for (int n = 0; n < count; n++) {
      squares += cells[at + n] * cells[at + n];
    }
    if (squares > 0) {
      for (int n = 0; n < count; n++) {
        cells[at + n] /= Math.sqrt(squares);
      }
    }
  }

  /** Returns for each k the first count coefficients E[φ(√k g) hₙ(g)]. */
  private double[][] coefficients(double... ks) {
    double[][] weighted = new double[ks.length][nodes.length];
    for (int m = 0; m < ks.length; m++) {
      double root = Math.sqrt(ks[m]);
      for (int i = 0; i < nodes.length; i++) {
        weighted[m][i] = weights[i] * activation.value(root * nodes[i]);
      }
    }
    double[][] coefficients = new double[ks.length][count];
    double[] previous = new double[nodes.length];
    double[] h = new double[nodes.length];
    Arrays.fill(h, 1);
    for (int n = 0; n < count; n++) {
      for (int m = 0; m < ks.length; m++) {
        coefficients[m][n] = dot(weighted[m], h);
      }
      double back = Math.sqrt(n);
      double scale = 1 / Math.sqrt(n + 1.0);
      for (int i = 0; i < h.length; i++) {
        double next = (nodes[i] * h[i] - back * previous[i]) * scale;
        previous[i] = h[i];
        h[i] = next;
      }
    }
    return coefficients;
  }

  /** Four sums, because one would wait for each addition in turn. */
  private static double dot(double[] a, double[] b) {
    double s0 = 0;
    double s1 = 0;
    double s2 = 0;
    double s3 = 0;
    int i = 0;
    for (; i + 3 < a.length; i += 4) {
      s0 += a[i] * b[i];
      s1 += a[i + 1] * b[i + 1];
      s2 += a[i + 2] * b[i + 2];
      s3 += a[i + 3] * b[i + 3];
    }
    for (; i < a.length; i++) {
      s0 += a[i] * b[i];
    }
    return (s0 + s1) + (s2 + s3);
  }
}
