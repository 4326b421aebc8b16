package dev.lamina.analysis.alignment;

import dev.lamina.analysis.alignment.AlignmentStudyResult.Depth;
import dev.lamina.analysis.alignment.AlignmentStudyResult.Moment;
import dev.lamina.analysis.alignment.AlignmentStudyResult.Run;
import dev.lamina.analysis.alignment.Profiles.Mean;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Heatmap;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The pictures of an {@link AlignmentStudyResult}. */
final class AlignmentPlots {
  private static final String TRAINED = "trained, training examples";
  static final String TEST = "trained, test examples";
  private static final String FRESH = "fresh";
  private static final String LAYER = "layer";
  private static final String ALIGNMENT = "alignment";
  private static final String DEFINITION =
      "Alignment yᵀKy/(‖K‖‖y‖²): published (arXiv 2110.11749, arXiv 2008.00938). Levels of the"
          + " identity and of the last layer: derived here.";
  private static final String PREDICTION =
      " Equilibrium layer: recursion of infinite width, its defining equality derived here; it"
          + " gives the published exponent 3/5 of the depth.";

  private final AlignmentConfig config;
  private final AlignmentStudyResult result;
  private final Depth main;

  AlignmentPlots(AlignmentConfig config, AlignmentStudyResult result) {
    this.config = config;
    this.result = result;
    this.main = result.depths().getLast();
  }

  Plot profile(Depth depth) {
    List<Run> runs = depth.finished();
    List<Mean> trained = Profiles.means(runs, run -> run.trained().alignments());
    List<Series> series = new ArrayList<>();
    series.add(points(TRAINED + ", ± 1 sd of runs", TRAINED, trained));
    series.add(
        points(TEST + ", ± 1 sd", TEST, Profiles.means(runs, run -> run.test().alignments())));
    series.add(points(FRESH, FRESH, Profiles.means(runs, run -> run.fresh().alignments())));
    if (config.permutations() > 0) {
      series.add(
          points(
              "trained, labels permuted",
              "permuted",
              Profiles.means(
                  runs,
                  run ->
                      run.trained().layers().stream().map(LayerAlignment::permutedMean).toList())));
    }
    List<Double> ends = List.of(1.0, (double) depth.depth());
    series.add(level("identity level", ends, result.levels().identity()));
    series.add(
        new Series.Line(
            "most of a last layer",
            "last layer",
            List.of(depth.depth() - 0.5, depth.depth() + 0.5),
            List.of(result.levels().lastLayer(), result.levels().lastLayer())));
    depth
        .prediction()
        .layer()
        .ifPresent(l ->
            series.add(
                new Series.Line(
                    "predicted equilibrium layer",
                    "equilibrium",
                    List.of(l, l),
                    List.of(0.0, 1.05 * top(trained)))));
    depth.prediction().powerLaw().stream()
        .filter(l -> l <= depth.depth())
        .forEach(l ->
            series.add(
                new Series.Line(
                    "power law of very deep networks",
                    "power law",
                    List.of(l, l),
                    List.of(0.0, 0.5 * top(trained)))));
    return new Plot(
        "profile-" + depth.depth(),
        "Alignment of each layer, depth " + depth.depth(),
        "Alignment of every layer's tangent features with the labels, before and after training."
            + " Look for the rise and fall with the layer, and for the peak beside the vertical line"
            + " of the equilibrium layer; the last layer cannot pass its short line.",
        DEFINITION + PREDICTION + " Power law: for orientation only.",
        Axis.linear(LAYER, ""),
        Axis.linear(ALIGNMENT, ""),
        series);
  }

  private static double top(List<Mean> means) {
    return means.stream().mapToDouble(Mean::high).filter(Double::isFinite).max().orElse(1);
  }

  private static Series.Line level(String name, List<Double> x, double y) {
    return new Series.Line(name, name, x, List.of(y, y));
  }

  private static Series.Points points(String name, String subject, List<Mean> means) {
    return new Series.Points(
        name,
        subject,
        layers(means.size()),
        means.stream().map(Mean::mean).toList(),
        means.stream().map(Mean::low).toList(),
        means.stream().map(Mean::high).toList());
  }

  private static List<Double> layers(int count) {
    return IntStream.rangeClosed(1, count).mapToObj(l -> (double) l).toList();
  }

  Plot peakPlot() {
    List<Depth> measured =
        result.depths().stream().filter(d -> !Double.isNaN(Profiles.peak(d).mean())).toList();
    List<Series> series = new ArrayList<>();
    series.add(depthPoints("peak, interpolated, ± 1 sd of runs", "peak", measured, Profiles::peak));
    series.add(
        depthPoints(
            "centre of mass, ± 1 sd",
            "centre of mass",
            measured,
            d -> Profiles.mean(d.finished(), run -> run.trained().peak().centreOfMass())));
    series.add(
        depthPoints(
            "peak on test examples, ± 1 sd",
            TEST,
            measured,
            d -> Profiles.mean(d.finished(), run -> run.test().peak().interpolated())));
    line(
        series,
        "equilibrium layer, recursion",
        "equilibrium",
        d -> d.prediction().layer().orElse(Double.NaN));
    line(
        series,
        "power law of very deep networks",
        "power law",
        d -> d.prediction().powerLaw().orElse(Double.NaN));
    return new Plot(
        "peaks",
        "The peak against depth",
        "Layer at which the alignment of trained networks peaks, its centre of mass above the"
            + " identity level, and the predicted equilibrium layer."
            + " The prediction by recursion has no free parameter; its power law is approached slowly"
            + " and is here for orientation only.",
        DEFINITION
            + PREDICTION
            + " Exponent of the power law published, its constant derived here.",
        Axis.logarithmic("depth", "layers"),
        Axis.logarithmic(LAYER, ""),
        series);
  }

