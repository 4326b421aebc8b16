package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.report.Column;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Bound;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Known;
import dev.lamina.analysis.sparsity.SparsityStudyResult.LayerPlanes;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Point;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Tikhonov;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Collectors;

/** The tables of a {@link SparsityStudyResult}. */
final class SparsityTables {
  private final SparsityStudyResult result;

  SparsityTables(SparsityStudyResult result) {
    this.result = result;
  }

  Table forms() {
    List<List<Object>> rows = new ArrayList<>();
    for (boolean after : new boolean[] {false, true}) {
      CovarianceResult r = after ? result.trained() : result.fresh();
      rows.add(
          row(
              after ? "after training" : "before",
              r.loss(),
              r.lossRepresentations(),
              r.lossCovariances(),
              r.lossRepresentations() - r.loss(),
              r.lossCovariances() - r.lossRepresentations(),
              r.cost()));
    }
    return new Table(
        "forms",
        "The loss in its three forms",
        "As a function of the weights, of the representations and of the covariances. The second is"
            + " lower than the first by what weights do that no sample sees, which training and"
            + " projection remove; the third equals the second.",
        List.of(
            Column.of("network"),
            Column.of("parameters").digits(10),
            Column.of("representations").digits(10),
            Column.of("covariances").digits(10),
            Column.of("representations − parameters").digits(3),
            Column.of("covariances − representations").digits(3),
            Column.of("cost").digits(6)),
        rows);
  }

  Table layers() {
    List<List<Object>> rows = new ArrayList<>();
    for (LayerCovariance l : result.trained().layers()) {
      rows.add(
          row(
              l.layer(),
              l.neurons(),
              l.effectiveNeurons(),
              l.effectiveNeuronsCoarse(),
              l.deadNeurons(),
              l.rankK(),
              l.rankM().orElse(null),
              l.penaltyWeights(),
              l.dropped(),
              l.balance().orElse(Double.NaN),
              l.kinks(),
              l.weightResidual()));
    }
    return new Table(
        "layers",
        "The layers after training",
        "Neurons on one ray are counted as one, at two tolerances: neurons shorter than the tolerance"
            + " times the longest do not count, and two whose cosine is above 1 − tolerance are one."
            + " The ranks of K and M are bounds on what is needed. |V| is what the weights have that"
            + " no sample sees; the imbalance is 0 when each neuron's incoming and outgoing weights are"
            + " equally long, as at every minimum. Kinks are entries of Z at which relu bends, and the"
            + " residual is what is left of attraction and repulsion as the weights feel them, as a share"
            + " of the larger: 0 at a minimum.",
        columns(
            "layer",
            "neurons",
            "different, " + SparsityView.text(result.trained().tolerance(), 2),
            "different, " + SparsityView.text(result.trained().coarseTolerance(), 2),
            "dead",
            "rank K",
            "rank M",
            "|W|²",
            "|V|",
            "imbalance",
            "kinks",
            "force residual"),
        rows);
  }

  Table forces() {
    List<List<Object>> rows = new ArrayList<>();
    for (Tikhonov t : result.tikhonov()) {
      for (LayerPlanes l : t.planes()) {
        rows.add(
            row(
                t.epsilon(),
                t.loss(),
                l.layer(),
                l.attraction(),
                l.repulsion(),
                l.cosine(),
                l.residual()));
      }
    }
    return new Table(
        "forces",
        "Attraction and repulsion in the hidden layers",
        "Norms of both forces at the minimiser of the Tikhonov form, the cosine between them, and"
            + " what is left of their sum as a share of the larger. At a minimum they cancel: the"
            + " cosine is −1 and nothing is left, but for neurons on kinks of relu, where the loss has"
            + " no derivative.",
        List.of(
            Column.of("ε"),
            Column.of("L_ε").digits(8),
            Column.of("layer"),
            Column.of("|attraction|"),
            Column.of("|repulsion|"),
            Column.of("cosine"),
            Column.of("|sum| / larger").digits(2)),
        rows);
  }

  static Table points(String id, String title, List<Point> points) {
    List<List<Object>> rows = new ArrayList<>();
    for (Point p : points) {
      rows.add(
          row(
              p.lambda(),
              p.layers(),
              p.width(),
              p.loss(),
              p.cost(),
              p.test().cost(),
              p.test().accuracy(),
              join(p.effective()),
              join(p.coarse()),
              join(p.ranks()),
              p.starts().stream().mapToDouble(Double::doubleValue).max().orElse(Double.NaN),
              p.wider() ? "narrower network" : "random"));
    }
    return new Table(
        id,
        title,
        "The best of all starts. Counts and ranks are those of the hidden layers in order; the last"
            + " column says what the best start was.",
        columns(
            "λ",
            "weight layers",
            "width",
            "loss",
            "cost",
            "test cost",
            "test accuracy",
            "different neurons, fine",
            "coarse",
            "ranks of K",
            "worst start",
            "best start"),
        rows);
  }

  private static String join(List<Integer> numbers) {
    return numbers.stream().map(String::valueOf).collect(Collectors.joining(", "));
  }

  Table bounds() {
    List<List<Object>> rows = new ArrayList<>();
    for (Bound b : result.bound()) {
      rows.add(row(b.lambda(), b.value(), b.source()));
    }
    return new Table(
        "bounds",
        "Lower bounds of the loss at any width",
        "From singular values (derived; loose where relu makes ranks) and, for two layers and few"
            + " samples, from the dual of the exact problem.",
        columns("λ", "bound", "from"),
        rows);
  }

  Table known() {
    List<List<Object>> rows = new ArrayList<>();
    for (Known k : result.known()) {
      rows.add(
          row(
              k.problem(),
              k.width(),
              k.lambda(),
              k.trained(),
              k.optimum(),
              k.trained() - k.optimum(),
              k.bound().orElse(Double.NaN),
              k.rays()));
    }
    return new Table(
        "known",
        "Networks whose optimum is known",
        "Trained networks against the least loss at any width. The example of N²/4 neurons reaches it"
            + " at that width and not before (published, the value derived); the bound of narrower"
            + " ones is that of linear networks. The optimum of linear networks is a closed form, that of"
            + " the certified relu network lies between its loss and a dual bound.",
        List.of(
            Column.of("problem"),
            Column.of("width"),
            Column.of("λ"),
            Column.of("trained").digits(9),
            Column.of("least at any width").digits(9),
            Column.of("excess").digits(2),
            Column.of("lower bound").digits(9),
            Column.of("different neurons")),
        rows);
  }

  private static List<Column> columns(String... names) {
    return Arrays.stream(names).map(Column::of).toList();
  }

  /** Returns a row with nothing where there is no number. */
  private static List<Object> row(Object... values) {
    List<Object> row = new ArrayList<>();
    for (Object value : values) {
      row.add(value instanceof Double d && d.isNaN() ? null : value);
    }
    return row;
  }
}
