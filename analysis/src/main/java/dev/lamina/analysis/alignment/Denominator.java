package dev.lamina.analysis.alignment;

/** How the norm of a tangent kernel is found. */
public sealed interface Denominator {

  /** From all its blocks: C(C+1)/2 products of N×n matrices for a layer of n units. */
  record Exact() implements Denominator {
    @Override
    public String toString() {
      return "exact";
    }
  }

  /**
   * Estimated from products with random signs v, ‖K‖² = E‖K v‖²: no N×N matrix, and a cost that
   * grows with C·N instead of its square.
   *
   * @param count how many, ≥ 1; the relative error of the norm falls with its root
   */
  record Probes(int count) implements Denominator {
    /** Checks the range. */
    public Probes {
      if (count < 1) {
        throw new IllegalArgumentException("probes must be ≥ 1 but is " + count);
      }
    }

    @Override
    public String toString() {
      return count + " probes";
    }
  }
}
