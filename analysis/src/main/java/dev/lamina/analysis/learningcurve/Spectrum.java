package dev.lamina.analysis.learningcurve;

import java.util.List;

/**
 * The eigenvalues of a kernel's integral operator in the measure of the data, and what the target
 * has of each eigenfunction.
 *
 * <p>Formulas on a spectrum alone assume that Σ φ² over the eigenfunctions of an eigenvalue is
 * constant, as on spheres and on all homogeneous spaces; {@link MeasureModes} does without.
 *
 * @param modes at least one
 * @param remainder trace Σ multiplicity·λ of eigenvalues that are not listed, each far below those
 *     that are; ≥ 0. It acts like noise
 */
public record Spectrum(List<Mode> modes, double remainder) {
  /** Copies the list and checks it. */
  public Spectrum {
    modes = List.copyOf(modes);
    if (modes.isEmpty()) {
      throw new IllegalArgumentException("spectrum: there must be at least one mode");
    }
    if (!(remainder >= 0 && remainder < Double.POSITIVE_INFINITY)) {
      throw new IllegalArgumentException(
          "spectrum: remainder must be finite and not negative but is " + remainder);
    }
    if (trace(modes) + remainder == 0) {
      throw new IllegalArgumentException("spectrum: all eigenvalues are 0");
    }
  }

  /** {@return K(x, x): the sum of all eigenvalues with their multiplicities} */
  public double trace() {
    return trace(modes) + remainder;
  }

  private static double trace(List<Mode> modes) {
    double sum = 0;
    for (int i = modes.size() - 1; i >= 0; i--) {
      sum += modes.get(i).multiplicity() * modes.get(i).eigenvalue();
    }
    return sum;
  }

  /** {@return Σ g² of the target} */
  public double targetPower() {
    return modes.stream().mapToDouble(Mode::weight).sum();
  }

  /** {@return the modes of which the target has something} */
  public List<Mode> targetModes() {
    return modes.stream().filter(m -> m.weight() > 0).toList();
  }
}
