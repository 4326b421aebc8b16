package dev.lamina.analysis.lifting;

import dev.lamina.analysis.lifting.WaysOut.Landscape;
import dev.lamina.analysis.lifting.WaysOut.Way;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Heatmap;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** Shows {@link WaysOut}. */
final class WaysView {
  private static final String SOURCE =
      "Formulas of the change beyond the edge: derived here. Measured: the loss itself.";

  private final WaysOut ways;

  WaysView(WaysOut ways) {
    this.ways = ways;
  }

  List<Block> blocks() {
    List<Block> blocks = new ArrayList<>();
    ways.landscapes().forEach(landscape -> blocks.add(map(landscape)));
    blocks.add(changes());
    blocks.add(table());
    return blocks;
  }

  private static Heatmap map(Landscape landscape) {
    String edge = NumberTexts.rounded(landscape.edge(), 3);
    return new Heatmap(
        landscape.curved() ? "landscape-steepest" : "landscape-flat",
        landscape.curved()
            ? "The loss along a flat direction and the steepest one"
            : "The loss along two flat directions",
        landscape.curved()
            ? "The lift is at (0, 0). To the right the bias of an inserted neuron moves and the next"
                + " biases make up for it; upwards goes the eigenvector of the largest eigenvalue."
                + " A straight valley up to "
                + edge
                + ", where the first sample is at the end of the neuron's segment; beyond that the"
                + " valley floor falls or rises."
            : "The lift is at (0, 0); both coordinates move the bias of an inserted neuron, and the"
                + " next biases make up for it. The same loss on the whole rectangle up to "
                + edge
                + " and "
                + NumberTexts.rounded(landscape.otherEdge(), 3)
                + ", where first samples are at the ends of the neurons' segments.",
        "Lifted set and its edge: published (arXiv 2205.13283); what happens beyond: derived here.",
        Axis.linear("shift: " + landscape.way(), ""),
        Axis.linear((landscape.curved() ? "" : "shift: ") + landscape.other(), ""),
        Axis.linear("change of the loss", ""),
        landscape.x(),
        landscape.y(),
        landscape.change());
  }

  private Plot changes() {
    List<Series> series = new ArrayList<>();
    for (Way way : ways.shown()) {
      String name = way.label() + ", " + direction(way);
      series.add(Series.Points.of(name, way.label(), way.beyond(), sizes(way.measured())));
      if (way.predicted().stream().allMatch(p -> Math.abs(p) > WaysOut.LEVEL * 1e-3)) {
        series.add(
            new Series.Line(
                "leading term, " + way.label(), way.label(), way.beyond(), sizes(way.predicted())));
      }
    }
    return new Plot(
        "ways-out",
        "Change of the loss beyond the edge of the lifted set",
        "Size of the change of the loss against t, how far the first sample is beyond the end of its"
            + " neuron's segment. Lines are the leading terms with what each following sample adds: t"
            + " for the first one where the slope of the activation jumps, t² where it does not.",
        SOURCE,
        Axis.logarithmic("t", ""),
        Axis.logarithmic("|change of the loss|", ""),
        series);
  }

  private static String direction(Way way) {
    return way.measured().getFirst() < 0 ? "falls" : "rises";
  }

  private static List<Double> sizes(List<Double> values) {
    return values.stream().map(Math::abs).toList();
  }

  private Table table() {
    List<List<Object>> rows = new ArrayList<>();
    for (Way way : ways.shown()) {
      int near = way.beyond().size() / 2;
      rows.add(
          List.of(
              way.member(),
              way.neuron(),
              way.upper() ? "upper" : "lower",
              way.samples(),
              way.room(),
              way.gap(),
              way.level()
                  ? "0"
                  : NumberTexts.rounded(way.coefficient(), 5) + (way.order() == 1 ? " t" : " t²"),
              direction(way),
              way.beyond().get(near),
              way.predicted().get(near),
              way.measured().get(near)));
    }
    return new Table(
        "ways-out-numbers",
        "Ways out in numbers",
        "How far the bias can move at the same loss, how many samples then leave the segment first,"
            + " and the change of the loss beyond. Behind relu, with W′ = I, the first samples are"
            + " all those on which a neuron is silent: at a critical point their errors cancel and"
            + " the leading term vanishes. Of %d ways of %d random members %d go down."
                .formatted(ways.ways(), ways.members(), ways.descending()),
        Stream.of(
                "lift",
                "neuron",
                "end",
                "first samples",
                "flat until",
                "next sample after",
                "leading term",
                "the loss",
                "t",
                "predicted change",
                "measured change")
            .map(Column::of)
            .toList(),
        rows);
  }
}
