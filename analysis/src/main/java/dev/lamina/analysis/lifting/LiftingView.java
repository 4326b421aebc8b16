package dev.lamina.analysis.lifting;

import dev.lamina.analysis.lifting.LiftingResult.Lifted;
import dev.lamina.analysis.lifting.LiftingResult.Pairs;
import dev.lamina.analysis.lifting.LiftingResult.Sharpness;
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
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.function.Function;
import java.util.function.ToDoubleFunction;
import java.util.stream.Collectors;

/** Shows a {@link LiftingResult}. */
final class LiftingView {
  private static final String EARLY = "stopped early";
  private static final String POLISHED = "critical point";

  private static final String SOURCE =
      "Lifts with W′ = I as in figure 4 of arXiv 2205.13283, version 3 [published]; counts with the"
          + " tolerance 10⁻⁹ max(1, largest), and the law that an exact lift of full rank keeps the"
          + " numbers of positive and negative eigenvalues [derived].";

  private static final String APPROXIMATE =
      "tanh layers in [−0.01, 0.01]: version 3 of arXiv 2205.13283 [published]. That no such lift is"
          + " critical, as its layers bend, so that signs of small eigenvalues mean nothing: derived"
          + " here.";

  /** Smaller eigenvalues are rounding, and drawn here. */
  private static final double LEAST = 1e-18;

  private final LiftingConfig config;
  private final LiftingResult result;

  LiftingView(LiftingConfig config, LiftingResult result) {
    this.config = config;
    this.result = result;
  }

