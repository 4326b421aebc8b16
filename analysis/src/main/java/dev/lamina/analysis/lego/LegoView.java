package dev.lamina.analysis.lego;

import dev.lamina.analysis.lego.LegoPlan.LegoLoss;
import dev.lamina.analysis.lego.LegoStudyResult.Gram;
import dev.lamina.analysis.lego.LegoStudyResult.Method;
import dev.lamina.analysis.lego.LegoStudyResult.Run;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Headline;
import dev.lamina.analysis.report.Note;
import dev.lamina.analysis.report.NumberTexts;
import dev.lamina.analysis.report.Pictures;
import dev.lamina.analysis.report.SectionView;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.study.StudyContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Shows a {@link LegoStudyResult}. */
final class LegoView {
  private final LegoConfig config;
  private final StudyContext context;
  private final LegoStudyResult result;

  LegoView(LegoConfig config, StudyContext context, LegoStudyResult result) {
    this.config = config;
    this.context = context;
    this.result = result;
  }

  SectionView view() {
    LegoPlots plots = new LegoPlots(config, result);
    List<Block> blocks = new ArrayList<>();
    blocks.add(new Note(settings()));
    blocks.add(table());
    choiceTable().ifPresent(blocks::add);
    blocks.addAll(plots.layers());
    plots.batches().ifPresent(blocks::add);
    plots.noises().ifPresent(blocks::add);
    blocks.addAll(plots.losses());
    plots.monitor().ifPresent(blocks::add);
    blocks.addAll(pictures());
    layerTable().ifPresent(blocks::add);
    turnTable().ifPresent(blocks::add);
    monitorTable().ifPresent(blocks::add);
    return new SectionView(introduction(), headlines(), blocks);
  }

  private static String introduction() {
    return "A network is trained greedily, one hidden layer after the other, each with a loss of its"
        + " own activations: by default the evidence of Gaussian-process regression with the kernel"
        + " that wide layers above would make of them. No gradient passes from one layer to another."
        + " The question is what that costs against training the network as a whole, and what it"
        + " gains over features that are not learnt: random ones and those of infinite width.";
  }

  private String settings() {
    LegoPlan plan = config.plan();
    LegoLoss loss = plan.loss();
    return String.format(
        Locale.ROOT,
        "%d training samples in each of %d runs%s, seeds %d to %d; %d test samples. Layers: objective"
            + " %s%s, noise σ² = %s, prior variances σ_a² = %s, σ_w² = %s, σ_b² = %s%s, prior term × %s;"
            + " %s, rate %s, %s, at most %d epochs for each layer%s%s. Whole network: %s, %s, rate %s,"
            + " batches of %d, %d epochs. Read-outs by the posterior mean with the same noise and prior."
            + " The loss is reconstructed from first principles: of arXiv 1902.02354, which proposes"
            + " such losses, only the abstracts could be read.",
        result.trainSamples(),
        config.runs(),
        config.samples() > 0 ? ", drawn by each run from the training part" : "",
        context.seed(),
        context.seed() + config.runs() - 1,
        result.testSamples(),
        loss.objective().text(),
        loss.local() ? " (p = 0 for every layer)" : "",
        text(loss.noise(), 4)
            + (config.choice().noises().isEmpty() ? "" : " or what a method chose instead"),
        text(loss.readoutVariance(), 4),
        text(loss.weightVariance(), 4),
        text(loss.biasVariance(), 4),
        loss.centred() ? " (read-out bias free)" : "",
        text(loss.priorWeight(), 4),
        plan.optimiser().text(),
        text(plan.rate(), 4),
        plan.batch() == 0 ? "all samples in every step" : "batches of " + plan.batch(),
        plan.epochs(),
        plan.heldOut() > 0
            ? ", %s %% held out, patience %d"
                .formatted(text(100 * plan.heldOut(), 3), plan.patience())
            : "",
        plan.sweepEpochs() > 0 ? ", then %d epochs together".formatted(plan.sweepEpochs()) : "",
        config.endToEnd().loss().text(),
        config.endToEnd().optimiser().text(),
        text(config.endToEnd().rate(), 4),
        config.endToEnd().batch(),
        config.endToEnd().epochs());
  }

