package dev.lamina.analysis.data;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.matrix.DType;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SyntheticTest {
  private static final DataSources SOURCES = new DataSources(new CacheFolder(Path.of("none")), 11);

  @Test
  void clustersLieAroundTheirCentres() {
    DataSource.Clusters source = new DataSource.Clusters(6000, 5, 3, 4, Optional.of(2L));
    try (DataParts parts = SOURCES.load(source, DType.FLOAT64)) {
      DataSet set = parts.train();
      Response.Classes classes = (Response.Classes) set.response();
      assertThat(classes.counts()).containsExactly(2000, 2000, 2000);
      double[] squares = new double[3];
      for (int c = 0; c < 3; c++) {
        double[] centre = new double[5];
        for (int i = 0; i < 6000; i++) {
          for (int j = 0; j < 5 && classes.label(i) == c; j++) {
            centre[j] += set.x().get(i, j) / 2000;
          }
        }
        for (double v : centre) {
          squares[c] += v * v;
        }
      }
      // The centre of 2000 samples is 4 away, up to noise of 1/√2000 per axis.
      assertThat(Arrays.stream(squares).boxed())
          .allSatisfy(s -> assertThat(Math.sqrt(s)).isCloseTo(4, within(0.1)));
    }
  }

  @Test
  void theSphereIsUnitAndBalanced() {
    DataSource.Sphere source = new DataSource.Sphere(4000, 3, Optional.empty());
    try (DataParts parts = SOURCES.load(source, DType.FLOAT64)) {
      double[] mean = new double[3];
      for (double[] p : parts.train().x().toArray()) {
        assertThat(p[0] * p[0] + p[1] * p[1] + p[2] * p[2]).isCloseTo(1, within(1e-14));
        for (int j = 0; j < 3; j++) {
          mean[j] += p[j] / 4000;
        }
      }
      // Standard deviation of each mean: 1/√(3·4000) = 0.009.
      assertThat(Arrays.stream(mean).boxed())
          .allSatisfy(m -> assertThat(m).isCloseTo(0, within(0.046)));
      long[] counts = ((Response.Classes) parts.train().response()).counts();
      assertThat(counts[0]).isBetween(1840L, 2160L);
    }
  }

  @Test
  void xorIsTheSignOfAProduct() {
    DataSource.Xor source = new DataSource.Xor(4000, 5, Optional.of(3L));
    try (DataParts parts = SOURCES.load(source, DType.FLOAT64)) {
      DataSet set = parts.train();
      Response.Classes classes = (Response.Classes) set.response();
      double[] correlation = new double[5];
      double square = 0;
      for (int i = 0; i < 4000; i++) {
        boolean same = set.x().get(i, 0) < 0 == set.x().get(i, 1) < 0;
        assertThat(classes.label(i)).isEqualTo(same ? 1 : 0);
        for (int j = 0; j < 5; j++) {
          correlation[j] += set.x().get(i, j) * (same ? 1 : -1) / 4000;
          square += set.x().get(i, j) * set.x().get(i, j) / 20000;
        }
      }
      // No feature alone knows the class: standard deviation 1/√4000 = 0.016 each.
      assertThat(Arrays.stream(correlation).boxed())
          .allSatisfy(c -> assertThat(c).isCloseTo(0, within(0.08)));
      assertThat(square).isCloseTo(1, within(0.05)); // standard deviation √(2/20000) = 0.01
    }
  }

  @Test
  void curvesAreSampledEvenlyAndTestedInBetween() {
    DataSource.Curve source = new DataSource.Curve(TargetFunction.STAIRS, 21, -15, 15);
    try (DataParts parts = SOURCES.load(source, DType.FLOAT64)) {
      double[][] x = parts.train().x().toArray();
      double[][] y = ((Response.Values) parts.train().response()).values().toArray();
      for (int i = 0; i < 21; i++) {
        assertThat(x[i][0]).isCloseTo(-15 + 1.5 * i, within(1e-13));
        assertThat(y[i][0]).isCloseTo(-y[20 - i][0], within(1e-13)); // odd
      }
      assertThat(y[0][0]).isCloseTo(-3, within(1e-6));
      assertThat(y[20][0]).isCloseTo(3, within(1e-6));
      // tanh by exponentials at x = 1.5
      assertThat(y[11][0]).isCloseTo(step(1.5 - 7) + step(1.5) + step(1.5 + 7), within(1e-13));
      double[][] between = parts.test().orElseThrow().x().toArray();
      assertThat(between).hasDimensions(20, 1);
      assertThat(between[3][0]).isCloseTo((x[3][0] + x[4][0]) / 2, within(1e-13));
    }
    assertThat(TargetFunction.HINGES.value(-2)).isEqualTo(7);
    assertThat(TargetFunction.HINGES.value(4)).isEqualTo(-3);
    assertThat(TargetFunction.HINGES.value(10)).isEqualTo(-5);
  }

  private static double step(double x) {
    return 1 - 2 / (1 + Math.exp(2 * x));
  }

  @Test
  void theSeedDecides() {
    DataSource.Sphere free = new DataSource.Sphere(3, 2, Optional.empty());
    DataSource.Sphere fixed = new DataSource.Sphere(3, 2, Optional.of(11L));
    DataSource.Sphere other = new DataSource.Sphere(3, 2, Optional.of(12L));
    try (DataParts a = SOURCES.load(free, DType.FLOAT64);
        DataParts b = SOURCES.load(fixed, DType.FLOAT64);
        DataParts c = SOURCES.load(other, DType.FLOAT64)) {
      assertThat(a.train().x().toArray()).isDeepEqualTo(b.train().x().toArray());
      assertThat(a.train().x().get(0, 0)).isNotEqualTo(c.train().x().get(0, 0));
    }
  }

  @Test
  void checksItsNumbers() {
    assertThatThrownBy(() -> new DataSource.Clusters(2, 1, 3, 1, Optional.empty()))
        .isInstanceOf(DataException.class)
        .hasMessageContaining("1 ≤ classes ≤ rows but has rows 2, features 1, classes 3");
    assertThatThrownBy(() -> new DataSource.Clusters(2, 1, 1, Double.NaN, Optional.empty()))
        .hasMessage("clusters: separation must be ≥ 0 and finite but is NaN");
    assertThatThrownBy(() -> new DataSource.Sphere(0, 1, Optional.empty()))
        .hasMessage("sphere: needs rows ≥ 1 and features ≥ 1 but has rows 0, features 1");
    assertThatThrownBy(() -> new DataSource.Xor(9, 1, Optional.empty()))
        .hasMessage("xor: needs rows ≥ 1 and features ≥ 2 but has rows 9, features 1");
    assertThatThrownBy(() -> new DataSource.Curve(TargetFunction.HINGES, 5, 2, 2))
        .hasMessage(
            "curve: needs rows ≥ 2 and from < to, both finite, but has rows 5, from 2.0, to 2.0");
  }
}
