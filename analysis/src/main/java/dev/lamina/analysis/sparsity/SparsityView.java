package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.study.NetworkConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.stream.Collectors;

/** Shows a {@link SparsityStudyResult}. */
final class SparsityView {
  /** Excess over the loss of the widest network up to which a width counts as on the plateau. */
  static final double PLATEAU = 0.01;

  private final SparsityConfig config;
  private final NetworkConfig network;
  private final SparsityStudyResult result;
  private final SparsityPlots plots;
  private final SparsityTables tables;

  SparsityView(SparsityConfig config, NetworkConfig network, SparsityStudyResult result) {
    this.config = config;
    this.network = network;
    this.result = result;
    this.plots = new SparsityPlots(result);
    this.tables = new SparsityTables(result);
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Note(settings()));
    blocks.add(tables.forms());
    blocks.add(tables.layers());
    if (!result.tikhonov().isEmpty()) {
      blocks.add(tables.forces());
    }
    if (!result.plateau().isEmpty()) {
      blocks.add(plots.plateau());
      blocks.add(
          SparsityTables.points("plateau-numbers", "The plateau in numbers", result.plateau()));
    }
    if (!result.bound().isEmpty()) {
      blocks.add(tables.bounds());
    }
    result
        .tikhonov()
        .forEach(t ->
            t.planes()
                .forEach(plane -> {
                  blocks.add(plots.samples(t, plane));
                  blocks.add(plots.neurons(t, plane));
                }));
    result
        .grams()
        .forEach(pair -> {
          blocks.add(plots.gram(pair, false));
          blocks.add(plots.gram(pair, true));
        });
    blocks.add(plots.eigenvalues());
    if (!result.depths().isEmpty()) {
      blocks.add(plots.depths());
      blocks.add(
          SparsityTables.points("depth-numbers", "Depths and ridges in numbers", result.depths()));
    }
    if (!result.known().isEmpty()) {
      blocks.add(tables.known());
    }
    blocks.add(new Note(provenance()));
    return new SectionView(introduction(), headlines(), blocks);
  }

  private static String introduction() {
    return "A penalty λ Σ|W|² on the weights makes neurons align until a few different ones are left."
        + " In terms of the covariances K = ZᵀZ of the pre-activations and M = σ(Z)ᵀσ(Z) + β²11ᵀ of the"
        + " activations the loss no longer depends on widths that are large enough: it has a"
        + " plateau. Each layer is pulled towards few directions by its own penalty, and pushed"
        + " apart by that of the next layer (arXiv 2205.15809).";
  }

  private String settings() {
    return String.format(
        Locale.ROOT,
        "%s: %d training and %d test samples%s. Widths %s, %s, λ = %s, bias strength %s, cost %s. The best"
            + " of %d starts: %d steps of Adam on all samples, then at most %d rounds of up to %d"
            + " steps of L-BFGS, each followed by projection of the weights onto what the samples see"
            + " and by rebalancing of neurons, which change no output. Everything in float64.%s",
        result.data(),
        result.samples(),
        result.testSamples(),
        result.classes().isEmpty()
            ? ""
            : " of the classes " + String.join(", ", result.classes()) + ", as many of each",
        network.hidden(),
        network.activation(),
        text(config.lambda(), 4),
        text(config.biasStrength(), 4),
        result.cost().text(),
        config.starts(),
        config.adamSteps(),
        config.rounds(),
        config.iterations(),
        result.plateau().isEmpty() || result.plateauSamples() == result.samples()
            ? ""
            : " Networks of other widths are trained on "
                + result.plateauSamples()
                + " samples, chosen in the same way.");
  }

  private List<Headline> headlines() {
    List<Headline> headlines = new ArrayList<>();
    CovarianceResult trained = result.trained();
    List<LayerCovariance> hidden = hidden(trained);
    headlines.add(
        new Headline(
            "different neurons left in the hidden layers",
            hidden.stream()
                .map(l -> Integer.toString(l.effectiveNeuronsCoarse()))
                .collect(Collectors.joining(", ")),
            "of "
                + hidden.stream()
                    .map(l -> Integer.toString(l.neurons()))
                    .collect(Collectors.joining(", "))
                + "; within "
                + text(trained.coarseTolerance(), 2)));
    headlines.add(
        new Headline(
            "loss",
            text(trained.loss(), 6),
            "cost "
                + text(trained.cost(), 4)
                + (Double.isNaN(result.test().accuracy())
                    ? ""
                    : ", test accuracy " + text(result.test().accuracy(), 4))));
    headlines.add(
        new Headline(
            "largest difference of the three forms",
            text(difference(trained), 2),
            "relative; parameters, representations, covariances"));
    plateauStart()
        .ifPresent(width ->
            headlines.add(
                new Headline(
                    "plateau from width",
                    Integer.toString(width),
                    String.format(
                        Locale.ROOT,
                        "loss within 1 %% of the widest; %,d would always do",
                        enough(result.plateauSamples())))));
    return headlines;
  }

  /** Returns N(N + 1), a width from which on the loss is constant for sure. */
  static long enough(int samples) {
    return Math.multiplyExact((long) samples, samples + 1L);
  }

  private OptionalInt plateauStart() {
    if (result.plateau().isEmpty()) {
      return OptionalInt.empty();
    }
    double lambda = result.plateau().getFirst().lambda();
    return SparsityStudy.start(
        result.plateau().stream().filter(p -> p.lambda() == lambda).toList(), PLATEAU);
  }

  private static double difference(CovarianceResult r) {
    return Math.max(
            Math.abs(r.loss() - r.lossRepresentations()), Math.abs(r.loss() - r.lossCovariances()))
        / r.loss();
  }

  static List<LayerCovariance> hidden(CovarianceResult r) {
    return r.layers().subList(0, r.layers().size() - 1);
  }

  private static String provenance() {
    return "Provenance. Published (arXiv 2205.15809): the three forms of the loss, the plateau from"
        + " N(N + 1) neurons on, merging of neurons on a ray, the names of the forces, the example of"
        + " N²/4 neurons, Schatten quasi-norms of linear networks. Corrected: the pseudo-inverse in the"
        + " form of representations is that of the layer below (one display has another). Derived"
        + " here: the formulas of the forces and of the Tikhonov form, balance, counts of rays,"
        + " lower bounds, the optimum of two layers and its certificate, values of the examples.";
  }

  static String text(double value, int digits) {
    return NumberTexts.rounded(value, digits);
  }
}
