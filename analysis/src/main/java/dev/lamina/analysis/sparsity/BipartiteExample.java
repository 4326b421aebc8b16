package dev.lamina.analysis.sparsity;

import java.util.Arrays;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.MatrixUtils;

/**
 * Data on which relu networks of two layers need N²/4 neurons (arXiv 2205.15809, section 4): X = I
 * and
 *
 * <pre>  Y = [ (N/2) I   1 1ᵀ  ]
 *       [  1 1ᵀ   (N/2) I ]  = Eᵀ E</pre>
 *
 * with the edge-vertex incidence matrix E of the complete bipartite graph, one row for each of its
 * N²/4 edges. A graph without triangles makes Y need as many non-negative rank-one terms as it has
 * edges (its completely positive rank), so every minimiser of the representation cost has that many
 * neurons (published). Derived: the cost is N² = 2 |Y|_*, reached by W_1 = E, W_2 = Eᵀ, and the
 * losses of networks of any width are at least {@link #bound}, reached from N²/4 neurons on.
 *
 * @param samples N ≥ 2, even
 */
public record BipartiteExample(int samples) {

  /** Checks that the number of samples is even. */
  public BipartiteExample {
    if (samples < 2 || samples % 2 != 0) {
      throw new IllegalArgumentException(
          "the example of N²/4 neurons needs an even number of samples ≥ 2 but has " + samples);
    }
  }

  /** {@return X = I, N×N} */
  public double[][] inputs() {
    return MatrixUtils.createRealIdentityMatrix(samples).getData();
  }

  /** {@return E, N²/4 × N: row (i, j) has ones at i and N/2 + j} */
  public double[][] incidence() {
    int half = samples / 2;
    double[][] e = new double[neurons()][samples];
    for (int k = 0; k < e.length; k++) {
      e[k][k / half] = 1;
      e[k][half + k % half] = 1;
    }
    return e;
  }

  /** {@return Y = Eᵀ E, N×N} */
  public double[][] targets() {
    Array2DRowRealMatrix e = new Array2DRowRealMatrix(incidence());
    return e.transposeMultiply(e).getData();
  }

  /** {@return N²/4, the number of neurons at which the plateau begins} */
  public int neurons() {
    return Math.multiplyExact(samples, samples) / 4;
  }

  /** {@return the representation cost N²} */
  public int cost() {
    return Math.multiplyExact(samples, samples);
  }

  /** {@return the eigenvalues of Y, descending: N, N/2 (N − 2 times), 0} */
  public double[] eigenvalues() {
    double[] values = new double[samples];
    Arrays.fill(values, samples / 2.0);
    values[0] = samples;
    values[samples - 1] = 0;
    return values;
  }

  /**
   * {@return the least loss of networks of two layers and any width: that of linear ones, which is
   * reached on the plateau}
   *
   * @param lambda λ &gt; 0
   */
  public double bound(double lambda) {
    return bound(samples, lambda);
  }

  /**
   * {@return a lower bound of the loss of networks of some width: that of linear ones of this rank}
   *
   * @param width hidden neurons, ≥ 0
   * @param lambda λ &gt; 0
   */
  public double bound(int width, double lambda) {
    Checks.positive("lambda", lambda);
    return NuclearBound.ofTwoLayers(eigenvalues(), width, samples, lambda);
  }
}
