package dev.lamina.analysis.degeneracy;

import static dev.lamina.analysis.degeneracy.DegeneracyView.columns;
import static dev.lamina.analysis.degeneracy.DegeneracyView.each;

import dev.lamina.analysis.degeneracy.AngleEvolution.Curve;
import dev.lamina.analysis.degeneracy.AngleEvolution.Histogram;
import dev.lamina.analysis.degeneracy.AngleEvolution.Layer;
import dev.lamina.analysis.degeneracy.DecayLaws.FiniteDecay;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** Shows the experiments E1, E2 and E3. */
final class ExperimentViews {
  private final DegeneracyConfig config;
  private final long seed;

  ExperimentViews(DegeneracyConfig config, long seed) {
    this.config = config;
    this.seed = seed;
  }

  /** E1: one layer against the rules. */
  List<Block> oneLayer(List<OneLayerExperiment.Row> rows) {
    if (rows.isEmpty()) {
      return List.of();
    }
    int narrowest = rows.stream().mapToInt(OneLayerExperiment.Row::width).min().getAsInt();
    List<OneLayerExperiment.Row> shown =
        rows.stream().filter(row -> row.width() == narrowest).toList();
    return List.of(
        meanErrors(shown, narrowest), varianceRatios(shown, narrowest), oneLayerTable(rows));
  }

  private Plot meanErrors(List<OneLayerExperiment.Row> rows, int width) {
    return new Plot(
        "one-layer-mean",
        "One layer of " + width + " units: error of the predicted mean",
        "Sampled minus predicted mean of ln sin² θ behind one layer, over the angle in front of it."
            + " Zero is right: the published mean is about 92/n² too low at small angles, the first"
            + " order and digamma rules are not.",
        "paper: arXiv 2302.09712 Theorem 1 (published); first, digamma: derived here. "
            + sampled(config.samples())
            + " Bars: 95 % interval.",
        Axis.logarithmic("angle in front of the layer", "rad"),
        Axis.linear("sampled − predicted ln sin² θ", ""),
        List.of(
            meanError("paper", rows, OneLayerExperiment.Row::paperMean),
            meanError("first", rows, OneLayerExperiment.Row::first),
            meanError("digamma", rows, OneLayerExperiment.Row::digamma)));
  }

  private static Series meanError(
      String rule,
      List<OneLayerExperiment.Row> rows,
      ToDoubleFunction<OneLayerExperiment.Row> mean) {
    ToDoubleFunction<OneLayerExperiment.Row> error =
        row -> row.sampled().mean() - mean.applyAsDouble(row);
    return new Series.Points(
        rule,
        rule,
        each(rows, OneLayerExperiment.Row::angle),
        each(rows, error),
        each(rows, r -> error.applyAsDouble(r) - 1.96 * r.sampled().standardError()),
        each(rows, r -> error.applyAsDouble(r) + 1.96 * r.sampled().standardError()));
  }

  private Plot varianceRatios(List<OneLayerExperiment.Row> rows, int width) {
    return new Plot(
        "one-layer-variance",
        "One layer of " + width + " units: sampled over predicted variance",
        "Variance of ln sin² θ behind one layer, sampled, divided by the prediction. One is right:"
            + " at small angles the published variance is a fifth too small at 64 units. At obtuse"
            + " angles the variance itself is tiny and its leading order in 1/n is not enough.",
        "paper: arXiv 2302.09712 Theorem 1 (published); digamma: the variance of the density rule"
            + " (derived here). "
            + sampled(config.samples())
            + " Bars: 95 % interval.",
        Axis.logarithmic("angle in front of the layer", "rad"),
        Axis.linear("sampled / predicted variance", ""),
        List.of(
            varianceRatio("paper", rows, OneLayerExperiment.Row::paperVariance),
            varianceRatio("digamma", rows, OneLayerExperiment.Row::digammaVariance)));
  }

  private static Series varianceRatio(
      String rule,
      List<OneLayerExperiment.Row> rows,
      ToDoubleFunction<OneLayerExperiment.Row> variance) {
    return new Series.Points(
        rule,
        rule,
        each(rows, OneLayerExperiment.Row::angle),
        each(rows, r -> r.sampledVariance() / variance.applyAsDouble(r)),
        each(
            rows,
            r ->
                (r.sampledVariance() - 1.96 * r.varianceStandardError())
                    / variance.applyAsDouble(r)),
        each(
            rows,
            r ->
                (r.sampledVariance() + 1.96 * r.varianceStandardError())
                    / variance.applyAsDouble(r)));
  }

