package dev.lamina.analysis.sparsity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.sparsity.SparsityStudyResult.LayerPlanes;
import dev.lamina.analysis.sparsity.SparsityStudyResult.Plane;
import java.util.Random;
import org.hipparchus.linear.Array2DRowRealMatrix;
import org.hipparchus.linear.RealMatrix;
import org.hipparchus.linear.SingularValueDecomposition;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Planes of principal components against a singular value decomposition. */
class NeuronPlanesTest {

  private static double[][] gaussian(int rows, int cols, long seed) {
    Random random = new Random(seed);
    double[][] m = new double[rows][cols];
    for (double[] row : m) {
      for (int j = 0; j < cols; j++) {
        row[j] = random.nextGaussian();
      }
    }
    return m;
  }

  @ParameterizedTest
  @CsvSource({"7, 12", "12, 7", "2, 9", "30, 3"})
  void planesAreThoseOfTheSingularVectors(int neurons, int samples) {
    double[][] z = gaussian(neurons, samples, 1);
    double[][] a = gaussian(neurons, samples, 2);
    double[][] r = gaussian(neurons, samples, 3);
    LayerPlanes planes =
        NeuronPlanes.of(z, new LayerForces(4, a, r, ForceForm.TIKHONOV, 0.25, 0.125, 3));
    assertThat(planes.layer()).isEqualTo(4);
    assertThat(planes.residual()).isEqualTo(0.25);
    RealMatrix points = new Array2DRowRealMatrix(z);
    RealMatrix centred = points.copy();
    for (int i = 0; i < neurons; i++) {
      double mean = 0;
      for (double v : z[i]) {
        mean += v / samples;
      }
      for (int j = 0; j < samples; j++) {
        centred.addToEntry(i, j, -mean);
      }
    }
    check(planes.samples(), centred, new Array2DRowRealMatrix(a), new Array2DRowRealMatrix(r));
    check(
        planes.neurons(),
        points.transpose(),
        new Array2DRowRealMatrix(a).transpose(),
        new Array2DRowRealMatrix(r).transpose());
  }

  /** Coordinates are those along the singular vectors, up to a sign for each axis. */
  private static void check(Plane plane, RealMatrix points, RealMatrix a, RealMatrix r) {
    SingularValueDecomposition svd = new SingularValueDecomposition(points);
    double all = Math.pow(points.getFrobeniusNorm(), 2);
    double[] s = svd.getSingularValues();
    assertThat(plane.explained()).isCloseTo((s[0] * s[0] + s[1] * s[1]) / all, within(1e-12));
    for (int axis = 0; axis < 2; axis++) {
      RealMatrix u = svd.getU().getColumnMatrix(axis).transpose();
      double[] at = u.multiply(points).getRow(0);
      double[] pull = u.multiply(a).getRow(0);
      double[] push = u.multiply(r).getRow(0);
      var coordinates = axis == 0 ? plane.x() : plane.y();
      double sign = Math.signum(coordinates.getFirst() * at[0]);
      for (int j = 0; j < at.length; j++) {
        assertThat(coordinates.get(j)).isCloseTo(sign * at[j], within(1e-10));
        assertThat((axis == 0 ? plane.attractionX() : plane.attractionY()).get(j))
            .isCloseTo(-sign * pull[j], within(1e-10));
        assertThat((axis == 0 ? plane.repulsionX() : plane.repulsionY()).get(j))
            .isCloseTo(-sign * push[j], within(1e-10));
      }
    }
  }
}
