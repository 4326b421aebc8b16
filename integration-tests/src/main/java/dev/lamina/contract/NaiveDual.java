package dev.lamina.contract;

import java.util.ArrayList;
import java.util.List;
import java.util.function.DoubleUnaryOperator;

/**
 * Expectations of an activation over two centred Gaussians u, v of given variances and angle, by
 * brute force.
 *
 * <p>In polar coordinates u = √p·ρ·sin w, v = √q·ρ·sin(w − t), where cos t is the correlation,
 *
 * <pre>  E f(u, v) = 1/2π ∫₀^2π dw ∫₀^∞ ρ e^(−ρ²/2) f(u, v) dρ.</pre>
 *
 * The kinks of all activations are at 0, so that every integrand is smooth in the sectors between w
 * = 0, t, π, π + t, where Gauss–Legendre rules are used; along ρ too, in panels. A narrow sector
 * (small t) costs no accuracy. Good to about 10⁻¹⁴ of the second moments for variances up to 6.
 */
final class NaiveDual {
  private static final int ANGLES = 40;
  private static final int RADII = 16;
  private static final double PANEL = 1.25;
  private static final double WIDE = 2;
  private static final double[][] ANGULAR = angular();
  private static final double[][] RADIAL = legendre(RADII);

  private NaiveDual() {}

  /**
   * Returns E[φ(u)φ(v)] and E[φ′(u)φ′(v)] with their angles.
   *
   * @param activation φ
   * @param p variance of u, &gt; 0
   * @param q variance of v, &gt; 0
   * @param t angle between u and v: their correlation is cos t
   */
  static Moments of(NaiveActivation activation, double p, double q, double t) {
    NaivePair value = pair(activation, activation.value(), activation.degree(), p, q, t);
    int degree = activation.degree() < 0 ? -1 : Math.max(0, activation.degree() - 1);
    NaivePair slope = pair(activation, activation.derivative(), degree, p, q, t);
    return new Moments(value, slope);
  }

  /**
   * What {@link #of} returns.
   *
   * @param value E[φφ]
   * @param slope E[φ′φ′]
   */
  record Moments(NaivePair value, NaivePair slope) {}

  private static NaivePair pair(
      NaiveActivation a, NaiveActivation.Scalar f, int degree, double p, double q, double t) {
    double[][] radii = radii(a, degree, Math.sqrt(p) + Math.sqrt(q));
    double xx = square(a, f, p);
    double zz = p == q ? xx : square(a, f, q);
    if (xx == 0 || zz == 0) { // φ′ of a constant and of sign
      return new NaivePair(xx, zz, 0, 0, 0);
    }
    Sum xz = new Sum();
    Sum minus = new Sum();
    Sum plus = new Sum();
    for (double[] sector : sectors(t)) {
      double width = sector[1] - sector[0];
      for (int i = 0; i < ANGLES; i++) {
        double w = sector[0] + width * ANGULAR[0][i];
        double u = Math.sqrt(p) * Math.sin(w);
        double v = Math.sqrt(q) * Math.sin(w - t);
        for (double[] r : radii) {
          double weight = width * ANGULAR[1][i] * r[1] / (2 * Math.PI);
          for (int side = 1; side >= -1; side -= 2) {
            double fu = f.at(side * r[0] * u);
            double fv = f.at(side * r[0] * v);
            double gu = fu / Math.sqrt(xx);
            double gv = fv / Math.sqrt(zz);
            xz.add(weight * fu * fv);
            minus.add(weight * (gu - gv) * (gu - gv) / 2);
            plus.add(weight * (gu + gv) * (gu + gv) / 2);
          }
        }
      }
    }
    return new NaivePair(xx, zz, xz.value(), minus.value(), plus.value());
  }

  /** Cuts the sectors [0, t] and [t, π] in two where they are wide. */
  private static List<double[]> sectors(double t) {
    List<double[]> sectors = new ArrayList<>();
    for (double[] sector : List.of(new double[] {0, t}, new double[] {t, Math.PI})) {
      if (sector[1] - sector[0] > WIDE) {
        double middle = (sector[0] + sector[1]) / 2;
        sectors.add(new double[] {sector[0], middle});
        sectors.add(new double[] {middle, sector[1]});
      } else {
        sectors.add(sector);
      }
    }
    return sectors;
  }

  /** Returns E[φ(u)²] or E[φ′(u)²] for u of variance p. */
  static double secondMoment(NaiveActivation a, boolean derivative, double p) {
    return square(a, derivative ? a.derivative() : a.value(), p);
  }

