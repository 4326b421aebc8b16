package dev.lamina.analysis.lifting;

import dev.lamina.analysis.curvature.Form;
import dev.lamina.analysis.curvature.Risk;
import dev.lamina.analysis.curvature.RiskPoint;
import dev.lamina.analysis.embedding.AffineSegment;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.BoundaryExit;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.LiftedSet;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.lifting.WaysOut.Landscape;
import dev.lamina.analysis.lifting.WaysOut.Way;
import dev.lamina.backend.Backend;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import dev.lamina.matrix.HostMatrix;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;
import java.util.random.RandomGeneratorFactory;
import java.util.stream.DoubleStream;
import java.util.stream.IntStream;
import org.hipparchus.linear.RealMatrix;

/** Walks over the edge of the set of lifts of a critical point behind its last hidden layer. */
final class WaysStudy {
  private static final int MEMBERS = 20;

  /** Shares of the neuron's range at which the loss is measured beyond the edge. */
  private static final double[] SHARES = {3e-4, 1e-3, 3e-3, 0.01, 0.03, 0.1, 0.3};

  /** Points of a landscape in each direction. */
  private static final int GRID = 49;

  /** A landscape reaches beyond the edge until the loss has changed by this share. */
  private static final double CHANGE = 0.3;

  private final Backend backend;
  private final Perceptron shallow;
  private final Risk risk;
  private final double loss;

  /** A way and the lift that it leads out of. */
  private record Found(String member, Lift lift, BoundaryExit exit) {
    double coefficient() {
      return exit.coefficient();
    }

    /** Returns how far the neuron's pre-activations reach. */
    double range() {
      return exit.gaps().getLast();
    }
  }

  WaysStudy(Backend backend, Perceptron shallow, Risk risk) {
    this.backend = backend;
    this.shallow = shallow;
    this.risk = risk;
    this.loss = loss(shallow);
  }

  /** Returns no ways if the activation has no segment with an end. */
  WaysOut run(Lift identity, Activation inserted, long seed) {
    RealMatrix errors;
    try (RiskPoint point = new RiskPoint(backend, shallow, risk)) {
      errors = point.errors(shallow.depth());
    }
    List<Found> own = ways("W′ = I", identity, errors);
    List<Found> all = new ArrayList<>(own);
    RandomGenerator random = RandomGeneratorFactory.of("L64X128MixRandom").create(seed);
    int width = Math.max(identity.insertion().width(), 1);
    for (int k = 1; k <= MEMBERS; k++) {
      all.addAll(ways("member " + k, member(inserted, width, random), errors));
    }
    if (all.isEmpty()) {
      return new WaysOut(MEMBERS, 0, 0, List.of(), List.of());
    }
    Comparator<Found> rise = Comparator.comparingDouble(Found::coefficient);
    Found steepest = all.stream().min(rise).orElseThrow();
    Set<Found> shown = new LinkedHashSet<>(own);
    shown.add(steepest);
    shown.add(all.stream().max(rise).orElseThrow());
    return new WaysOut(
        MEMBERS,
        all.size() - own.size(),
        (int) all.stream().skip(own.size()).filter(f -> f.coefficient() < -WaysOut.LEVEL).count(),
        shown.stream().map(this::walked).toList(),
        landscapes(steepest, all));
  }

  private Lift member(Activation inserted, int width, RandomGenerator random) {
    List<AffineSegment> segments = AffineSegments.exact(inserted);
    List<AffineSegment> own =
        random.ints(width, 0, segments.size()).mapToObj(segments::get).toList();
    Insertion insertion = new Insertion(shallow.depth() - 1, inserted, own, false);
    return LiftedSet.random(shallow, insertion, risk.x(), random);
  }

  private List<Found> ways(String member, Lift lift, RealMatrix errors) {
    return BoundaryExit.of(lift, errors, risk.x()).stream()
        .filter(exit -> exit.tied() < risk.samples())
        .map(exit -> new Found(member, lift, exit))
        .toList();
  }