  private static Table oneLayerTable(List<OneLayerExperiment.Row> rows) {
    List<List<Object>> cells = new ArrayList<>();
    for (OneLayerExperiment.Row r : rows) {
      cells.add(
          DegeneracyView.cells(
              r.angle(),
              r.width(),
              r.sampled().mean(),
              r.sampled().standardError(),
              r.infinite(),
              r.paperMean(),
              r.first(),
              r.digamma(),
              r.sampledVariance(),
              r.varianceStandardError(),
              r.paperVariance(),
              r.digammaVariance()));
    }
    return new Table(
        "one-layer-numbers",
        "One layer: means and variances",
        "ln sin² θ behind one layer for every angle (rad) and width, sampled and predicted.",
        columns(
            "angle",
            "width",
            "sampled mean",
            "std. error",
            "infinite",
            "paper",
            "first",
            "digamma",
            "sampled variance",
            "its std. error",
            "paper variance",
            "digamma variance"),
        cells);
  }

  /** E2: evolution of the angle and histograms. */
  List<Block> evolution(AngleEvolution.Result result) {
    List<Block> blocks = new ArrayList<>();
    blocks.add(evolutionPlot(result.layers()));
    for (Histogram histogram : result.histograms()) {
      blocks.add(histogramPlot(histogram));
    }
    blocks.add(evolutionTable(result.layers()));
    blocks.add(ksTable(result.histograms()));
    return blocks;
  }

  private Plot evolutionPlot(List<Layer> layers) {
    List<Double> x = each(layers, Layer::layer);
    AngleEvolution.Config published = AngleEvolution.Config.published(seed);
    return new Plot(
        "evolution",
        "Angle evolution, width " + published.width() + ", θ₀ = " + published.angle(),
        "The setting of figure 1 of arXiv 2302.09712: mean and spread of ln sin² θ over the layers."
            + " The finite-width laws follow the samples; infinite width stays above them.",
        "Approximation 1 and infinite width: published. density: derived here, mean and spread of its"
            + " own law (the authors' notebook subtracts another mean and shows a larger spread). "
            + sampled(published.monteCarlo().samples())
            + " Bars: one standard deviation.",
        Axis.linear("layer", ""),
        DegeneracyView.LOG_SIN2,
        List.of(
            new Series.Band(
                "density ± 1 sd",
                "density",
                x,
                each(layers, l -> l.densityMean() - l.densitySd()),
                each(layers, l -> l.densityMean() + l.densitySd())),
            new Series.Line("density", "density", x, each(layers, Layer::densityMean)),
            new Series.Line("Approximation 1", "paper", x, each(layers, Layer::approximation1)),
            new Series.Line(
                "Approximation 2, own mean",
                "approximation2",
                x,
                each(layers, Layer::approximation2Mean)),
            new Series.Line("infinite width", "infinite", x, each(layers, Layer::infinite)),
            new Series.Points(
                "sampled mean ± 1 sd",
                DegeneracyView.SAMPLED,
                x,
                each(layers, l -> l.sampled().mean()),
                each(layers, l -> l.sampled().mean() - l.sampled().sd()),
                each(layers, l -> l.sampled().mean() + l.sampled().sd()))));
  }

  private Plot histogramPlot(Histogram histogram) {
    Curve paper = histogram.approximation2();
    Curve density = histogram.density();
    return new Plot(
        "histogram-" + histogram.layer(),
        "Angles at layer " + histogram.layer() + " against the predicted law",
        String.format(
            Locale.ROOT,
            "Histogram of ln sin² θ over networks and the two predicted densities. The largest"
                + " distance of the distribution functions (Kolmogorov-Smirnov) is %.4f for the"
                + " published law and %.4f for the derived one.",
            paper.ksDistance(),
            density.ksDistance()),
        "Approximation 2: arXiv 2302.09712 (published), propagated by quadrature. density: derived"
            + " here. "
            + sampled(AngleEvolution.Config.published(seed).monteCarlo().samples()),
        DegeneracyView.LOG_SIN2,
        Axis.linear("probability density", "1 per unit of ln sin² θ"),
        List.of(
            new Series.Bars(
                "sampled", DegeneracyView.SAMPLED, histogram.edges(), histogram.sampleDensity()),
            new Series.Line("Approximation 2", "approximation2", paper.x(), paper.density()),
            new Series.Line("density", "density", density.x(), density.density())));
  }

  private static Table evolutionTable(List<Layer> layers) {
    List<List<Object>> rows = new ArrayList<>();
    for (Layer l : layers) {
      rows.add(
          DegeneracyView.cells(
              l.layer(),
              l.sampled().mean(),
              l.sampled().standardError(),
              l.sampled().sd(),
              l.approximation1(),
              l.approximation2Mean(),
              l.approximation2Sd(),
              l.densityMean(),
              l.densitySd(),
              l.infinite()));
    }
    return new Table(
        "evolution-numbers",
        "Angle evolution in numbers",
        "ln sin² θ behind each layer. Published reading at layer 31: sampled mean about −5.42 with a"
            + " spread of about 0.865, infinite width −5.18.",
        columns(
            "layer",
            "sampled mean",
            "std. error",
            "sampled sd",
            "Approximation 1",
            "Approximation 2 mean",
            "Approximation 2 sd",
            "density mean",
            "density sd",
            "infinite"),
        rows);
  }

