package dev.lamina.analysis.lego;

import dev.lamina.analysis.lego.LegoStudyResult.Method;
import dev.lamina.analysis.lego.LegoStudyResult.Run;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;

/** The plots of a {@link LegoStudyResult}. */
final class LegoPlots {
  private static final String PROVENANCE =
      "Loss: evidence of Gaussian-process regression, reconstructed here to have the properties that"
          + " the abstracts of arXiv 1902.02354 claim; rivals as their names say. Measured: ";

  /** Distance between the points of two methods, in layers. */
  private static final double ASIDE = 0.03;

  private final LegoConfig config;
  private final LegoStudyResult result;

  LegoPlots(LegoConfig config, LegoStudyResult result) {
    this.config = config;
    this.result = result;
  }

  private String measured() {
    return PROVENANCE
        + "%d training samples, %d seeds, 95 %% intervals by Student's t."
            .formatted(result.trainSamples(), config.runs());
  }

  private String score() {
    return result.classes() > 0 ? "test accuracy" : "test error";
  }

  /** Returns test scores of read-outs from every layer, of the plan's own loss and its rivals. */
  List<Block> layers() {
    List<Block> plots = new ArrayList<>();
    List<String> known = Arrays.stream(LegoMethod.Known.values()).map(LegoMethod::text).toList();
    layers(
            "layers",
            "Accuracy against layer",
            "Read-outs by the posterior mean from every hidden layer of the same network, moved"
                + " sideways a little to be told apart. Trained layers should lie above random ones,"
                + " and more so the deeper they are; lines are methods without layers.",
            known)
        .ifPresent(plots::add);
    List<String> rivals = new ArrayList<>(LegoObjective.all().keySet());
    if (result.methods().stream().anyMatch(m -> rivals.contains(m.name()))) {
      rivals.addFirst(LegoMethod.LEGO.text());
      layers(
              "objectives",
              "Accuracy against layer, by objective",
              "The same for layers that are trained with other losses of their own.",
              rivals)
          .ifPresent(plots::add);
    }
    return plots;
  }

