package dev.lamina.analysis.learningcurve;

import org.hipparchus.analysis.solvers.BrentSolver;

/**
 * Solves N = Σ λ/(λ+κ) + s2/κ for κ.
 *
 * <p>The right side falls from infinity (or, without noise, from the number of modes) to 0, so
 * there is one solution at most, and κ ≤ (Σ λ + s2)/N. It is sought in ln κ, where the right side
 * is smooth over all decades. The remainder of a spectrum, eigenvalues far below κ, counts as
 * noise: λ/(λ+κ) = λ/κ.
 */
final class Kappa {
  private static final double ACCURACY = 1e-16;
  private static final int MOST_EVALUATIONS = 500;
  private static final double STEP = Math.log(1e3);

  private final Spectrum spectrum;
  private final double noise;

  private Kappa(Spectrum spectrum, double noise) {
    this.spectrum = spectrum;
    this.noise = noise;
  }

  /** Returns κ; 0 if there is no noise and there are at least as many samples as modes. */
  static double solve(Spectrum spectrum, double noise, double samples) {
    double ridge = noise + spectrum.remainder();
    if (ridge == 0 && modes(spectrum) <= samples) {
      return 0;
    }
    Kappa kappa = new Kappa(spectrum, ridge);
    double high = Math.log((spectrum.trace() + noise) / samples) + 1e-9;
    double low = high - STEP;
    while (kappa.excess(low, samples) <= 0) {
      low -= STEP;
    }
    double root =
        new BrentSolver(ACCURACY, ACCURACY)
            .solve(MOST_EVALUATIONS, u -> kappa.excess(u, samples), low, high);
    return kappa.polished(Math.exp(root), samples);
  }

  private static double modes(Spectrum spectrum) {
    double count = 0;
    for (Mode m : spectrum.modes()) {
      count += m.eigenvalue() > 0 ? m.multiplicity() : 0;
    }
    return count;
  }

  /** Returns ln(right side/N), which falls with u = ln κ. */
  private double excess(double u, double samples) {
    double kappa = Math.exp(u);
    return Math.log((learnt(kappa) + noise / kappa) / samples);
  }

  private double learnt(double kappa) {
    double sum = 0;
    for (Mode m : spectrum.modes().reversed()) {
      sum +=
          m.eigenvalue() == 0 ? 0 : m.multiplicity() * (m.eigenvalue() / (m.eigenvalue() + kappa));
    }
    return sum;
  }

  /** A Newton step for κ itself, whose logarithm has lost a digit or two. */
  private double polished(double kappa, double samples) {
    double slope = -noise / kappa / kappa;
    for (Mode m : spectrum.modes()) {
      double sum = m.eigenvalue() + kappa;
      slope -= m.multiplicity() * (m.eigenvalue() / sum / sum);
    }
    double better = kappa - (learnt(kappa) + noise / kappa - samples) / slope;
    return Math.abs(better - kappa) < 1e-9 * kappa ? better : kappa;
  }
}
