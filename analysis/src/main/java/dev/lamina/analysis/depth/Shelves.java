package dev.lamina.analysis.depth;

import dev.lamina.analysis.depth.DepthExamples.Part;
import dev.lamina.analysis.training.Loss;
import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.List;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.hipparchus.stat.descriptive.moment.StandardDeviation;

/** The losses of the best simple fits: constant, linear map, single neuron. */
final class Shelves {
  /** Wider inputs make the search for a neuron long and its outcome doubtful. */
  private static final int MOST_INPUTS = 8;

  /** The decomposition takes time in proportion to the square of this. */
  private static final int MOST_LINEAR_INPUTS = 100;

  private static final int MOST_SAMPLES = 2000;

  private Shelves() {}

  /**
   * Returns the shelves, the highest first. For the cross-entropy only the best constant is known:
   * the entropy of the shares of the classes.
   */
  static List<Shelf> of(Part part, Loss loss, Activation activation) {
    int outputs = part.y().getColumnDimension();
    if (loss == Loss.CROSS_ENTROPY) {
      return List.of(new Shelf("best constant", entropy(part.y()), true));
    }
    double divisor = part.samples() * (loss == Loss.MEAN_SQUARE ? outputs : 1.0);
    RealMatrix y = centred(part.y());
    double total = squares(y);
    List<Shelf> shelves = new ArrayList<>();
    shelves.add(new Shelf("best constant", total / divisor, true));
    int inputs = part.x().getColumnDimension();
    if (part.samples() <= MOST_SAMPLES && inputs <= MOST_LINEAR_INPUTS) {
      shelves.add(new Shelf("best linear map", linear(centred(part.x()), y) / divisor, true));
    }
    if (part.samples() <= MOST_SAMPLES && inputs <= MOST_INPUTS) {
      double explained = new NeuronFit(part.x(), y, activation).mostExplained();
      shelves.add(new Shelf("best single neuron", Math.max(0, total - explained) / divisor, false));
    }
    return List.copyOf(shelves);
  }

  private static double entropy(RealMatrix oneHot) {
    double entropy = 0;
    for (int c = 0; c < oneHot.getColumnDimension(); c++) {
      double share = 0;
      for (double value : oneHot.getColumn(c)) {
        share += value / oneHot.getRowDimension();
      }
      entropy -= share > 0 ? share * Math.log(share) : 0;
    }
    return entropy;
  }

  private static double linear(RealMatrix x, RealMatrix y) {
    RealMatrix best = new SingularValueDecomposition(x).getSolver().solve(y);
    return squares(y.subtract(x.multiply(best)));
  }

  static RealMatrix centred(RealMatrix m) {
    RealMatrix out = m.copy();
    for (int j = 0; j < m.getColumnDimension(); j++) {
      double mean = 0;
      for (double value : m.getColumn(j)) {
        mean += value / m.getRowDimension();
      }
      for (int i = 0; i < m.getRowDimension(); i++) {
        out.addToEntry(i, j, -mean);
      }
    }
    return out;
  }

  private static double squares(RealMatrix m) {
    double norm = m.getFrobeniusNorm();
    return norm * norm;
  }

  /** Returns the standard deviations of the columns, 1 for constant ones. */
  static double[] deviations(RealMatrix x) {
    double[] all = new double[x.getColumnDimension()];
    for (int j = 0; j < all.length; j++) {
      double own = new StandardDeviation(false).evaluate(x.getColumn(j));
      all[j] = own > 0 ? own : 1;
    }
    return all;
  }
}
