package dev.lamina.analysis.lifting;

import java.util.List;

/**
 * The ways over the edge of the set of lifts of a critical point.
 *
 * @param members random members of the lifted set that were looked at, beside the lift with W′ = I
 * @param ways how many ways they have, neurons that are constant on the samples left out
 * @param descending on how many of them the loss falls at once
 * @param shown those of the lift with W′ = I, and the steepest ones of all
 * @param landscapes the loss on planes through the member with the steepest way down
 */
public record WaysOut(
    int members, int ways, int descending, List<Way> shown, List<Landscape> landscapes) {

  /** Changes below this are rounding: the first order vanishes. */
  static final double LEVEL = 1e-10;

  /** Copies the lists. */
  public WaysOut {
    shown = List.copyOf(shown);
    landscapes = List.copyOf(landscapes);
  }

  /**
   * One way.
   *
   * @param member which lift it leads out of
   * @param neuron the inserted neuron, from 0
   * @param upper whether it leads over the upper end of the neuron's segment
   * @param samples how many samples get there first
   * @param room how far the neuron's bias moves until then, at the same loss
   * @param gap how much farther until the next sample gets there
   * @param coefficient c of the change of the loss c t^order beyond the edge
   * @param order 1 or 2
   * @param beyond values of t
   * @param predicted the leading term, with what samples add that follow
   * @param measured change of the loss
   */
  public record Way(
      String member,
      int neuron,
      boolean upper,
      int samples,
      double room,
      double gap,
      double coefficient,
      int order,
      List<Double> beyond,
      List<Double> predicted,
      List<Double> measured) {
    /** Copies the lists. */
    public Way {
      beyond = List.copyOf(beyond);
      predicted = List.copyOf(predicted);
      measured = List.copyOf(measured);
    }

    /** Returns whether the leading term vanishes. */
    boolean level() {
      return Math.abs(coefficient) < LEVEL;
    }

    /** Returns a name such as {@code W′ = I, neuron 0, lower end}. */
    String label() {
      return "%s, neuron %d, %s end".formatted(member, neuron, upper ? "upper" : "lower");
    }
  }

  /**
   * The loss on a plane.
   *
   * @param curved whether the second direction is the steepest one of the Hessian; else it is a
   *     second way out
   * @param way the first direction: how far the bias of its neuron moves
   * @param other the second one, if it is a way
   * @param edge where the first way reaches the edge
   * @param otherEdge where the second one does; NaN if it is not a way
   * @param x coordinates along the first direction
   * @param y coordinates along the second
   * @param change of the loss from that of the lift; a list for each of {@code y}
   */
  public record Landscape(
      boolean curved,
      String way,
      String other,
      double edge,
      double otherEdge,
      List<Double> x,
      List<Double> y,
      List<List<Double>> change) {
    /** Copies the lists. */
    public Landscape {
      x = List.copyOf(x);
      y = List.copyOf(y);
      change = change.stream().map(List::copyOf).toList();
    }
  }
}
