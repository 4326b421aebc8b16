package dev.lamina.lowering;

import dev.lamina.kernel.Activation;
import org.hipparchus.analysis.integration.gauss.GaussIntegrator;
import org.hipparchus.analysis.integration.gauss.GaussIntegratorFactory;

/**
 * The Hermite coefficients of g ↦ φ(√k g) for standard normal g, from which Mehler's formula gives
 * the dual: E[φ(u)φ(v)] = Σₙ aₙ(x) aₙ(z) cⁿ with c the correlation of u and v.
 *
 * <p>The coefficients are found by quadrature. For analytic activations they fall geometrically in
 * √n; the series is cut where at most {@link #TOLERANCE} of E[φ²] and of E[φ′²] is left, and the
 * others are scaled to make up for it, which keeps the diagonal exact.
 */
final class HermiteSeries {
  /** Share of E[φ²] and of E[φ′²] that may be cut off: far below float64 rounding of the sum. */
  private static final double TOLERANCE = 1e-16;

  /** Share of E[φ²] above which the series is refused. */
  private static final double REFUSED = 1e-10;

  private static final int MAX_TERMS = 512;

  /** Coefficients fall geometrically in √n: so many last ones weigh as much as all beyond them. */
  private static final int FAR_END = 64;

  /** Standard deviations integrated over: the density beyond is below 1e-37. */
  private static final double RANGE = 13;

  private static final int NODES_PER_PANEL = 16;

  private final Activation activation;
  private final int count;
  private final double[] nodes;
  private final double[] weights;

  private HermiteSeries(Activation activation, int count, double[] nodes, double[] weights) {
    this.activation = activation;
    this.count = count;
    this.nodes = nodes;
    this.weights = weights;
  }

  /**
   * Chooses the number of terms.
   *
   * @param activation φ
   * @param maxK the largest variance that will be asked for
   * @throws IllegalArgumentException if the series would need more terms than are practical
   */
  static HermiteSeries of(Activation activation, double maxK) {
    return switch (activation) {
      case Activation.Polynomial p -> exact(p, p.coefficients().size());
      case Activation.Hermite h -> exact(h, h.coefficients().size());
      default -> truncated(activation, maxK);
    };
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

  private static HermiteSeries truncated(Activation activation, double maxK) {
    HermiteSeries longest = panels(activation, MAX_TERMS);
    double[] a = new double[MAX_TERMS];
    longest.coefficients(maxK, a, 0);
    double total = longest.secondMoment(maxK);
    double slopes = longest.derivativeSecondMoment(maxK);
    if (squares(a, MAX_TERMS - FAR_END) > REFUSED * total) {
      throw new IllegalArgumentException(
          "activation %s: pre-activation variance %s needs more than %d Hermite terms; scale the inputs or lower weightVariance"
              .formatted(activation, maxK, MAX_TERMS));
    }
    // Summed from the far end: E[φ²] minus the first terms would end in rounding noise.
    int count = MAX_TERMS;
    double tail = 0;
    double slopeTail = 0;
    while (count > 1) {
      tail += a[count - 1] * a[count - 1];
      slopeTail += (count - 1) * a[count - 1] * a[count - 1] / maxK;
      if (tail > TOLERANCE * total || slopeTail > TOLERANCE * slopes) {
        break;
      }
      count--;
    }
    return panels(activation, count);
  }

  private static double squares(double[] a, int from) {
    double sum = 0;
    for (int n = from; n < a.length; n++) {
      sum += a[n] * a[n];
    }
    return sum;
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
    coefficients(k, cells, at);
    double second = secondMoment(k);
    double derivativeSecond = derivativeSecondMoment(k);
    for (int n = 0; n < count; n++) {
      double next = n + 1 < count ? Math.sqrt((n + 1) / k) * cells[at + n + 1] : 0;
      cells[at + count + n] = next;
    }
    normalise(cells, at, second);
    normalise(cells, at + count, derivativeSecond);
    cells[at + 2 * count] = second;
    cells[at + 2 * count + 1] = derivativeSecond;
  }

  /** Scales to a unit vector. */
  private void normalise(double[] cells, int at, double second) {
    if (second == 0) {
      return;
    }
    double squares = 0;
    for (int n = 0; n < count; n++) {
      squares += cells[at + n] * cells[at + n];
    }
    for (int n = 0; n < count; n++) {
      cells[at + n] /= Math.sqrt(squares);
    }
  }

  /** Writes the first count coefficients E[φ(√k g) hₙ(g)]. */
  private void coefficients(double k, double[] cells, int at) {
    double root = Math.sqrt(k);
    java.util.Arrays.fill(cells, at, at + count, 0);
    for (int i = 0; i < nodes.length; i++) {
      double g = nodes[i];
      double weighted = weights[i] * activation.value(root * g);
      double previous = 0;
      double h = 1;
      for (int n = 0; n < count; n++) {
        cells[at + n] += weighted * h;
        double next = (g * h - Math.sqrt(n) * previous) / Math.sqrt(n + 1);
        previous = h;
        h = next;
      }
    }
  }
}
