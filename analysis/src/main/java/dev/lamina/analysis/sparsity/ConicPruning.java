package dev.lamina.analysis.sparsity;

import dev.lamina.kernel.Activation;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;

/**
 * Carathéodory's theorem for cones as an algorithm (derived; the paper states the bound): a pair K
 * = Σzzᵀ, M = Σσ(z)σ(z)ᵀ of N×N matrices lies in a space of dimension N(N + 1), so that N(N + 1)
 * neurons are enough for it.
 *
 * <p>Each neuron is a direction u of length 1 with weight a = ‖z‖². While the atoms (uuᵀ,
 * σ(u)σ(u)ᵀ) are linearly dependent, Σv_k atom_k = 0 with some v_k &gt; 0, the weights move by −v
 * until the first of them is zero, and that neuron goes. What stays is independent: at most N(N +
 * 1) neurons, and fewer where the atoms span less. A step is a singular value decomposition of at
 * most N(N + 1) + 1 columns, so that this is for N up to {@value #MOST_SAMPLES}.
 */
public final class ConicPruning {
  /** Beyond this a single step takes minutes. */
  static final int MOST_SAMPLES = 24;

  /** Atoms are dependent if their least singular value is below this share of the largest. */
  private static final double DEPENDENT = 1e-11;

  private ConicPruning() {}

  /**
   * Reduces the neurons of a layer.
   *
   * @param neurons indices of the rows that are kept, ascending
   * @param factors by what each is multiplied, positive
   */
  public record Kept(List<Integer> neurons, List<Double> factors) {
    /** Copies the lists. */
    public Kept {
      neurons = List.copyOf(neurons);
      factors = List.copyOf(factors);
    }

    /**
     * {@return the reduced rows}
     *
     * @param z all rows
     */
    public double[][] rows(double[][] z) {
      double[][] rows = new double[neurons.size()][];
      for (int i = 0; i < rows.length; i++) {
        double factor = factors.get(i);
        rows[i] = Arrays.stream(z[neurons.get(i)]).map(v -> factor * v).toArray();
      }
      return rows;
    }
  }

  /**
   * Finds neurons that are enough.
   *
   * @param z pre-activations Z of a layer, n×N, a neuron per row
   * @param activation σ, positively homogeneous
   * @return at most N(N + 1) rows of Z and their factors, with the same K and M
   * @throws IllegalArgumentException if σ is not positively homogeneous or N is too large
   */
  public static Kept prune(double[][] z, Activation activation) {
    if (!DenseShape.isHomogeneous(activation)) {
      throw new IllegalArgumentException(
          "pruning by Carathéodory needs a positively homogeneous activation (relu, leakyRelu, abs, identity) but found "
              + activation);
    }
    int samples = z[0].length;
    if (samples > MOST_SAMPLES) {
      throw new IllegalArgumentException(
          "pruning by Carathéodory is for at most %d samples, %d neurons being enough for %d of them, but there are %d; merging neurons on one ray has no limit"
              .formatted(MOST_SAMPLES, (long) samples * (samples + 1), samples, samples));
    }
    double[] lengths = Arrays.stream(z).mapToDouble(Rays::length).toArray();
    double[] weights = Arrays.stream(lengths).map(r -> r * r).toArray();
    List<Integer> active = new ArrayList<>();
    for (int k = 0; k < z.length; k++) {
      if (weights[k] > 0) {
        active.add(k);
      }
    }
    double[][] atoms = new double[z.length][];
    for (int k : active) {
      atoms[k] = atom(z[k], lengths[k], activation);
    }
    reduce(atoms, weights, active, samples * (samples + 1));
    return new Kept(active, active.stream().map(k -> Math.sqrt(weights[k]) / lengths[k]).toList());
  }

  /** The upper triangles of uuᵀ and σ(u)σ(u)ᵀ. */
  private static double[] atom(double[] z, double length, Activation activation) {
    int n = z.length;
    double[] atom = new double[n * (n + 1)];
    int at = 0;
    for (int i = 0; i < n; i++) {
      for (int j = i; j < n; j++) {
        double a = z[i] / length;
        double b = z[j] / length;
        atom[at++] = a * b;
        atom[at++] = activation.value(a) * activation.value(b);
      }
    }
    return atom;
  }

  private static void reduce(
      double[][] atoms, double[] weights, List<Integer> active, int dimension) {
    while (active.size() > 1) {
      List<Integer> some = active.subList(0, Math.min(active.size(), dimension + 1));
      double[] v = nullVector(atoms, some, dimension);
      if (v == null) {
        return;
      }
      move(weights, some, v);
      active.removeIf(k -> weights[k] == 0);
    }
  }

  /** Moves along a null vector until the first weight is zero. */
  private static void move(double[] weights, List<Integer> some, double[] v) {
    double step = Double.POSITIVE_INFINITY;
    int first = -1;
    for (int i = 0; i < v.length; i++) {
      double limit = v[i] > 0 ? weights[some.get(i)] / v[i] : Double.POSITIVE_INFINITY;
      if (limit < step) {
        step = limit;
        first = i;
      }
    }
    for (int i = 0; i < v.length; i++) {
      int k = some.get(i);
      weights[k] = i == first ? 0 : Math.max(0, weights[k] - step * v[i]);
    }
  }

  /** Returns a null vector with a positive entry, or null if the atoms are independent. */
  private static double[] nullVector(double[][] atoms, List<Integer> some, int dimension) {
    int columns = some.size();
    // Padded with zero rows: the decomposition has as many vectors as the shorter side.
    RealMatrix m = MatrixUtils.createRealMatrix(Math.max(dimension, columns), columns);
    for (int j = 0; j < columns; j++) {
      double[] atom = atoms[some.get(j)];
      for (int i = 0; i < dimension; i++) {
        m.setEntry(i, j, atom[i]);
      }
    }
    SingularValueDecomposition svd = new SingularValueDecomposition(m);
    double[] singular = svd.getSingularValues();
    if (singular[columns - 1] > DEPENDENT * singular[0]) {
      return null;
    }
    double[] v = svd.getV().getColumn(columns - 1);
    return Arrays.stream(v).max().orElseThrow() > 0 ? v : Arrays.stream(v).map(x -> -x).toArray();
  }
}
