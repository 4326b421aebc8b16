package dev.lamina.analysis.lifting;

import dev.lamina.analysis.curvature.CriticalPoint;
import dev.lamina.analysis.curvature.CriticalPoints;
import dev.lamina.analysis.curvature.DenseSpectrum;
import dev.lamina.analysis.curvature.Form;
import dev.lamina.analysis.curvature.GradientDescent;
import dev.lamina.analysis.curvature.Inertia;
import dev.lamina.analysis.curvature.Risk;
import dev.lamina.analysis.curvature.RiskPoint;
import dev.lamina.analysis.curvature.SpuriousPairs;
import dev.lamina.analysis.embedding.AffineSegment;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.KinkDistance;
import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.Lifting;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.embedding.Stage;
import dev.lamina.analysis.lifting.LiftingResult.Descended;
import dev.lamina.analysis.lifting.LiftingResult.Lifted;
import dev.lamina.analysis.lifting.LiftingResult.Pairs;
import dev.lamina.analysis.lifting.LiftingResult.Sharpness;
import dev.lamina.analysis.study.Progress;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.DoubleStream;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.RealVector;

/** Lifts a critical point, and one where the search was stopped early, and compares Hessians. */
final class LiftingStudy {
  /** Least pre-activation of a lifted layer: so far is every sample from the kink. */
  private static final double FLOOR = 0.5;

  /** The published figure takes eigenvalues of this size for zero. */
  private static final double PUBLISHED_ZERO = 1e-12;

  private static final int STEPS = 3000;

  private final Backend backend;
  private final LiftingConfig config;
  private final Progress progress;

  LiftingStudy(Backend backend, LiftingConfig config, Progress progress) {
    this.backend = backend;
    this.config = config;
    this.progress = progress;
  }

  /** Runs the comparison; the start is drawn from the seed. */
  LiftingResult run(Risk risk, long seed) {
    progress.begin("searching a critical point", 2);
    Perceptron start = start(risk, seed + config.start() - 1);
    GradientDescent.Stop early =
        new GradientDescent(config.gradient(), config.rate(), config.steps())
            .find(backend, start, risk);
    progress.advance(1);
    CriticalPoint exact =
        new CriticalPoints(1e-12, 1e-7, STEPS, 100).find(backend, early.network(), risk);
    progress.advance(1);
    int measured = 2 * (config.lifts() + 1) + config.lifts() + config.lengths().size();
    progress.begin("lifting", measured + 1L);
    List<Lift> earlyLifts = lifts(early.network(), risk);
    List<Lift> lifts = lifts(exact.network(), risk);
    WaysOut ways =
        new WaysStudy(backend, exact.network(), risk)
            .run(lifts.getFirst(), config.inserted(), seed);
    progress.advance(1);
    List<Lifted> earlyMeasured = measured(early.network(), earlyLifts, risk);
    return new LiftingResult(
        risk.samples(),
        start.widths(),
        new Descended(early.steps(), early.reached()),
        earlyMeasured,
        measured(exact.network(), lifts, risk),
        exact.status().name().toLowerCase(Locale.ROOT).replace('_', ' '),
        exact.rounding(),
        pairs(early.network(), earlyLifts, earlyMeasured, risk),
        ways,
        approximate(exact.network(), risk),
        config.lengths().stream().map(l -> sharpness(exact.network(), risk, l)).toList());
  }

  /** Returns one hidden layer, all parameters Gaussian with the same standard deviation. */
  private Perceptron start(Risk risk, long seed) {
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int inputs = risk.x().getColumnDimension();
    int outputs = risk.y().getColumnDimension();
    Perceptron zeros =
        new Perceptron(
            List.of(
                stage(config.width(), inputs, config.activation()),
                stage(outputs, config.width(), Activation.IDENTITY)));
    return zeros.withParameters(
        DoubleStream.generate(() -> config.sd() * random.nextGaussian())
            .limit(zeros.parameterCount())
            .toArray());
  }

  private static Stage stage(int outputs, int inputs, Activation activation) {
    return new Stage(
        MatrixUtils.createRealMatrix(outputs, inputs),
        MatrixUtils.createRealVector(new double[outputs]),
        activation,
        false);
  }

  /** Inserts layers behind the last hidden layer, each with W′ = I as in the published figure. */
  private List<Lift> lifts(Perceptron shallow, Risk risk) {
    List<Lift> all = new ArrayList<>();
    Perceptron now = shallow;
    for (int k = 1; k <= config.lifts(); k++) {
      all.add(
          Lifting.identity(now, now.depth() - 1, config.inserted(), floor(now, risk), risk.x()));
      now = all.getLast().deep();
    }
    return all;
  }

  /** Inserts layers at the same place that are lines only nearly, one after another. */
  private List<Lifted> approximate(Perceptron shallow, Risk risk) {
    LiftingConfig.Approximate how = config.approximate();
    List<Lifted> all = new ArrayList<>();
    Perceptron now = shallow;
    for (int k = 1; k <= config.lifts(); k++) {
      Insertion insertion =
          Insertion.of(now.depth() - 1, config.width(), how.inserted(), how.box());
      now = Lifting.lift(now, insertion, risk.x()).deep();
      all.add(measured(shallow, now, k, risk));
    }
    return all;
  }

