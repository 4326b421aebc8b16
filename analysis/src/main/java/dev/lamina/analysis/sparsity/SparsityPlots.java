package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.report.Axis;
import dev.lamina.analysis.report.Heatmap;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Bound;
import dev.lamina.analysis.sparsity.SparsityStudyResult.GramPair;
import dev.lamina.analysis.sparsity.SparsityStudyResult.LayerPlanes;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Plane;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Point;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Tikhonov;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.TreeSet;
import java.util.function.ToDoubleFunction;
import java.util.stream.IntStream;

/** The plots of a {@link SparsityStudyResult}. */
final class SparsityPlots {
  /** Length of the longest arrow, as a share of the diagonal of the picture. */
  private static final double ARROW = 0.15;

  private static final String ATTRACTION = "attraction";
  private static final String REPULSION = "repulsion";

  private final SparsityStudyResult result;

  SparsityPlots(SparsityStudyResult result) {
    this.result = result;
  }

  Plot plateau() {
    List<Series> series = new ArrayList<>();
    for (double lambda : lambdas(result.plateau())) {
      List<Point> points = of(lambda, result.plateau());
      List<Double> widths = points.stream().map(p -> (double) p.width()).toList();
      String ridge = ", λ = " + SparsityView.text(lambda, 3);
      series.add(points("loss" + ridge, widths, points, Point::loss));
      series.add(points("test cost" + ridge, widths, points, p -> p.test().cost()));
      for (Bound bound : result.bound()) {
        if (bound.lambda() == lambda && bound.value() > 0) {
          String name = "lower bound" + ridge + ": " + bound.source();
          List<Double> ends = List.of(widths.getFirst(), widths.getLast());
          series.add(new Series.Line(name, name, ends, List.of(bound.value(), bound.value())));
        }
      }
    }
    return new Plot(
        "plateau",
        "Loss against width",
        "Least training loss that was found for hidden layers of each width, ridge included, and the"
            + " cost of the same networks on test samples, without ridge. The loss falls until the"
            + " width reaches the number of neurons that a minimiser needs, and is constant from there;"
            + String.format(
                Locale.ROOT,
                " N(N + 1) = %,d would do for any %,d samples.",
                SparsityView.enough(result.plateauSamples()),
                result.plateauSamples()),
        "Monotone and constant from N(N + 1) neurons on: published (arXiv 2205.15809). Best of all"
            + " starts; each width also goes on from the best network of the width before. Lower"
            + " bounds: derived, where there are any (squared error without biases).",
        Axis.logarithmic("width of the hidden layers", "neurons"),
        Axis.logarithmic("loss, test cost", ""),
        series);
  }

  Plot depths() {
    List<Series> series = new ArrayList<>();
    for (double lambda : lambdas(result.depths())) {
      List<Point> points = of(lambda, result.depths());
      List<Double> layers = points.stream().map(p -> (double) p.layers()).toList();
      String ridge = ", λ = " + SparsityView.text(lambda, 3);
      series.add(points("different neurons" + ridge, layers, points, p -> mean(p.coarse())));
      series.add(points("rank of K" + ridge, layers, points, p -> mean(p.ranks())));
    }
    return new Plot(
        "depths",
        "Neurons and ranks against depth and ridge",
        "Different neurons (coarse count) and numerical ranks of the covariances, means over the"
            + " hidden layers of the best network. Stronger ridges and more layers leave fewer of"
            + " both.",
        "That depth favours low ranks: published for linear networks (quasi-norm of power 2/L); for"
            + " relu networks an observation.",
        Axis.linear("weight layers", ""),
        Axis.linear("neurons, rank", ""),
        series);
  }

  private static double mean(List<Integer> numbers) {
    return numbers.stream().mapToInt(Integer::intValue).average().orElse(Double.NaN);
  }

  private static List<Double> lambdas(List<Point> points) {
    return List.copyOf(new TreeSet<>(points.stream().map(Point::lambda).toList()).descendingSet());
  }

  private static List<Point> of(double lambda, List<Point> points) {
    return points.stream().filter(p -> p.lambda() == lambda).toList();
  }

  private static Series points(
      String name, List<Double> x, List<Point> points, ToDoubleFunction<Point> value) {
    return Series.Points.of(
        name, name, x, points.stream().map(p -> value.applyAsDouble(p)).toList());
  }

  Plot eigenvalues() {
    List<Series> series = new ArrayList<>();
    for (boolean after : new boolean[] {false, true}) {
      CovarianceResult r = after ? result.trained() : result.fresh();
      for (LayerCovariance layer : SparsityView.hidden(r)) {
        List<Double> values = layer.eigenvaluesM();
        double least = values.isEmpty() ? 0 : 1e-16 * values.getFirst();
        String name = "layer " + layer.layer() + (after ? " after training" : " before");
        series.add(
            Series.Points.of(
                name,
                name,
                IntStream.rangeClosed(1, values.size()).mapToObj(i -> (double) i).toList(),
                values.stream().map(v -> v > least ? v : Double.NaN).toList()));
      }
    }
    return new Plot(
        "eigenvalues",
        "Eigenvalues of the covariances of activations",
        "Eigenvalues of M_l of the hidden layers, largest first, before and after training. Training"
            + " leaves as many large ones as there are different neurons, and one for the biases.",
        "Measured; values below 1e-16 of the largest are rounding and left out.",
        Axis.logarithmic("number of the eigenvalue", ""),
        Axis.logarithmic("eigenvalue", ""),
        series);
  }