  private static String text(double value, int digits) {
    return NumberTexts.rounded(value, digits);
  }

  private Optional<Method> method(LegoMethod which) {
    return result.methods().stream().filter(m -> m.name().equals(which.text())).findFirst();
  }

  /** Returns the test scores of the runs that did not diverge. */
  static Interval test(Method method) {
    return Interval.of(method.finished().stream().mapToDouble(Run::test).toArray());
  }

  private String score(Interval interval) {
    if (result.classes() == 0) {
      return text(interval.mean(), 4);
    }
    String mean = String.format(Locale.ROOT, "%.2f %%", 100 * interval.mean());
    return Double.isNaN(interval.half())
        ? mean
        : mean + String.format(Locale.ROOT, " ± %.2f", 100 * interval.half());
  }

  private List<Headline> headlines() {
    String what = result.classes() > 0 ? "test accuracy, " : "test error, ";
    List<Headline> headlines = new ArrayList<>();
    for (LegoMethod which :
        List.of(LegoMethod.LEGO, LegoMethod.END_TO_END, LegoMethod.NNGP, LegoMethod.RANDOM)) {
      method(which)
          .ifPresent(m ->
              headlines.add(
                  new Headline(
                      what + m.name(),
                      score(test(m)),
                      which.equals(LegoMethod.LEGO) && method(LegoMethod.END_TO_END).isPresent()
                          ? "minus end-to-end: " + score(difference(m))
                          : "95 % interval over " + m.finished().size() + " seeds")));
    }
    return headlines;
  }

  /**
   * Returns the difference of a method's test scores and those of end-to-end training, in pairs.
   */
  private Interval difference(Method method) {
    Optional<Method> whole = method(LegoMethod.END_TO_END);
    if (whole.isEmpty()) {
      return Interval.of();
    }
    double[] differences = new double[method.runs().size()];
    for (int r = 0; r < differences.length; r++) {
      Run mine = method.runs().get(r);
      Run its = whole.get().runs().get(r);
      differences[r] = mine.diverged() || its.diverged() ? Double.NaN : mine.test() - its.test();
    }
    return Interval.of(differences);
  }

  private Table table() {
    List<List<Object>> rows = new ArrayList<>();
    for (Method m : result.methods()) {
      Interval test = test(m);
      Interval difference = difference(m);
      rows.add(
          row(
              m.name(),
              m.finished().size(),
              Interval.of(m.finished().stream().mapToDouble(Run::train).toArray()).mean(),
              test.mean(),
              test.half(),
              difference.mean(),
              difference.half(),
              Interval.of(m.runs().stream().mapToDouble(Run::seconds).toArray()).mean(),
              m.runs().stream().map(Run::note).filter(n -> !n.isEmpty()).findFirst().orElse("")));
    }
    return new Table(
        "methods",
        "Methods compared",
        "Means over the seeds with half the 95 % interval by Student's t; all methods see the same"
            + " samples and start from the same networks in each run, so differences are taken in"
            + " pairs. Layer-wise methods and random features read the last hidden layer by the"
            + " posterior mean, end-to-end training uses its own outputs.",
        columns(
            "method",
            "runs",
            "training score",
            "test score",
            "± (95 %)",
            "minus end-to-end",
            "± (95 %, paired)",
            "seconds",
            "note"),
        rows);
  }