  private Way walked(Found found) {
    BoundaryExit exit = found.exit;
    List<Double> beyond = DoubleStream.of(SHARES).map(share -> share * exit.gap()).boxed().toList();
    return new Way(
        found.member,
        exit.neuron(),
        exit.upper(),
        exit.tied(),
        exit.room(),
        exit.gap(),
        found.coefficient(),
        exit.order(),
        beyond,
        beyond.stream().map(exit::change).toList(),
        beyond.stream().map(t -> loss(exit.beyond(found.lift, t)) - loss).toList());
  }

  private List<Landscape> landscapes(Found way, List<Found> all) {
    List<Landscape> landscapes = new ArrayList<>(List.of(curved(way)));
    all.stream()
        .filter(f -> f.member.equals(way.member) && f.exit.neuron() != way.exit.neuron())
        .findFirst()
        .ifPresent(other -> landscapes.add(flat(way, other)));
    return landscapes;
  }

  private Landscape curved(Found way) {
    List<Double> x = along(way);
    double most =
        x.stream()
            .mapToDouble(s -> Math.abs(loss(way.exit.beyond(way.lift, s - way.exit.room())) - loss))
            .max()
            .orElseThrow();
    Steepest steepest = steepest(way.lift);
    double half = Math.sqrt(2 * most / steepest.curvature);
    List<Double> y = spaced(-half, half);
    return new Landscape(
        true,
        walked(way).label(),
        "steepest direction",
        way.exit.room(),
        Double.NaN,
        x,
        y,
        changes(way.lift, way.exit.direction(way.lift), x, steepest.direction, y));
  }

  private Landscape flat(Found way, Found other) {
    List<Double> x = along(way);
    List<Double> y = along(other);
    return new Landscape(
        false,
        walked(way).label(),
        walked(other).label(),
        way.exit.room(),
        other.exit.room(),
        x,
        y,
        changes(way.lift, way.exit.direction(way.lift), x, other.exit.direction(way.lift), y));
  }

  /** Returns coordinates on the way, from the other side of the lift to beyond the edge. */
  private List<Double> along(Found way) {
    double reach = way.range() / 2;
    while (Math.abs(loss(way.exit.beyond(way.lift, reach)) - loss) > CHANGE * loss) {
      reach /= 1.25;
    }
    return spaced(-reach / 4, way.exit.room() + reach);
  }

  private static List<Double> spaced(double from, double to) {
    return IntStream.range(0, GRID).mapToObj(i -> from + (to - from) * i / (GRID - 1)).toList();
  }

  private List<List<Double>> changes(
      Lift lift, double[] first, List<Double> x, double[] second, List<Double> y) {
    double[] theta = lift.deep().parameters();
    List<List<Double>> rows = new ArrayList<>();
    for (double b : y) {
      List<Double> row = new ArrayList<>();
      for (double a : x) {
        double[] moved = theta.clone();
        for (int k = 0; k < moved.length; k++) {
          moved[k] += a * first[k] + b * second[k];
        }
        row.add(loss(lift.deep().withParameters(moved)) - loss);
      }
      rows.add(row);
    }
    return rows;
  }

  @SuppressWarnings("ArrayRecordComponent") // never compared
  private record Steepest(double[] direction, double curvature) {}

  private Steepest steepest(Lift lift) {
    try (RiskPoint point = new RiskPoint(backend, lift.deep(), risk);
        HostMatrix hessian = point.matrix(Form.HESSIAN);
        HostMatrix values = HostMatrix.allocate(DType.FLOAT64, hessian.rows(), 1)) {
      backend.solve().symmetricEigen(hessian, values, true);
      int last = point.size() - 1;
      double[] direction = new double[point.size()];
      for (int k = 0; k < direction.length; k++) {
        direction[k] = hessian.get(last, k);
      }
      return new Steepest(direction, values.get(last, 0));
    }
  }

  /** Returns the squared error, summed over outputs. */
  private double loss(Perceptron network) {
    RealMatrix left = network.outputs(risk.x()).subtract(risk.y());
    double norm = left.getFrobeniusNorm();
    return norm * norm / risk.samples();
  }
}
