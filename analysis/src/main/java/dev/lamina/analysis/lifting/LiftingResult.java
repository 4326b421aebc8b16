package dev.lamina.analysis.lifting;

import java.util.List;

/**
 * What the section {@code lifting} of a study found.
 *
 * @param samples number of samples
 * @param widths of the shallow network, inputs first
 * @param descent how gradient descent went
 * @param early lifts of the point where it stopped, the point itself first
 * @param polished lifts of the critical point, the point itself first
 * @param ending how the search for it ended
 * @param rounding what rounding alone can make of Σ |gradient| there
 * @param pairs what the gradient that was left adds to the Hessian, one entry for each early lift
 * @param waysOut the ways over the edge of the lifted set
 * @param approximate lifts of the critical point whose layers are lines only nearly, without the
 *     point itself
 * @param sharpness largest eigenvalue after one lift, for each length of the segment
 */
public record LiftingResult(
    int samples,
    List<Integer> widths,
    Descended descent,
    List<Lifted> early,
    List<Lifted> polished,
    String ending,
    double rounding,
    List<Pairs> pairs,
    WaysOut waysOut,
    List<Lifted> approximate,
    List<Sharpness> sharpness) {

  /** Copies the lists. */
  public LiftingResult {
    widths = List.copyOf(widths);
    early = List.copyOf(early);
    polished = List.copyOf(polished);
    pairs = List.copyOf(pairs);
    approximate = List.copyOf(approximate);
    sharpness = List.copyOf(sharpness);
  }

  /**
   * How gradient descent went.
   *
   * @param steps how many it took
   * @param reached whether the gradient became as small as was asked
   */
  public record Descended(long steps, boolean reached) {}

  /**
   * A point and its Hessian.
   *
   * @param lifts how many layers have been inserted
   * @param parameters how many there are
   * @param loss the risk
   * @param outputChange largest change of an output by the lifts
   * @param gradient Σ |gradient|
   * @param meaningful size from which on the sign of an eigenvalue means something
   * @param positive eigenvalues above the tolerance
   * @param negative eigenvalues below its negative
   * @param zero the others
   * @param negativePublished eigenvalues below −10⁻¹², the zero line of the published figure
   * @param kinkDistance of the nearest pre-activation; NaN if no activation has a kink
   * @param eigenvalues ascending
   */
  public record Lifted(
      int lifts,
      int parameters,
      double loss,
      double outputChange,
      double gradient,
      double meaningful,
      int positive,
      int negative,
      int zero,
      int negativePublished,
      double kinkDistance,
      List<Double> eigenvalues) {
    /** Copies the list. */
    public Lifted {
      eigenvalues = List.copyOf(eigenvalues);
    }
  }

  /**
   * What the gradient that is left where descent stopped adds to the Hessian on the kernel of Dπ.
   *
   * @param lifts how many layers have been inserted
   * @param positive how many eigenvalues of it are positive, beyond the tolerance of the lifted
   *     point's own Hessian
   * @param negative how many are negative, beyond the same tolerance
   * @param smallest of them; 0 without a lift
   * @param largest of them; 0 without a lift
   */
  public record Pairs(int lifts, int positive, int negative, double smallest, double largest) {}

  /**
   * How sharp a lifted point is.
   *
   * @param length of the segment
   * @param scale ξ, by which features are multiplied to fit into it
   * @param largest eigenvalue of the Hessian
   */
  public record Sharpness(double length, double scale, double largest) {}
}