  private Optional<Plot> layers(String id, String title, String explanation, List<String> names) {
    List<Series> series = new ArrayList<>();
    List<Method> shown =
        result.methods().stream()
            .filter(m -> names.contains(m.name()))
            .filter(m -> m.finished().stream().anyMatch(r -> !r.layers().isEmpty()))
            .toList();
    for (int k = 0; k < shown.size(); k++) {
      double aside = ASIDE * (k - (shown.size() - 1) / 2.0);
      series.add(points(shown.get(k), aside));
    }
    for (LegoMethod flat : List.of(LegoMethod.NNGP, LegoMethod.LINEAR)) {
      result.methods().stream()
          .filter(m -> names.contains(m.name()) && m.name().equals(flat.text()))
          .filter(m -> !m.finished().isEmpty())
          .forEach(m -> {
            double y = LegoView.test(m).mean();
            List<Double> ends = List.of(1.0, (double) deepest());
            series.add(new Series.Line(m.name() + ", mean", m.name(), ends, List.of(y, y)));
          });
    }
    return series.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Plot(
                id,
                title,
                explanation,
                measured(),
                Axis.linear("layer that is read", ""),
                Axis.linear(score(), ""),
                series));
  }

  /** Returns the scores of a method's layers, so far to the right of the layer's number. */
  private static Series.Points points(Method method, double aside) {
    List<Run> runs = method.finished().stream().filter(r -> !r.layers().isEmpty()).toList();
    int layers = runs.getFirst().layers().size();
    List<Interval> intervals =
        IntStream.range(0, layers)
            .mapToObj(l ->
                Interval.of(runs.stream().mapToDouble(r -> r.layers().get(l).test()).toArray()))
            .toList();
    List<Double> x = IntStream.rangeClosed(1, layers).mapToObj(l -> l + aside).toList();
    return points(method.name(), x, intervals);
  }

  private int deepest() {
    return result.methods().stream()
        .flatMap(m -> m.runs().stream())
        .mapToInt(r -> r.layers().size())
        .max()
        .orElse(1);
  }

  private static Series.Points points(String name, List<Double> x, List<Interval> intervals) {
    return new Series.Points(
        name + ", 95 % interval",
        name,
        x,
        intervals.stream().map(Interval::mean).toList(),
        intervals.stream().map(Interval::low).toList(),
        intervals.stream().map(Interval::high).toList());
  }

  /** Returns test scores against the batch size. */
  Optional<Plot> batches() {
    List<Double> x = config.batches().stream().map(b -> (double) b).toList();
    List<String> names =
        config.batches().stream().map(b -> new LegoMethod.Batch(b).text()).toList();
    return swept(
        "batches",
        "Accuracy against batch size",
        "The same plan with other mini-batches, the noise of a batch being σ² b/N. A batch that has"
            + " fewer samples than the kernel has modes above the noise can be fitted whatever the"
            + " layer does: look for the fall on the left.",
        Axis.logarithmic("batch", "samples"),
        x,
        names);
  }

  /** Returns test scores against the noise. */
  Optional<Plot> noises() {
    List<String> names = config.noises().stream().map(s -> new LegoMethod.Noise(s).text()).toList();
    return swept(
        "noises",
        "Accuracy against noise",
        "The same plan with other noises σ², in the losses and in the read-outs.",
        Axis.logarithmic("noise σ²", ""),
        config.noises(),
        names);
  }

  private Optional<Plot> swept(
      String id, String title, String explanation, Axis axis, List<Double> x, List<String> names) {
    if (x.isEmpty()) {
      return Optional.empty();
    }
    List<Interval> intervals =
        names.stream()
            .map(name ->
                LegoView.test(
                    result.methods().stream()
                        .filter(m -> m.name().equals(name))
                        .findFirst()
                        .orElseThrow()))
            .toList();
    return Optional.of(
        new Plot(
            id,
            title,
            explanation,
            measured(),
            axis,
            Axis.linear(score(), ""),
            List.of(points("lego", x, intervals))));
  }

  /** Returns the loss curves of every layer of the first run of the plan's own loss. */
  List<Block> losses() {
    List<Block> plots = new ArrayList<>();
    Optional<Run> run =
        result.methods().stream()
            .filter(m -> m.name().equals(LegoMethod.LEGO.text()))
            .flatMap(m -> m.runs().stream())
            .findFirst();
    for (int t = 0; run.isPresent() && t < run.get().turns().size(); t++) {
      TurnHistory turn = run.get().turns().get(t);
      List<Double> x = turn.epochs().stream().map(e -> (double) e.epoch()).toList();
      List<Series> series = new ArrayList<>();
      series.add(
          Series.Points.of(
              "training samples", "lego", x, turn.epochs().stream().map(LegoEpoch::loss).toList()));
      if (!Double.isNaN(turn.epochs().getFirst().heldOut())) {
        series.add(
            Series.Points.of(
                "held-out samples",
                "held out",
                x,
                turn.epochs().stream().map(LegoEpoch::heldOut).toList()));
      }
      plots.add(
          new Plot(
              "loss-" + (t + 1),
              "Loss of %s, p = %d".formatted(turn.name(), turn.layersAbove()),
              "The layer's own loss while it alone is trained, first run, as an estimate for all"
                  + " training samples; points are means over the epochs since the one before. "
                  + turn.ending()
                  + ".",
              measured(),
              Axis.linear("epoch", ""),
              Axis.linear("loss", "nats"),
              series));
    }
    return plots;
  }

  /** Returns the losses of every layer during end-to-end training. */
  Optional<Plot> monitor() {
    List<Run> runs =
        result.methods().stream()
            .flatMap(m -> m.finished().stream())
            .filter(r -> !r.moments().isEmpty())
            .toList();
    if (runs.isEmpty()) {
      return Optional.empty();
    }
    List<Series> series = new ArrayList<>();
    int times = runs.stream().mapToInt(r -> r.moments().size()).min().orElseThrow();
    int layers = runs.getFirst().moments().getFirst().losses().size();
    List<Double> x =
        runs.getFirst().moments().subList(1, times).stream().map(m -> (double) m.step()).toList();
    for (int l = 0; l < layers; l++) {
      int layer = l;
      List<Interval> intervals =
          IntStream.range(1, times)
              .mapToObj(
                  t -> Interval.of(runs.stream().mapToDouble(r -> change(r, t, layer)).toArray()))
              .toList();
      series.add(points("layer " + (l + 1), x, intervals));
    }
    return Optional.of(
        new Plot(
            "monitor",
            "Layer-wise losses as monitors of end-to-end training",
            "How far the loss of every hidden layer, which plays no part in this training, is below"
                + " or above that of the fresh network after so many steps. The abstract of arXiv"
                + " 1902.02354 (first version) says that such losses can monitor training: they should"
                + " fall in every layer.",
            measured(),
            Axis.logarithmic("steps", ""),
            Axis.linear("loss minus loss at step 0", "nats"),
            series));
  }

  private static double change(Run run, int moment, int layer) {
    return run.moments().get(moment).losses().get(layer)
        - run.moments().getFirst().losses().get(layer);
  }
}
