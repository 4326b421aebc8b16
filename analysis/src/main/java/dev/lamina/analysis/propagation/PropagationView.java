package dev.lamina.analysis.propagation;

import dev.lamina.analysis.propagation.PropagationResult.Compared;
import dev.lamina.analysis.propagation.PropagationResult.Equilibrium;
import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.study.NetworkConfig;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.OptionalDouble;
import java.util.function.ToDoubleFunction;

/** Shows a {@link PropagationResult}. */
final class PropagationView {
  private static final String FORWARD = "1 − cosine";
  private static final String EQUILIBRIUM = "equilibrium layer";

  private static final String RECURSION =
      "Recursion of infinitely wide networks: published (Cho & Saul 2009 for relu, Hayou et al."
          + " 2019), computed on 1 − cosine so that it keeps its digits with depth.";

  private static final String BALANCE =
      " Equality of both curves as the definition of the equilibrium layer: derived here; it gives"
          + " the published exponent 3/5 (arXiv 2110.11749).";

  private final PropagationResult result;
  private final NetworkConfig network;

  PropagationView(PropagationResult result, NetworkConfig network) {
    this.result = result;
    this.network = network;
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Note(startNote()));
    for (Propagation own : result.own()) {
      blocks.add(
          profile(
              "own",
              String.format(
                  Locale.ROOT,
                  "The network of this study, %d layers of %s",
                  own.layers().size(),
                  network.activation()),
              List.of(own)));
      blocks.add(layerTable(own));
    }
    blocks.add(cosinePlot());
    for (int i = 0; i < result.networks().size(); i++) {
      Compared compared = result.networks().get(i);
      blocks.add(profile("profile-" + (i + 1), describe(compared), compared.profiles()));
    }
    blocks.add(equilibriumPlot());
    blocks.add(depthTable());
    blocks.add(curveTable());
    return new SectionView(introduction(), headlines(), blocks);
  }

  private static String introduction() {
    return "On the way forward two inputs become ever more alike, on the way backward the gradients"
        + " of different inputs become unrelated. Layers close to the input see different inputs"
        + " but get incoherent gradients, layers close to the output get coherent gradients but see"
        + " the same thing everywhere. Where both losses balance, the equilibrium layer, is where"
        + " training is expected to align features with the labels most (arXiv 2110.11749).";
  }

  private String startNote() {
    InputCosine inputs = result.inputs();
    String start =
        String.format(
            Locale.ROOT,
            "The two inputs start at cosine %.4f; the mean over all pairs of the %d training inputs"
                + " is %.4f%s.",
            result.cosine(),
            inputs.rows(),
            inputs.mean(),
            inputs.zeroRows() == 0 ? "" : " (" + inputs.zeroRows() + " zero rows left out)");
    String own =
        result.ownProblem().isEmpty()
            ? ""
            : " The network of this study could not be followed: " + result.ownProblem() + ".";
    return start
        + " Layers are weight layers, the output layer included; layer 1 has the cosine of the"
        + " inputs."
        + own;
  }

  private List<Headline> headlines() {
    List<Headline> headlines = new ArrayList<>();
    for (Propagation own : result.own()) {
      PropagatedLayer last = own.layers().getLast();
      headlines.add(
          new Headline(
              "equilibrium layer of this study's network",
              own.equilibriumLayer().isPresent()
                  ? number(own.equilibriumLayer().getAsDouble())
                  : "none",
              "of " + own.layers().size() + " layers; by recursion, infinite width"));
      headlines.add(
          new Headline(
              "cosine of two inputs at its last layer",
              String.format(Locale.ROOT, "%.4f", last.cosine()),
              String.format(Locale.ROOT, "from %.4f between the inputs", result.cosine())));
    }
    for (Compared compared : result.networks().subList(0, Math.min(2, result.networks().size()))) {
      Equilibrium deepest = compared.equilibrium().getLast();
      headlines.add(
          new Headline(
              "equilibrium layer of " + compared.name() + " at depth " + deepest.depth(),
              deepest.layer().isPresent() ? number(deepest.layer().getAsDouble()) : "none",
              deepest.powerLaw().isPresent()
                  ? "power law alone: " + number(deepest.powerLaw().getAsDouble())
                  : "no power law"));
    }
    return headlines;
  }

  private static String number(double layer) {
    return String.format(Locale.ROOT, "%.2f", layer);
  }

  private static String describe(Compared compared) {
    WideNetwork wide = compared.profiles().getFirst().network();
    return "%s (weight variance %s, bias variance %s)"
        .formatted(
            compared.name(),
            NumberTexts.rounded(wide.weightVariance(), 6),
            NumberTexts.rounded(wide.biasVariance(), 3));
  }

  /** Shows what is lost forward and backward at each layer, and where both are equal. */
  private static Plot profile(String id, String title, List<Propagation> profiles) {
    List<Series> series = new ArrayList<>();
    Propagation deepest = profiles.getLast();
    series.add(
        new Series.Line(
            FORWARD, FORWARD, layers(deepest), positive(deepest, PropagatedLayer::complement)));
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (Propagation p : profiles) {
      String name = "gradient correlation, depth " + p.layers().size();
      series.add(
          new Series.Line(
              name, name, layers(p), positive(p, PropagatedLayer::gradientCorrelation)));
      p.equilibriumLayer()
          .ifPresent(layer -> {
            double height = complementAt(p, layer);
            if (height > 0) {
              x.add(layer);
              y.add(height);
            }
          });
    }
    if (!x.isEmpty()) {
      series.add(Series.Points.of(EQUILIBRIUM, EQUILIBRIUM, x, y));
    }
    return new Plot(
        id,
        title,
        "Difference of two inputs, 1 − cosine of their pre-activations, and correlation of their"
            + " gradients at every layer. The difference does not depend on the depth of the"
            + " network, the gradients do; where the curves cross is the equilibrium layer.",
        RECURSION + BALANCE,
        Axis.logarithmic("layer", ""),
        Axis.logarithmic("1 − cosine, gradient correlation", ""),
        series);
  }

  /** Returns 1 − cosine between layers on the scale on which the equilibrium is interpolated. */
  private static double complementAt(Propagation p, double layer) {
    int below = (int) Math.min(Math.floor(layer), p.layers().size());
    int above = Math.min(below + 1, p.layers().size());
    double share = layer - below;
    return Math.pow(p.layers().get(below - 1).complement(), 1 - share)
        * Math.pow(p.layers().get(above - 1).complement(), share);
  }

  private Plot cosinePlot() {
    List<Series> series = new ArrayList<>();
    for (Compared compared : result.networks()) {
      Propagation p = compared.profiles().getLast();
      series.add(
          new Series.Line(
              compared.name(), compared.name(), layers(p), each(p, PropagatedLayer::cosine)));
    }
    return new Plot(
        "cosines",
        "How fast inputs become alike",
        "Cosine of two inputs' pre-activations at every layer of networks at the edge of chaos and"
            + " of residual networks. All tend to 1: fastest with a kink, slower with a smooth"
            + " activation, and slower still the less a residual layer adds.",
        RECURSION,
        Axis.logarithmic("layer", ""),
        Axis.linear("cosine", ""),
        series);
  }

  private Plot equilibriumPlot() {
    List<Series> series = new ArrayList<>();
    for (Compared compared : result.networks()) {
      List<Equilibrium> found =
          compared.equilibrium().stream().filter(e -> e.layer().isPresent()).toList();
      if (!found.isEmpty()) {
        series.add(
            new Series.Line(
                compared.name(),
                compared.name(),
                found.stream().map(e -> (double) e.depth()).toList(),
                found.stream().map(e -> e.layer().getAsDouble()).toList()));
      }
    }
    for (Compared compared : result.networks()) {
      List<Equilibrium> laws =
          compared.equilibrium().stream().filter(e -> e.powerLaw().isPresent()).toList();
      PowerLaw.of(compared.profiles().getFirst().network())
          .ifPresent(law -> {
            String name =
                String.format(
                    Locale.ROOT,
                    "power law of %s, L^%.2f",
                    compared.name(),
                    law.equilibriumExponent());
            series.add(
                new Series.Line(
                    name,
                    name,
                    laws.stream().map(e -> (double) e.depth()).toList(),
                    laws.stream().map(e -> e.powerLaw().getAsDouble()).toList()));
          });
    }
    if (series.isEmpty()) {
      series.add(Series.Points.of("none", "none", List.of(), List.of()));
    }
    return new Plot(
        "equilibrium",
        "The equilibrium layer against depth",
        "Layer at which both losses balance, by recursion and by the power law to which it tends."
            + " The law is approached slowly: at practical depths the recursion grows faster than"
            + " its exponent says, and is what measured peaks should be compared with.",
        RECURSION
            + BALANCE
            + " Power laws: exponent 3/5 published, its constant, residual networks and the"
            + " exponent 2/3 of smooth activations derived here.",
        Axis.logarithmic("depth", "layers"),
        Axis.logarithmic("equilibrium layer", ""),
        series);
  }

  private static Table layerTable(Propagation own) {
    List<List<Object>> rows = new ArrayList<>();
    for (PropagatedLayer layer : own.layers()) {
      rows.add(
          List.of(layer.layer(), layer.cosine(), layer.complement(), layer.gradientCorrelation()));
    }
    return new Table(
        "own-numbers",
        "The network of this study in numbers",
        "Cosine of two inputs' pre-activations and correlation of their gradients at every layer.",
        columns("layer", "cosine", FORWARD, "gradient correlation"),
        rows);
  }

  private Table depthTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Compared compared : result.networks()) {
      for (Propagation p : compared.profiles()) {
        int depth = p.layers().size();
        OptionalDouble law =
            compared.equilibrium().stream()
                .filter(e -> e.depth() == depth)
                .findFirst()
                .map(Equilibrium::powerLaw)
                .orElse(OptionalDouble.empty());
        rows.add(
            row(
                compared.name(),
                depth,
                p.layers().getLast().cosine(),
                p.layers().getLast().complement(),
                p.layers().getFirst().gradientCorrelation(),
                p.equilibriumLayer(),
                law));
      }
    }
    return new Table(
        "depths",
        "Both ends of the networks, and the balance",
        "What is left of the difference of two inputs at the last layer, what is left of the"
            + " coherence of their gradients at the first, and the equilibrium layer.",
        columns(
            "network",
            "depth",
            "cosine at the last layer",
            "1 − cosine there",
            "gradient correlation at layer 1",
            EQUILIBRIUM,
            "power law"),
        rows);
  }

  private Table curveTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Compared compared : result.networks()) {
      for (Equilibrium e : compared.equilibrium()) {
        rows.add(row(compared.name(), e.depth(), e.layer(), e.powerLaw()));
      }
    }
    return new Table(
        "equilibrium-numbers",
        "The equilibrium layer against depth in numbers",
        "By recursion, and by the power law of very deep networks where there is one.",
        columns("network", "depth", EQUILIBRIUM, "power law"),
        rows);
  }

  private static List<Column> columns(String... names) {
    return Arrays.stream(names).map(Column::of).toList();
  }

  /** Returns a row with nothing where there is no number. */
  private static List<Object> row(Object... values) {
    List<Object> row = new ArrayList<>();
    for (Object value : values) {
      if (value instanceof OptionalDouble number) {
        row.add(number.isPresent() ? number.getAsDouble() : null);
      } else {
        row.add(value);
      }
    }
    return row;
  }

  private static List<Double> layers(Propagation p) {
    return p.layers().stream().map(layer -> (double) layer.layer()).toList();
  }

  private static List<Double> each(Propagation p, ToDoubleFunction<PropagatedLayer> value) {
    return p.layers().stream().map(layer -> value.applyAsDouble(layer)).toList();
  }

  /** Returns the numbers that a logarithmic axis has a place for, and NaN for the others. */
  private static List<Double> positive(Propagation p, ToDoubleFunction<PropagatedLayer> value) {
    return each(p, value).stream().map(v -> v > 0 ? v : Double.NaN).toList();
  }
}