  SectionView view() {
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Note(note()));
    blocks.add(claims());
    blocks.add(spectra("spectra-polished", POLISHED, result.polished(), SOURCE));
    blocks.add(spectra("spectra-early", EARLY, result.early(), SOURCE));
    blocks.add(spectra("spectra-approximate", approximate(), result.approximate(), APPROXIMATE));
    blocks.add(counts());
    blocks.add(pairs());
    if (result.waysOut().ways() > 0) {
      blocks.addAll(new WaysView(result.waysOut()).blocks());
    }
    if (!result.sharpness().isEmpty()) {
      blocks.add(sharpness());
      blocks.add(sharpnessTable());
    }
    return new SectionView(introduction(), headlines(), blocks);
  }

  private static String introduction() {
    return "Inserting a layer that stays in an affine piece of its activation keeps all outputs and"
        + " leads from a critical point of the loss to one of a deeper network. Published: that"
        + " this turns minima into strict saddles. Derived here: it cannot, the Hessian keeps its"
        + " numbers of positive and negative eigenvalues and only gains zeros. Where a search was"
        + " stopped early, the gradient that is left adds negative ones and positive ones, about as"
        + " large as itself.";
  }

  private String note() {
    Lifted critical = result.polished().getFirst();
    String search =
        String.format(
            Locale.ROOT,
            "A network %s of %s, layers of %s inserted, on %d samples; squared error without ½, summed"
                + " over outputs. Gradient descent at rate %s took %d steps to Σ|gradient| = %.2g%s."
                + " From there Levenberg–Marquardt and Newton steps ended as %s at %.2g, where rounding"
                + " alone can make %.2g%s.",
            result.widths(),
            config.activation(),
            config.inserted(),
            result.samples(),
            NumberTexts.rounded(config.rate(), 4),
            result.descent().steps(),
            result.early().getFirst().gradient(),
            result.descent().reached() ? "" : ", which is not yet what was asked",
            result.ending(),
            critical.gradient(),
            result.rounding(),
            Double.isNaN(critical.kinkDistance())
                ? ""
                : String.format(
                    Locale.ROOT,
                    "; the nearest pre-activation is %.2g from a kink",
                    critical.kinkDistance()));
    return critical.gradient() <= 1e-12
        ? search
        : search
            + String.format(
                Locale.ROOT,
                " So it is not critical, and signs of eigenvalues below %.2g mean nothing.",
                critical.meaningful());
  }

  /** Returns what was published beside what holds, and what is seen here. */
  private Table claims() {
    List<List<Object>> rows = new ArrayList<>();
    rows.add(
        List.of(
            "what a lift makes of a minimum",
            "a strict saddle",
            "a minimum: the loss is that of the shallow network at π(θ′), and π is continuous",
            "smallest eigenvalues %s at the critical point"
                .formatted(each(result.polished(), l -> l.eigenvalues().getFirst()))));
    rows.add(
        List.of(
            "negative eigenvalues with 0, 1, … lifts",
            "0, 1, 2 (one number) and 1, 2, 3 (Iris), beyond 10⁻¹² at Σ|gradient| of about 10⁻⁴",
            "unchanged at a critical point, if the derivative of π has full rank",
            "%s where descent stopped, %s at the critical point"
                .formatted(negatives(result.early()), negatives(result.polished()))));
    rows.add(
        List.of(
            "size of the negative ones",
            "about 10⁻⁵",
            "that of the gradient left, which adds both signs on the kernel of the derivative of π",
            "%s where descent stopped, with gradients %s"
                .formatted(
                    each(result.early(), l -> l.eigenvalues().getFirst()),
                    each(result.early(), Lifted::gradient))));
    rows.add(
        List.of(
            "zeros",
            "more degeneracy",
            "the number of added parameters more with each lift",
            "%s of %s parameters at the critical point"
                .formatted(
                    joined(result.polished(), Lifted::zero),
                    joined(result.polished(), Lifted::parameters))));
    rows.add(
        List.of(
            "the critical point " + approximate(),
            "tanh in [−0.01, 0.01]: more negative eigenvalues, many of them small",
            "not critical: the layers bend, which leaves a gradient (under tanh in proportion to the"
                + " half-width), and signs of eigenvalues below it times 1 + |θ| mean nothing",
            "%s negative, smallest %s, with gradients %s; signs mean something from %s"
                .formatted(
                    negatives(result.approximate()),
                    each(result.approximate(), l -> l.eigenvalues().getFirst()),
                    each(result.approximate(), Lifted::gradient),
                    each(result.approximate(), Lifted::meaningful))));
    return new Table(
        "claims",
        "Published and corrected",
        "What version 3 of arXiv 2205.13283 says of lifted critical points (its figures 4 and"
            + " B4), what can be shown, and what is seen here.",
        columns("statement", "version 3", "corrected", "here"),
        rows);
  }

  private String approximate() {
    LiftingConfig.Approximate how = config.approximate();
    return "lifted by %s in [%s, %s]"
        .formatted(
            how.inserted(), NumberTexts.rounded(how.low(), 4), NumberTexts.rounded(how.high(), 4));
  }

  private static String each(List<Lifted> lifts, ToDoubleFunction<Lifted> value) {
    return joined(lifts, l -> String.format(Locale.ROOT, "%.1e", value.applyAsDouble(l)));
  }

  private static String joined(List<Lifted> lifts, Function<Lifted, Object> value) {
    return lifts.stream().map(l -> value.apply(l).toString()).collect(Collectors.joining(", "));
  }

  private List<Headline> headlines() {
    List<Headline> headlines = new ArrayList<>();
    headlines.addAll(
        List.of(
            new Headline(
                "negative eigenvalues with 0, 1, … lifts, critical point",
                negatives(result.polished()),
                String.format(
                    Locale.ROOT,
                    "gradient %.1e; the law says: no change",
                    result.polished().getFirst().gradient())),
            new Headline(
                "the same where the search was stopped early",
                negatives(result.early()),
                String.format(
                    Locale.ROOT, "gradient %.1e", result.early().getFirst().gradient()))));
    WaysOut ways = result.waysOut();
    if (ways.ways() > 0) {
      headlines.add(
          new Headline(
              "ways out of random lifts that go down",
              ways.descending() + " of " + ways.ways(),
              ways.members() + " random members of the lifted set"));
    }
    return headlines;
  }

  private static String negatives(List<Lifted> lifts) {
    return joined(lifts, Lifted::negative);
  }

  private static Plot spectra(String id, String what, List<Lifted> lifts, String source) {
    List<Series> series = new ArrayList<>();
    for (Lifted lifted : lifts) {
      String subject = lifted.lifts() + (lifted.lifts() == 1 ? " lift" : " lifts");
      add(series, subject + ", positive", subject, lifted, 1);
      add(series, subject + ", negative", "negative, " + subject, lifted, -1);
    }
    Lifted deepest = lifts.getLast();
    series.add(
        new Series.Line(
            "meaningless below, deepest",
            "bound",
            List.of(1.0, (double) deepest.parameters()),
            List.of(deepest.meaningful(), deepest.meaningful())));
    return new Plot(
        id,
        "Eigenvalues of the Hessian, " + what,
        "Sizes of all eigenvalues, largest first, of the point and of its lifts. Zeros lie at the"
            + " rounding of the largest, the least of them drawn at 10⁻¹⁸; below the line, the gradient that is left times the size of"
            + " the parameters, a sign means nothing.",
        source,
        Axis.linear("rank", ""),
        Axis.logarithmic("|eigenvalue|", ""),
        series);
  }

  private static void add(
      List<Series> series, String name, String subject, Lifted lifted, int sign) {
    List<Double> sorted =
        lifted.eigenvalues().stream()
            .sorted((a, b) -> Double.compare(Math.abs(b), Math.abs(a)))
            .toList();
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (int i = 0; i < sorted.size(); i++) {
      if (sorted.get(i) * sign > 0) {
        x.add(i + 1.0);
        y.add(Math.max(LEAST, Math.abs(sorted.get(i))));
      }
    }
    if (!x.isEmpty()) {
      series.add(Series.Points.of(name, subject, x, y));
    }
  }

  private Table counts() {
    List<List<Object>> rows = new ArrayList<>();
    result.early().forEach(l -> rows.add(row(EARLY, l)));
    result.polished().forEach(l -> rows.add(row(POLISHED, l)));
    result.approximate().forEach(l -> rows.add(row(approximate(), l)));
    return new Table(
        "inertia",
        "Signs of the eigenvalues",
        "How many eigenvalues are positive, negative and zero, before and after each lift, by the"
            + " tolerance 10⁻⁹ max(1, largest), and how many are negative by the published zero"
            + " line; the loss and the outputs stay, but for layers that are lines only nearly.",
        columns(
            "point",
            "lifts",
            "positive",
            "negative",
            "zero",
            "below −10⁻¹²",
            "parameters",
            "sum of |gradient|",
            "signs mean something from",
            "smallest eigenvalue",
            "largest eigenvalue",
            "loss",
            "largest change of an output",
            "distance to a kink"),
        rows);
  }

  private Table pairs() {
    List<List<Object>> rows = new ArrayList<>();
    Lifted before = result.early().getFirst();
    for (Pairs pairs : result.pairs()) {
      Lifted lifted = result.early().get(pairs.lifts());
      rows.add(
          List.of(
              pairs.lifts(),
              lifted.gradient(),
              pairs.negative(),
              lifted.negative() - before.negative(),
              pairs.positive(),
              lifted.positive() - before.positive(),
              pairs.smallest(),
              lifted.eigenvalues().getFirst(),
              pairs.largest()));
    }
    return new Table(
        "pairs",
        "What the gradient that is left adds, where descent stopped",
        "Eigenvalues of the bilinear form Σ ∂R/∂θₖ D²πₖ on the kernel of Dπ, where the Hessian of a"
            + " lifted critical point vanishes, beside what the whole Hessian has more of than before"
            + " the lifts. Both are counted beyond the tolerance of the whole Hessian, 10⁻⁹ max(1,"
            + " largest). The prediction leaves out that directions of the kernel couple to others,"
            + " which changes eigenvalues by the square of the gradient over those of the network.",
        columns(
            "lifts",
            "sum of |gradient|",
            "negative added, predicted",
            "negative added, measured",
            "positive added, predicted",
            "positive added, measured",
            "smallest, predicted",
            "smallest, measured",
            "largest, predicted"),
        rows);
  }

  private static List<Object> row(String point, Lifted l) {
    return List.of(
        point,
        l.lifts(),
        l.positive(),
        l.negative(),
        l.zero(),
        l.negativePublished(),
        l.parameters(),
        l.gradient(),
        l.meaningful(),
        l.eigenvalues().getFirst(),
        l.eigenvalues().getLast(),
        l.loss(),
        l.outputChange(),
        l.kinkDistance());
  }

  private Plot sharpness() {
    List<Double> scales = result.sharpness().stream().map(Sharpness::scale).toList();
    return new Plot(
        "sharpness",
        "Sharpness of the lifted point against the scale ξ",
        "Largest eigenvalue after one lift whose layer multiplies what it sees by ξ to fit into its"
            + " segment. Small segments need large weights behind them, and the landscape gets"
            + " steeper: ∝ 1/ξ² on the left.",
        "Law ∝ ‖V‖² ~ 1/ξ² for small segments: derived here. "
            + "Points: eigenvalues of the exact Hessian.",
        Axis.logarithmic("ξ", ""),
        Axis.logarithmic("largest eigenvalue", ""),
        List.of(
            Series.Points.of(
                "largest eigenvalue",
                "largest eigenvalue",
                scales,
                result.sharpness().stream().map(Sharpness::largest).toList()),
            new Series.Line(
                "∝ 1/ξ²",
                "law",
                scales,
                scales.stream()
                    .map(s ->
                        result.sharpness().getFirst().largest()
                            * Math.pow(scales.getFirst() / s, 2))
                    .toList())));
  }

  private Table sharpnessTable() {
    List<List<Object>> rows = new ArrayList<>();
    Sharpness before = null;
    for (Sharpness s : result.sharpness()) {
      rows.add(
          Arrays.asList(
              s.length(),
              s.scale(),
              s.largest(),
              before == null
                  ? null
                  : Math.log(s.largest() / before.largest())
                      / Math.log(s.scale() / before.scale())));
      before = s;
    }
    return new Table(
        "sharpness-numbers",
        "Sharpness in numbers",
        "Length of the segment, the scale that follows, the largest eigenvalue, and with which power"
            + " of the scale it grew since the row above: −2 by the law of small segments.",
        columns("length", "ξ", "largest eigenvalue", "power of ξ"),
        rows);
  }

  private static List<Column> columns(String... names) {
    return Arrays.stream(names).map(Column::of).toList();
  }
}
