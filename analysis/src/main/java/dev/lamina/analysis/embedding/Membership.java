package dev.lamina.analysis.embedding;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/**
 * Whether a deeper network is in the lifted set T_S(θ) of a shallower one: copied layers, every
 * inserted neuron inside one segment on all samples, and the outputs kept [paper].
 *
 * @param layout what is wrong with depths, widths, activations or copied layers, if anything
 * @param neurons how each inserted neuron lies; empty if the layout is wrong
 * @param weightResidual largest |V A − W|, relative to the sizes of what is subtracted
 * @param biasResidual largest |V a + b″ − b|, likewise
 * @param tolerance what both residuals may be
 */
public record Membership(
    Optional<String> layout,
    List<Placement> neurons,
    double weightResidual,
    double biasResidual,
    double tolerance) {

  /** An open condition needs room: so much times the range of a neuron's pre-activations. */
  private static final double ROOM = 1e-9;

  /**
   * Where an inserted neuron's pre-activations lie.
   *
   * @param segment the segment that holds them all, if one does
   * @param margin how far they stay from its ends; if none holds them, how far they reach beyond
   *     the one that comes nearest, negative
   */
  public record Placement(Optional<AffineSegment> segment, double margin) {}

  /**
   * {@return the test's result}
   *
   * @param shallow θ
   * @param deep θ′, one layer more
   * @param after q: layer q + 1 of the deep network is the inserted one
   * @param candidates the segments to look in, such as {@link AffineSegments#exact}
   * @param x samples in rows
   * @param tolerance of the residuals, such as 1e-9
   */
  public static Membership test(
      Perceptron shallow,
      Perceptron deep,
      int after,
      List<AffineSegment> candidates,
      RealMatrix x,
      double tolerance) {
    Optional<String> layout = layout(shallow, deep, after);
    if (layout.isPresent()) {
      return new Membership(layout, List.of(), Double.NaN, Double.NaN, tolerance);
    }
    RealMatrix u = deep.features(x).preActivation(after + 1);
    List<Placement> neurons = new ArrayList<>();
    for (int j = 0; j < u.getColumnDimension(); j++) {
      neurons.add(place(Extent.of(u.getColumn(j)), candidates));
    }
    double weights = Double.NaN;
    double bias = Double.NaN;
    if (neurons.stream().allMatch(n -> n.segment().isPresent())) {
      Residuals residuals = Residuals.of(shallow, deep, after, neurons);
      weights = residuals.weights();
      bias = residuals.bias();
    }
    return new Membership(layout, List.copyOf(neurons), weights, bias, tolerance);
  }

  /** {@return whether all conditions hold} */
  public boolean isMember() {
    return layout.isEmpty() && linear() && weightResidual <= tolerance && biasResidual <= tolerance;
  }

  private boolean linear() {
    return neurons.stream().allMatch(n -> n.segment().isPresent());
  }

  /** {@return the least margin of all neurons; positive if all lie inside a segment} */
  public double margin() {
    return neurons.stream().mapToDouble(Placement::margin).min().orElse(Double.NaN);
  }

  /** {@return the first condition that fails, for people, or an empty text} */
  public String reason() {
    if (layout.isPresent()) {
      return layout.get();
    }
    OptionalInt outside =
        java.util.stream.IntStream.range(0, neurons.size())
            .filter(j -> neurons.get(j).segment().isEmpty())
            .findFirst();
    if (outside.isPresent()) {
      return "inserted neuron %d leaves every affine segment, by at least %s"
          .formatted(outside.getAsInt(), -neurons.get(outside.getAsInt()).margin());
    }
    if (!(weightResidual <= tolerance)) {
      return "V A misses W by " + weightResidual + " of its size";
    }
    return biasResidual <= tolerance ? "" : "V a + b″ misses b by " + biasResidual + " of its size";
  }

  private static Optional<String> layout(Perceptron shallow, Perceptron deep, int after) {
    if (deep.depth() != shallow.depth() + 1 || after < 0 || after >= shallow.depth()) {
      return Optional.of(
          "depths are %d and %d, and nothing can have been inserted after layer %d"
              .formatted(shallow.depth(), deep.depth(), after));
    }
    for (int l = 1; l <= shallow.depth(); l++) {
      Stage old = shallow.stage(l);
      Stage now = deep.stage(l <= after ? l : l + 1);
      boolean next = l == after + 1;
      if (!now.activation().equals(old.activation()) || now.bridged() != old.bridged()) {
        return Optional.of("layer %d has another activation".formatted(l));
      }
      if (next ? now.outputs() != old.outputs() : !copied(old, now)) {
        return Optional.of("layer %d is not copied".formatted(l));
      }
    }
    return Optional.empty();
  }

  private static boolean copied(Stage a, Stage b) {
    return a.weights().equals(b.weights()) && a.bias().equals(b.bias());
  }

  private static Placement place(Extent extent, List<AffineSegment> candidates) {
    double room = ROOM * extent.size();
    double best = Double.NEGATIVE_INFINITY;
    for (AffineSegment s : candidates) {
      double margin = s.margin(extent.min(), extent.max());
      if (margin > room) {
        return new Placement(Optional.of(s), margin);
      }
      best = Math.max(best, margin);
    }
    return new Placement(Optional.empty(), best);
  }

  private record Residuals(double weights, double bias) {
    static Residuals of(Perceptron shallow, Perceptron deep, int after, List<Placement> neurons) {
      Stage inserted = deep.stage(after + 1);
      Stage next = deep.stage(after + 2);
      Stage old = shallow.stage(after + 1);
      List<AffineSegment> lines = neurons.stream().map(n -> n.segment().orElseThrow()).toList();
      Insertion insertion = new Insertion(after, inserted.activation(), lines, inserted.bridged());
      RealMatrix a = LiftedSet.effective(insertion, inserted.weights());
      RealVector shift = inserted.bias().copy();
      for (int j = 0; j < lines.size(); j++) {
        shift.setEntry(j, lines.get(j).line(shift.getEntry(j)));
      }
      RealMatrix v = next.weights();
      double weightScale =
          old.weights().getFrobeniusNorm() + v.getFrobeniusNorm() * a.getFrobeniusNorm();
      RealVector found = v.operate(shift).add(next.bias());
      double biasScale =
          old.bias().getNorm() + next.bias().getNorm() + v.getFrobeniusNorm() * shift.getNorm();
      double weights = Lift.largestDifference(v.multiply(a), old.weights());
      double bias = found.subtract(old.bias()).getLInfNorm();
      return new Residuals(relative(weights, weightScale), relative(bias, biasScale));
    }

    private static double relative(double difference, double scale) {
      return difference == 0 ? 0 : difference / scale;
    }
  }
}
