package dev.lamina.analysis.degeneracy;

import dev.lamina.analysis.degeneracy.TransitionLaw.Gaussian;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/**
 * Propagates the law of ln sin&sup2; theta through the layers by Gaussian steps on a grid.
 *
 * <p>Each grid point sends its probability to the points within {@link #BAND} standard deviations
 * of the step's mean, in proportion to the Gaussian density there and normalised to 1; what would
 * lie above 0 is thereby cut off. Only that band is stored, once per distinct width and only as
 * long as a deeper layer has that width.
 */
final class DensityChain {
  /** Standard deviations kept on each side: the rest holds less than 1e-18 of the probability. */
  private static final double BAND = 9;

  private final DensityGrid grid;
  private final TransitionLaw law;
  private final AngleStep[] steps;

  private DensityChain(DensityGrid grid, TransitionLaw law) {
    this.grid = grid;
    this.law = law;
    this.steps = new AngleStep[grid.points()];
    for (int i = 0; i < steps.length; i++) {
      steps[i] = AngleStep.atLogSin2(grid.x(i));
    }
  }

  static List<LayerDensity> run(int[] layers, double angle, DensityGrid grid, TransitionLaw law) {
    Convention.checkLayers(layers);
    AngleStep start = AngleStep.at(angle);
    DensityChain chain = new DensityChain(grid, law);
    Map<Integer, Integer> lastUse = new HashMap<>();
    for (int l = 0; l < layers.length; l++) {
      lastUse.put(layers[l], l);
    }
    Map<Integer, Column[]> transitions = new HashMap<>();
    List<LayerDensity> densities = new ArrayList<>(layers.length);
    double[] mass = new double[grid.points()];
    chain.column(law.start(start, SmallAngleLaw.of(layers[0]))).add(1, mass);
    densities.add(new LayerDensity(grid, mass));
    for (int l = 1; l < layers.length; l++) {
      mass = chain.advance(mass, transitions.computeIfAbsent(layers[l], chain::transitions));
      densities.add(new LayerDensity(grid, mass));
      if (lastUse.get(layers[l]) == l) {
        transitions.remove(layers[l]);
      }
    }
    return densities;
  }

  private double[] advance(double[] mass, Column[] columns) {
    double[] next = new double[mass.length];
    for (int i = 0; i < mass.length; i++) {
      if (mass[i] > 0) {
        columns[i].add(mass[i], next);
      }
    }
    return next;
  }

  private Column[] transitions(int width) {
    SmallAngleLaw widthLaw = SmallAngleLaw.of(width);
    Column[] columns = new Column[grid.points()];
    for (int i = 0; i < columns.length; i++) {
      columns[i] = column(law.step(grid.x(i), steps[i], widthLaw));
    }
    return columns;
  }

  /** Returns the share of each grid point in a Gaussian cut off outside the grid. */
  private Column column(Gaussian gaussian) {
    double spacing = grid.spacing();
    double sd = gaussian.sd() / spacing;
    double center = (gaussian.mean() - grid.lower()) / spacing;
    int last = grid.points() - 1;
    // Below 0.8 spacings the sampled Gaussian no longer has the right variance.
    if (sd < 0.8) {
      return stencil(Math.clamp(center, 0, last), sd * sd, last);
    }
    int from = (int) Math.clamp(Math.ceil(center - BAND * sd), 0, last);
    int to = (int) Math.clamp(Math.floor(center + BAND * sd), from, last);
    double[] shares = new double[to - from + 1];
    double sum = 0;
    for (int i = 0; i < shares.length; i++) {
      double deviation = (from + i - center) / sd;
      shares[i] = Math.exp(-0.5 * deviation * deviation);
      sum += shares[i];
    }
    return new Column(from, shares).scaled(sum);
  }

  /**
   * Returns three neighbouring shares with the given mean and variance (in spacings); where the
   * variance is too small for three points, two shares with the given mean.
   */
  private static Column stencil(double center, double variance, int last) {
    int middle = (int) Math.clamp(Math.rint(center), 1, last - 1);
    double offset = center - middle;
    double square = Math.clamp(variance + offset * offset, Math.abs(offset), 1);
    double[] shares = {(square - offset) / 2, 1 - square, (square + offset) / 2};
    return new Column(middle - 1, shares);
  }

  /** Shares of consecutive grid points; sums to 1. */
  private static final class Column {
    private final int from;
    private final double[] shares;

    Column(int from, double[] shares) {
      this.from = from;
      this.shares = shares;
    }

    Column scaled(double sum) {
      // A step that ends farther outside the grid than exp can tell stays at the grid's end.
      if (!(sum > 0)) {
        return new Column(from, new double[] {1});
      }
      for (int i = 0; i < shares.length; i++) {
        shares[i] /= sum;
      }
      return this;
    }

    void add(double weight, double[] mass) {
      for (int i = 0; i < shares.length; i++) {
        mass[from + i] += weight * shares[i];
      }
    }
  }
}