  /** E[f(u)²] = ∫₀^∞ (f(√p g)² + f(−√p g)²) e^(−g²/2)/√2π dg. */
  private static double square(NaiveActivation a, NaiveActivation.Scalar f, double p) {
    Sum sum = new Sum();
    for (double[] g : panels(end(a, 2 * Math.sqrt(p)), x -> Math.exp(-x * x / 2), 0.5)) {
      double up = f.at(Math.sqrt(p) * g[0]);
      double down = f.at(-Math.sqrt(p) * g[0]);
      sum.add(g[1] * (up * up + down * down));
    }
    return sum.value();
  }

  /** A compensated sum (Neumaier 1974): thousands of terms with the error of one. */
  private static final class Sum {
    private double total;
    private double lost;

    void add(double term) {
      double next = total + term;
      lost += Math.abs(total) >= Math.abs(term) ? total - next + term : term - next + total;
      total = next;
    }

    double value() {
      return total + lost;
    }
  }

  /**
   * Returns nodes and weights for ∫₀^∞ ρ e^(−ρ²/2) g(ρ) dρ. If g is a multiple of ρ²ᵏ the single
   * node where ρ²ᵏ has its mean 2ᵏ k! is exact.
   */
  private static double[][] radii(NaiveActivation a, int degree, double deviations) {
    if (degree >= 0) {
      double mean = 1;
      for (int k = 1; k <= degree; k++) {
        mean *= 2 * k;
      }
      return new double[][] {{degree == 0 ? 1 : Math.pow(mean, 0.5 / degree), 1}};
    }
    return panels(end(a, deviations), rho -> rho * Math.exp(-rho * rho / 2), 1);
  }

  /**
   * Beyond 10 standard deviations lies 10⁻²³ of the density; fast-growing functions reach further.
   */
  private static double end(NaiveActivation a, double deviations) {
    return 10 + 2 * Math.sqrt(a.polynomialDegree()) + (a.exponential() ? deviations : 0);
  }

  /**
   * Returns nodes and weights for a density on (0, end).
   *
   * @param total what the density integrates to: so do the weights, whatever their roundings
   */
  private static double[][] panels(double end, DoubleUnaryOperator density, double total) {
    List<double[]> nodes = new ArrayList<>();
    Sum sum = new Sum();
    for (int panel = 0; panel * PANEL < end; panel++) {
      for (int i = 0; i < RADII; i++) {
        double x = PANEL * (panel + (1 + RADIAL[0][i]) / 2);
        double weight = RADIAL[1][i] * density.applyAsDouble(x);
        nodes.add(new double[] {x, weight});
        sum.add(weight);
      }
    }
    nodes.forEach(node -> node[1] *= total / sum.value());
    return nodes.toArray(double[][]::new);
  }

  /**
   * Returns nodes and weights on (0, 1) that crowd at both ends, where a steep activation turns
   * within a small angle: the Gauss–Legendre rule for y with w = (1 − cos πy)/2.
   */
  private static double[][] angular() {
    double[][] legendre = legendre(ANGLES);
    double[][] rule = new double[2][ANGLES];
    Sum sum = new Sum();
    for (int i = 0; i < ANGLES; i++) {
      double y = Math.PI / 2 * (1 + legendre[0][i]);
      rule[0][i] = Math.sin(y / 2) * Math.sin(y / 2);
      rule[1][i] = Math.sin(y) * legendre[1][i];
      sum.add(rule[1][i]);
    }
    for (int i = 0; i < ANGLES; i++) {
      rule[1][i] /= sum.value();
    }
    return rule;
  }

  /** Returns nodes and weights of the Gauss–Legendre rule on (−1, 1), by Newton's method. */
  private static double[][] legendre(int n) {
    double[][] rule = new double[2][n];
    for (int i = 0; i < n; i++) {
      double x = -Math.cos(Math.PI * (i + 0.75) / (n + 0.5));
      double slope = 1;
      for (int step = 0; step < 10; step++) {
        double previous = 0;
        double value = 1;
        for (int k = 1; k <= n; k++) {
          double next = ((2 * k - 1) * x * value - (k - 1) * previous) / k;
          previous = value;
          value = next;
        }
        slope = n * (x * value - previous) / (x * x - 1);
        x -= value / slope;
      }
      rule[0][i] = x;
      rule[1][i] = 2 / ((1 - x * x) * slope * slope);
    }
    return rule;
  }
}