  private static Table ksTable(List<Histogram> histograms) {
    List<List<Object>> rows = new ArrayList<>();
    for (Histogram h : histograms) {
      rows.add(
          DegeneracyView.cells(
              h.layer(),
              h.approximation2().ksDistance(),
              h.approximation2().ksPValue(),
              h.density().ksDistance(),
              h.density().ksPValue()));
    }
    return new Table(
        "histogram-numbers",
        "Distance between samples and predicted laws",
        "One-sample Kolmogorov-Smirnov distance and p-value. With thousands of samples a small"
            + " p-value at deep layers is expected, since the steps are not exactly Gaussian: read"
            + " the distance.",
        columns(
            "layer",
            "Approximation 2 distance",
            "Approximation 2 p-value",
            "density distance",
            "density p-value"),
        rows);
  }

  /** E3: decay laws. */
  List<Block> decay(DecayLaws.Result result) {
    List<Block> blocks = new ArrayList<>();
    blocks.add(infinitePlot(result));
    if (!result.finite().isEmpty()) {
      blocks.add(finitePlot(result.finite().get(result.finite().size() / 2)));
      blocks.add(finiteTable(result.finite()));
    }
    return blocks;
  }

  private static Plot infinitePlot(DecayLaws.Result result) {
    List<Double> layers = each(result.infinite(), DecayLaws.InfiniteDecay::layer);
    return new Plot(
        "decay-infinite",
        "Infinite width: the angle falls like 3π/depth",
        "Depth times angle over 3π, from orthogonal inputs. It tends to 1, whatever the start: a"
            + " slow power law without any width in it.",
        "Recursion cos θ' = 2 J₁₁(θ) (published, Cho & Saul 2009) in a form without cancellation;"
            + " the limit 3π/l is published.",
        Axis.logarithmic("layer l", ""),
        Axis.linear("l θ / 3π", ""),
        List.of(
            new Series.Line(
                "infinite width",
                "infinite",
                layers,
                each(result.infinite(), DecayLaws.InfiniteDecay::ratio))));
  }

  private Plot finitePlot(FiniteDecay decay) {
    int width = decay.law().width();
    List<Double> x = DegeneracyView.numbers(1, decay.layers().size());
    return new Plot(
        "decay-finite",
        "Width " + width + ": the angle falls exponentially",
        "Mean of ln sin² θ relative to its start, over the layers, from a small angle. The samples"
            + " follow the exact decrement per layer, not the published one.",
        "exact: derived here; published: ρ(n) of arXiv 2302.09712. "
            + sampled(Math.max(config.samples() / 4, 2))
            + " Bars: 95 % interval.",
        Axis.linear("layer", ""),
        Axis.linear("change of ln sin² θ", ""),
        List.of(
            decayLine("exact decrement", "digamma", x, decay.law().decrement()),
            decayLine("published decrement", "paper", x, decay.law().publishedDecrement()),
            new Series.Points(
                "sampled mean",
                DegeneracyView.SAMPLED,
                x,
                changes(decay, 0),
                changes(decay, -1.96),
                changes(decay, 1.96))));
  }

  private static Series decayLine(String name, String subject, List<Double> x, double decrement) {
    return new Series.Line(name, subject, x, each(x, layer -> -decrement * layer));
  }

  private static List<Double> changes(FiniteDecay decay, double standardErrors) {
    return IntStream.range(0, decay.layers().size())
        .mapToObj(decay.layers()::get)
        .map(s -> s.mean() - decay.startLogSin2() + standardErrors * s.standardError())
        .toList();
  }

  private static Table finiteTable(List<FiniteDecay> finite) {
    List<List<Object>> rows = new ArrayList<>();
    for (FiniteDecay d : finite) {
      rows.add(
          DegeneracyView.cells(
              d.law().width(),
              d.slope(),
              d.slopeStandardError(),
              -d.law().decrement(),
              -d.law().publishedDecrement(),
              d.layers().getLast().excludedFraction()));
    }
    return new Table(
        "decay-numbers",
        "Slopes of the decay",
        "Change of the mean of ln sin² θ per layer: sampled, exact and published. The sampled slope"
            + " also holds the drift of −(2/3π) θ, below 3e-5 here.",
        columns("width", "sampled slope", "std. error", "exact", "published", "merged fraction"),
        rows);
  }

  private String sampled(int samples) {
    return String.format(
        Locale.ROOT, "Samples: exact angle chain, %d networks, seed %d.", samples, seed);
  }
}