  /** Measures a point and its lifts. */
  private List<Lifted> measured(Perceptron shallow, List<Lift> lifts, Risk risk) {
    List<Lifted> all = new ArrayList<>(List.of(measured(shallow, shallow, 0, risk)));
    for (Lift lift : lifts) {
      all.add(measured(shallow, lift.deep(), all.size(), risk));
    }
    return all;
  }

  /** Predicts what lifts add, counted by the tolerances of the Hessians it is compared with. */
  private List<Pairs> pairs(
      Perceptron shallow, List<Lift> lifts, List<Lifted> measured, Risk risk) {
    double[] gradient;
    try (RiskPoint point = new RiskPoint(backend, shallow, risk)) {
      gradient = point.gradient();
    }
    List<Pairs> all = new ArrayList<>();
    for (int k = 0; k <= lifts.size(); k++) {
      double[] values = SpuriousPairs.of(lifts.subList(0, k), gradient);
      Inertia added = Inertia.of(values, tolerance(measured.get(k)));
      all.add(
          new Pairs(
              k,
              added.positive(),
              added.negative(),
              Arrays.stream(values).min().orElse(0),
              Arrays.stream(values).max().orElse(0)));
    }
    return all;
  }

  private static double tolerance(Lifted lifted) {
    return Inertia.of(lifted.eigenvalues().stream().mapToDouble(v -> v).toArray()).tolerance();
  }

  /** Returns where the least pre-activation goes: hardTanh is affine only between −1 and 1. */
  private double floor(Perceptron network, Risk risk) {
    AffineSegment widest = AffineSegments.exact(config.inserted()).getFirst();
    if (Double.isInfinite(widest.high())) {
      return FLOOR;
    }
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (double[] row : network.features(risk.x()).value(network.depth() - 1).getData()) {
      min = Math.min(min, Arrays.stream(row).min().orElseThrow());
      max = Math.max(max, Arrays.stream(row).max().orElseThrow());
    }
    return (widest.low() + widest.high() - (max - min)) / 2;
  }

  private Lifted measured(Perceptron shallow, Perceptron deep, int lifts, Risk risk) {
    try (RiskPoint point = new RiskPoint(backend, deep, risk)) {
      double[] values = DenseSpectrum.of(point, Form.HESSIAN);
      Inertia inertia = Inertia.of(values);
      RealVector theta = MatrixUtils.createRealVector(deep.parameters());
      RealMatrix change = deep.outputs(risk.x()).subtract(shallow.outputs(risk.x()));
      double largest = 0;
      for (double[] row : change.getData()) {
        largest = Math.max(largest, Arrays.stream(row).map(Math::abs).max().orElse(0));
      }
      progress.advance(1);
      return new Lifted(
          lifts,
          values.length,
          point.loss(),
          largest,
          point.gradientL1(),
          point.gradientL1() * (1 + theta.getNorm()),
          inertia.positive(),
          inertia.negative(),
          inertia.zero(),
          (int) Arrays.stream(values).filter(v -> v < -PUBLISHED_ZERO).count(),
          KinkDistance.of(deep, risk.x()).map(KinkDistance::distance).orElse(Double.NaN),
          Arrays.stream(values).boxed().toList());
    }
  }

  private Sharpness sharpness(Perceptron shallow, Risk risk, double length) {
    AffineSegment widest = AffineSegments.exact(config.inserted()).getFirst();
    double low = Double.isInfinite(widest.high()) ? FLOOR : -Math.min(length, 1.9) / 2;
    double size = Double.isInfinite(widest.high()) ? length : Math.min(length, 1.9);
    AffineSegment box = AffineSegments.on(config.inserted(), low, low + size);
    int width = Math.min(config.width(), risk.y().getColumnDimension());
    Lift lift = Lifting.lift(shallow, Insertion.of(1, width, config.inserted(), box), risk.x());
    try (RiskPoint point = new RiskPoint(backend, lift.deep(), risk)) {
      double[] values = DenseSpectrum.of(point, Form.HESSIAN);
      progress.advance(1);
      return new Sharpness(size, scale(lift, risk, size), values[values.length - 1]);
    }
  }

  /** Returns ξ: the length of the segment over the spread of what is squeezed into it. */
  private static double scale(Lift lift, Risk risk, double length) {
    Stage next = lift.shallow().stage(2);
    RealMatrix seen =
        next.inputs() <= next.outputs()
            ? lift.shallow().features(risk.x()).value(1)
            : lift.shallow().features(risk.x()).preActivation(2);
    double min = Double.POSITIVE_INFINITY;
    double max = Double.NEGATIVE_INFINITY;
    for (double[] row : seen.getData()) {
      min = Math.min(min, Arrays.stream(row).min().orElseThrow());
      max = Math.max(max, Arrays.stream(row).max().orElseThrow());
    }
    return max > min ? length / (max - min) : 1;
  }
}
