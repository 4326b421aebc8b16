package dev.lamina.analysis.curvature;

import dev.lamina.analysis.embedding.Lift;
import dev.lamina.analysis.embedding.LocalIdentity;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.UnaryOperator;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * The eigenvalues that lifts of a point get from a gradient that is not zero [derived]: on the
 * kernel of Dπ, where the Hessian of a lifted critical point vanishes, it is the bilinear form Σ
 * ∂R/∂θₖ D²πₖ, which has eigenvalues of both signs, of the size of the gradient. They say nothing
 * about the critical point nearby.
 */
public final class SpuriousPairs {
  /** Eigenvalues of Dπᵀ Dπ below this share of the largest belong to the kernel. */
  private static final double KERNEL = 1e-12;

  /** For eigenvalues, in the sense of Hipparchus. */
  private static final double EPSILON = 1e-15;

  private SpuriousPairs() {}

  /**
   * {@return the eigenvalues of the bilinear form on the kernel of Dπ, ascending: as many as the
   * kernel has dimensions}
   *
   * @param lifts one after another, the shallowest first; several are taken as one
   * @param gradient of the risk at the shallowest network
   */
  public static double[] of(List<Lift> lifts, double[] gradient) {
    if (lifts.isEmpty()) {
      return new double[0];
    }
    List<LocalIdentity> maps = lifts.stream().map(Lift::identity).toList();
    List<double[]> gradients = new ArrayList<>(List.of(gradient));
    maps.forEach(map -> gradients.add(map.pull(gradients.getLast())));
    int size = gradients.getLast().length;
    double[][] basis = kernel(matrix(size, v -> push(maps, v)));
    if (basis.length == 0) {
      return new double[0];
    }
    RealMatrix kernel = MatrixUtils.createRealMatrix(basis).transpose();
    RealMatrix form = matrix(size, v -> bend(maps, gradients, v));
    RealMatrix within = kernel.transposeMultiply(form.multiply(kernel));
    return eigen(within).getEigenvalues();
  }

  private static double[] push(List<LocalIdentity> maps, double[] v) {
    double[] moved = v;
    for (LocalIdentity map : maps.reversed()) {
      moved = map.push(moved);
    }
    return moved;
  }

  /** Adds the second derivatives of every map, each seen from the deepest network. */
  private static double[] bend(List<LocalIdentity> maps, List<double[]> gradients, double[] v) {
    double[] sum = null;
    for (int k = 0; k < maps.size(); k++) {
      double[] at = push(maps.subList(k + 1, maps.size()), v);
      double[] bent = maps.get(k).bend(gradients.get(k), at);
      sum = sum == null ? bent : add(maps.get(k).pull(sum), bent);
    }
    return sum;
  }

  private static double[] add(double[] a, double[] b) {
    double[] sum = a.clone();
    Arrays.setAll(sum, i -> a[i] + b[i]);
    return sum;
  }

  private static RealMatrix matrix(int columns, UnaryOperator<double[]> map) {
    double[][] images = new double[columns][];
    for (int k = 0; k < columns; k++) {
      double[] unit = new double[columns];
      unit[k] = 1;
      images[k] = map.apply(unit);
    }
    return MatrixUtils.createRealMatrix(images).transpose();
  }

  /** Returns an orthonormal basis of the kernel, in rows. */
  private static double[][] kernel(RealMatrix derivative) {
    EigenDecompositionSymmetric eigen = eigen(derivative.transposeMultiply(derivative));
    double[] values = eigen.getEigenvalues();
    double largest = Arrays.stream(values).max().orElse(0);
    List<double[]> basis = new ArrayList<>();
    for (int k = 0; k < values.length; k++) {
      if (values[k] <= KERNEL * largest) {
        basis.add(eigen.getEigenvector(k).toArray());
      }
    }
    return basis.toArray(double[][]::new);
  }

  private static EigenDecompositionSymmetric eigen(RealMatrix m) {
    RealMatrix symmetric = m.add(m.transpose()).scalarMultiply(0.5);
    return new EigenDecompositionSymmetric(symmetric, EPSILON, false);
  }
}