  private Optional<Table> choiceTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (LegoStudyResult.Choice choice : result.choices()) {
      rows.add(
          row(choice.method(), choice.value(), choice.score(), choice.chosen() ? "chosen" : ""));
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Table(
                "choices",
                "What methods chose",
                "Noise σ², or weight decay of end-to-end training, by the mean score on %s %% of the training samples, held out, over %d seeds. Test samples play no part; training begins anew with all training samples afterwards."
                    .formatted(text(100 * config.choice().share(), 3), config.choice().runs()),
                columns("method", "value", "held-out score", "choice"),
                rows));
  }

  private Optional<Table> layerTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Method m : result.methods()) {
      for (Run run : m.finished()) {
        for (LayerScore score : run.layers()) {
          rows.add(
              row(
                  m.name(),
                  run.seed(),
                  score.layer(),
                  score.evidence(),
                  score.train(),
                  score.test()));
        }
      }
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Table(
                "layers-numbers",
                "Read-outs from every layer",
                "The evidence is that of all training samples at p = 0, by the route of the read-out.",
                columns("method", "seed", "layer", "evidence", "training score", "test score"),
                rows));
  }

  private Optional<Table> turnTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Method m : result.methods()) {
      for (Run run : m.runs()) {
        for (TurnHistory turn : run.turns()) {
          rows.add(
              row(
                  m.name(),
                  run.seed(),
                  turn.name(),
                  turn.layersAbove(),
                  turn.firstLoss(),
                  turn.lastLoss(),
                  turn.best(),
                  turn.epochs().getLast().epoch(),
                  turn.ending()));
        }
      }
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Table(
                "turns-numbers",
                "What became of every layer",
                "Losses before the first step and over the last epochs, without the prior.",
                columns(
                    "method",
                    "seed",
                    "layers",
                    "p",
                    "first loss",
                    "last loss",
                    "kept epoch",
                    "last epoch",
                    "ending"),
                rows));
  }

  private Optional<Table> monitorTable() {
    List<List<Object>> rows = new ArrayList<>();
    for (Method m : result.methods()) {
      for (Run run : m.runs()) {
        for (LayerMonitor.Moment moment : run.moments()) {
          for (int l = 0; l < moment.losses().size(); l++) {
            rows.add(row(run.seed(), moment.step(), l + 1, moment.losses().get(l)));
          }
        }
      }
    }
    return rows.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Table(
                "monitor-numbers",
                "Losses followed during end-to-end training, in numbers",
                "One row for each moment and layer.",
                columns("seed", "step", "layer", "loss"),
                rows));
  }

  private List<Block> pictures() {
    List<Block> blocks = new ArrayList<>();
    if (result.grams().isEmpty()) {
      return blocks;
    }
    int m = result.grams().getFirst().samples();
    List<Pictures.Picture> pictures = new ArrayList<>();
    for (Gram gram : result.grams()) {
      pictures.add(
          new Pictures.Picture("layer " + gram.layer() + ", " + gram.when(), stretched(gram)));
    }
    blocks.add(
        new Pictures(
            "grams",
            "Gram matrices before and after",
            "Cosines between the activations of %d training samples ordered by class, first run; the darkest pixel of each picture is the largest off its diagonal, the lightest the smallest. Training each layer alone makes blocks of the classes."
                .formatted(m),
            m,
            m,
            pictures));
    return blocks;
  }

  private static List<Double> stretched(Gram gram) {
    double low = Double.POSITIVE_INFINITY;
    double high = Double.NEGATIVE_INFINITY;
    for (int i = 0; i < gram.cosines().size(); i++) {
      if (i / gram.samples() != i % gram.samples()) {
        low = Math.min(low, gram.cosines().get(i));
        high = Math.max(high, gram.cosines().get(i));
      }
    }
    double from = low;
    double range = high > low ? high - low : 1;
    return gram.cosines().stream().map(c -> (c - from) / range).toList();
  }

  private static List<Column> columns(String... names) {
    return Arrays.stream(names).map(Column::of).toList();
  }

  private static List<Object> row(Object... cells) {
    return Arrays.asList(cells);
  }
}