  Heatmap gram(GramPair pair, boolean after) {
    List<Double> places = pair.samples().stream().map(Integer::doubleValue).toList();
    return new Heatmap(
        (after ? "gram-after-" : "gram-before-") + pair.layer(),
        "Covariance of layer %d %s"
            .formatted(pair.layer(), after ? "after training" : "before training"),
        "K = ZᵀZ of the pre-activations%s, divided by the mean of its diagonal. %s"
            .formatted(
                result.classes().isEmpty() ? "" : ", samples ordered by class",
                after
                    ? "Training makes blocks of the classes."
                    : "Of random weights it is about the covariance of the inputs."),
        "Measured.",
        Axis.linear("sample", ""),
        Axis.linear("sample", ""),
        Axis.linear("K / mean diagonal", ""),
        places,
        places,
        after ? pair.trained() : pair.fresh());
  }

  Plot samples(Tikhonov tikhonov, LayerPlanes planes) {
    Plane plane = planes.samples();
    List<Series> series = new ArrayList<>();
    if (result.classes().isEmpty()) {
      series.add(Series.Points.of("samples", "samples", plane.x(), plane.y()));
    }
    for (int c = 0; c < result.classes().size(); c++) {
      int of = c;
      List<Integer> rows =
          IntStream.range(0, plane.x().size())
              .filter(i -> result.labels().get(i) == of)
              .boxed()
              .toList();
      String name = "class " + result.classes().get(c);
      series.add(
          Series.Points.of(
              name,
              name,
              rows.stream().map(plane.x()::get).toList(),
              rows.stream().map(plane.y()::get).toList()));
    }
    arrows(plane, series);
    return new Plot(
        "samples-" + planes.layer(),
        "Samples in layer " + planes.layer() + " and the forces on them",
        "Pre-activations of each sample on their first two principal components, which hold "
            + SparsityView.text(100 * plane.explained(), 3)
            + " % of the variance. Attraction pulls samples together, repulsion, the need of the"
            + " layer above, keeps classes apart; at the minimum both cancel.",
        caption(tikhonov, planes),
        Axis.linear("first component", ""),
        Axis.linear("second component", ""),
        series);
  }

  Plot neurons(Tikhonov tikhonov, LayerPlanes planes) {
    Plane plane = planes.neurons();
    List<Series> series = new ArrayList<>();
    String name = "neurons of layer " + planes.layer();
    series.add(Series.Points.of(name, name, plane.x(), plane.y()));
    arrows(plane, series);
    return new Plot(
        "neurons-" + planes.layer(),
        "Neurons of layer " + planes.layer() + " and the forces on them",
        "Each neuron is the vector of its pre-activations on all samples, here on the first two"
            + " principal components about 0, which hold "
            + SparsityView.text(100 * plane.explained(), 3)
            + " % of the squares. Neurons end on a few rays from 0; those on one ray act as one.",
        caption(tikhonov, planes),
        Axis.linear("first component", ""),
        Axis.linear("second component", ""),
        series);
  }

  private static String caption(Tikhonov tikhonov, LayerPlanes planes) {
    return "Figure 1 of arXiv 2205.15809, forces by the Tikhonov form with ε = %s (formulas derived here) at its minimiser; L_ε = %s. Arrows to one scale, the longest %s of the picture; the cosine between both forces is %s."
        .formatted(
            SparsityView.text(tikhonov.epsilon(), 3),
            SparsityView.text(tikhonov.loss(), 8),
            SparsityView.text(ARROW, 2),
            SparsityView.text(planes.cosine(), 4));
  }

  private static void arrows(Plane plane, List<Series> series) {
    double width = extent(plane.x());
    double height = extent(plane.y());
    double longest = 0;
    for (int i = 0; i < plane.x().size(); i++) {
      longest =
          Math.max(
              longest,
              Math.max(
                  Math.hypot(plane.attractionX().get(i), plane.attractionY().get(i)),
                  Math.hypot(plane.repulsionX().get(i), plane.repulsionY().get(i))));
    }
    double scale = longest > 0 ? ARROW * Math.hypot(width, height) / longest : 0;
    series.add(arrows(ATTRACTION, plane, plane.attractionX(), plane.attractionY(), scale));
    series.add(arrows(REPULSION, plane, plane.repulsionX(), plane.repulsionY(), scale));
  }

  private static double extent(List<Double> values) {
    double low = values.stream().mapToDouble(Double::doubleValue).min().orElse(0);
    double high = values.stream().mapToDouble(Double::doubleValue).max().orElse(0);
    return high - low;
  }

  /** Draws a line from each point, with a gap behind it. */
  private static Series arrows(
      String name, Plane plane, List<Double> dx, List<Double> dy, double scale) {
    List<Double> x = new ArrayList<>();
    List<Double> y = new ArrayList<>();
    for (int i = 0; i < dx.size(); i++) {
      double x0 = plane.x().get(i);
      double y0 = plane.y().get(i);
      x.addAll(List.of(x0, x0 + scale * dx.get(i), Double.NaN));
      y.addAll(List.of(y0, y0 + scale * dy.get(i), Double.NaN));
    }
    return new Series.Line(name, name, x, y);
  }
}
