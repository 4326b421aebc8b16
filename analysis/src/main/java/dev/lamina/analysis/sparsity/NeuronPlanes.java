package dev.lamina.analysis.sparsity;

import dev.lamina.analysis.sparsity.SparsityStudyResult.LayerPlanes;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Plane;
import java.util.Arrays;
import java.util.List;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.EigenDecompositionSymmetric;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;

/**
 * Projects representations and the forces on them onto principal components, as figure 1 of arXiv
 * 2205.15809: samples are points in the space of neurons, neurons points in the space of samples.
 * The components of samples are about their mean, those of neurons about 0, so that neurons on one
 * ray lie on a line through it.
 */
final class NeuronPlanes {
  private NeuronPlanes() {}

  /** Returns the planes of one layer: z, n×N, and the forces on it. */
  static LayerPlanes of(double[][] z, LayerForces forces) {
    RealMatrix points = new Array2DRowRealMatrix(z);
    RealMatrix attraction = new Array2DRowRealMatrix(forces.attraction()).scalarMultiply(-1);
    RealMatrix repulsion = new Array2DRowRealMatrix(forces.repulsion()).scalarMultiply(-1);
    return new LayerPlanes(
        forces.layer(),
        plane(centred(points), attraction, repulsion),
        plane(points.transpose(), attraction.transpose(), repulsion.transpose()),
        forces.attractionNorm(),
        forces.repulsionNorm(),
        cosine(forces),
        forces.residual());
  }

  private static double cosine(LayerForces forces) {
    double product = 0;
    for (int k = 0; k < forces.attraction().length; k++) {
      product += GroupLasso.dot(forces.attraction()[k], forces.repulsion()[k]);
    }
    // 0/0 is NaN, as it should be.
    return product / (forces.attractionNorm() * forces.repulsionNorm());
  }

  private static RealMatrix centred(RealMatrix z) {
    RealMatrix centred = z.copy();
    for (int i = 0; i < z.getRowDimension(); i++) {
      double mean = Arrays.stream(z.getRow(i)).average().orElseThrow();
      for (int j = 0; j < z.getColumnDimension(); j++) {
        centred.addToEntry(i, j, -mean);
      }
    }
    return centred;
  }

  /** Projects columns. */
  private static Plane plane(RealMatrix points, RealMatrix attraction, RealMatrix repulsion) {
    RealMatrix axes = axes(points);
    RealMatrix at = axes.multiply(points);
    RealMatrix a = axes.multiply(attraction);
    RealMatrix r = axes.multiply(repulsion);
    double all = Math.pow(points.getFrobeniusNorm(), 2);
    return new Plane(
        row(at, 0),
        row(at, 1),
        row(a, 0),
        row(a, 1),
        row(r, 0),
        row(r, 1),
        all > 0 ? Math.pow(at.getFrobeniusNorm(), 2) / all : 1);
  }

  private static List<Double> row(RealMatrix m, int row) {
    return Arrays.stream(m.getRow(row)).boxed().toList();
  }

  /** Returns two orthonormal rows along which the columns vary most, from the smaller square. */
  private static RealMatrix axes(RealMatrix points) {
    int rows = points.getRowDimension();
    boolean few = rows <= points.getColumnDimension();
    RealMatrix square = few ? points.multiplyTransposed(points) : points.transposeMultiply(points);
    EigenDecompositionSymmetric eigen = new EigenDecompositionSymmetric(square);
    RealMatrix axes = MatrixUtils.createRealMatrix(2, rows);
    for (int k = 0; k < Math.min(2, square.getRowDimension()); k++) {
      double[] v = eigen.getEigenvector(k).toArray();
      double[] axis = few ? v : points.operate(v);
      double length = GroupLasso.norm(axis);
      for (int i = 0; i < rows && length > 0; i++) {
        axes.setEntry(k, i, axis[i] / length);
      }
    }
    return axes;
  }
}