  private static Series.Points depthPoints(
      String name, String subject, List<Depth> depths, Function<Depth, Mean> value) {
    List<Mean> means = depths.stream().map(value).toList();
    return new Series.Points(
        name,
        subject,
        depths.stream().map(d -> (double) d.depth()).toList(),
        means.stream().map(Mean::mean).toList(),
        means.stream().map(Mean::low).toList(),
        means.stream().map(Mean::high).toList());
  }

  private void line(
      List<Series> series, String name, String subject, ToDoubleFunction<Depth> value) {
    List<Depth> known =
        result.depths().stream().filter(d -> !Double.isNaN(value.applyAsDouble(d))).toList();
    if (!known.isEmpty()) {
      series.add(
          new Series.Line(
              name,
              subject,
              known.stream().map(d -> (double) d.depth()).toList(),
              known.stream().map(value::applyAsDouble).toList()));
    }
  }

  List<Run> followed() {
    return main.finished().stream().filter(run -> !run.times().isEmpty()).toList();
  }

  /** Returns the steps at which all runs were measured. */
  private static List<Long> steps(List<Run> runs) {
    int common = runs.stream().mapToInt(run -> run.times().size()).min().orElse(0);
    return runs.getFirst().times().subList(0, common).stream().map(Moment::step).toList();
  }

  Heatmap heatmap(
      String id,
      String title,
      List<Run> runs,
      Function<Moment, List<Double>> profile,
      Function<Run, AlignmentResult> end) {
    List<Long> steps = steps(runs);
    List<String> names = new ArrayList<>(steps.stream().map(String::valueOf).toList());
    names.add("end");
    List<List<Double>> values = new ArrayList<>();
    for (int l = 0; l < main.depth(); l++) {
      int layer = l;
      List<Double> row = new ArrayList<>();
      for (int t = 0; t < steps.size(); t++) {
        int time = t;
        row.add(Profiles.mean(runs, run -> profile.apply(run.times().get(time)).get(layer)).mean());
      }
      row.add(Profiles.mean(runs, run -> end.apply(run).alignments().get(layer)).mean());
      values.add(row);
    }
    return new Heatmap(
        id,
        title + ", depth " + main.depth(),
        "Alignment of every layer, mean over the runs, after so many steps, which are spaced evenly"
            + " on a logarithmic scale, and at the end. The pattern with its peak inside is made by"
            + " training: at step 0 all layers are near the identity's level."
            + predicted(),
        DEFINITION + PREDICTION,
        Axis.named("steps", names),
        Axis.linear(LAYER, ""),
        Axis.linear(ALIGNMENT, ""),
        IntStream.range(0, names.size()).mapToObj(i -> (double) i).toList(),
        layers(main.depth()),
        values);
  }

  private String predicted() {
    return main.prediction().layer().isPresent()
        ? " The predicted equilibrium layer is "
            + NumberTexts.rounded(main.prediction().layer().getAsDouble(), 3)
            + "."
        : "";
  }

  Plot wholePlot(List<Run> runs) {
    List<Long> steps = steps(runs).stream().filter(step -> step > 0).toList();
    List<Double> x = steps.stream().map(step -> (double) step).toList();
    List<Series> series = new ArrayList<>();
    series.add(times(TRAINED, runs, x, Moment::trainWhole));
    series.add(times(TEST, runs, x, Moment::testWhole));
    series.add(
        new Series.Line(
            "fresh",
            FRESH,
            List.of(1.0, x.isEmpty() ? 1.0 : x.getLast()),
            repeated(Profiles.mean(runs, run -> run.fresh().wholeNetwork().alignment()).mean())));
    return new Plot(
        "time-whole",
        "Alignment of the whole network over training time, depth " + main.depth(),
        "Alignment of all parameters together after so many steps, mean over the runs ± 1 sd. It"
            + " rises early in training and may fall again while single layers still gain.",
        DEFINITION,
        Axis.logarithmic("steps", ""),
        Axis.linear(ALIGNMENT, ""),
        series);
  }

  private static List<Double> repeated(double value) {
    return List.of(value, value);
  }

  private static Series.Points times(
      String name, List<Run> runs, List<Double> x, ToDoubleFunction<Moment> value) {
    List<Mean> means = new ArrayList<>();
    for (int t = 0; t < x.size(); t++) {
      int time = t + 1; // the first moment is step 0
      means.add(Profiles.mean(runs, run -> value.applyAsDouble(run.times().get(time))));
    }
    return new Series.Points(
        name,
        name,
        x,
        means.stream().map(Mean::mean).toList(),
        means.stream().map(Mean::low).toList(),
        means.stream().map(Mean::high).toList());
  }

  Plot tracePlot() {
    List<Series> series = new ArrayList<>();
    for (Depth depth : result.depths()) {
      String name = "depth " + depth.depth();
      if (!depth.finished().isEmpty()) {
        series.add(
            points(
                name,
                name,
                Profiles.means(depth.finished(), run -> run.trained().traceAlignments())));
      }
    }
    return new Plot(
        "trace",
        "The trace variant",
        "Alignment of the N×N kernels that are left when the outputs are summed first, training"
            + " examples, mean ± 1 sd of the runs. It has no ceiling at the last layer and peaks"
            + " deeper.",
        "Derived here.",
        Axis.linear(LAYER, ""),
        Axis.linear("trace alignment", ""),
        series);
  }
}
