package dev.lamina.analysis.degeneracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class DensityTest {

  @ParameterizedTest
  @ValueSource(strings = {"2", "3x3", "40x7", "3x10000", "7,10000,7"})
  void massIsKeptAndNeverNegative(String architecture) {
    int[] layers = layers(architecture);
    for (double angle : new double[] {1e-6, Math.PI}) {
      for (LayerDensity density : Degeneracy.densities(layers, angle)) {
        assertThat(density.total()).isCloseTo(1, within(1e-11));
        for (int i = 0; i < density.grid().points(); i++) {
          assertThat(density.density(i)).isNotNegative();
        }
      }
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "5x64; 0.5; 2e-5",
        "20x1000; 1.5; 2e-5",
        "10x20; 0.01; 2e-5",
        // the cut at 0, inside the last cell, matters for narrow layers at large angles
        "30x15; 1.5707963; 1e-2",
        "1000,15,1000; 1; 1e-3"
      })
  void aFinerGridGivesTheSameMoments(String architecture, double angle, double error) {
    int[] layers = layers(architecture);
    DensityGrid grid = DensityGrid.covering(layers, angle);
    LayerDensity coarse = Degeneracy.densities(layers, angle, grid).getLast();
    LayerDensity fine =
        Degeneracy.densities(layers, angle, new DensityGrid(grid.lower() - 5, 2 * grid.points()))
            .getLast();
    assertThat(coarse.mean()).isCloseTo(fine.mean(), within(error));
    assertThat(coarse.sd()).isCloseTo(fine.sd(), within(error));
  }

  @Test
  void theFirstLayerIsTheGaussianOfItsMoments() {
    AngleStep step = AngleStep.at(0.1);
    for (int width : new int[] {50, 1000, 100_000}) {
      LayerDensity density = Degeneracy.densities(new int[] {width}, 0.1).getFirst();
      SmallAngleLaw law = SmallAngleLaw.of(width);
      assertThat(density.mean()).isCloseTo(step.digamma(law), within(1e-10));
      assertThat(density.sd()).isCloseTo(Math.sqrt(step.digammaVariance(law)), within(1e-5));
    }
  }

  @Test
  void stepsNarrowerThanTheGridKeepTheirMean() {
    DensityGrid coarse = new DensityGrid(-45, 451);
    AngleStep step = AngleStep.at(0.1);
    for (int width : new int[] {1000, 100_000, 100_000_000}) {
      LayerDensity density = Degeneracy.densities(new int[] {width}, 0.1, coarse).getFirst();
      assertThat(density.mean()).isCloseTo(step.digamma(SmallAngleLaw.of(width)), within(1e-6));
      assertThat(density.sd()).isLessThan(0.1);
    }
  }

  @Test
  void infinitelyManyUnitsGiveTheInfiniteWidthPath() {
    int[] layers = new int[10];
    Arrays.fill(layers, 1_000_000_000);
    List<LayerDensity> densities = Degeneracy.densities(layers, 1);
    assertThat(densities.getLast().mean())
        .isCloseTo(PointPrediction.of(layers, 1, Rule.INFINITE).means()[9], within(1e-3));
  }

  @Test
  void cumulativeAndKsDistanceFitASampleOfTheLawItself() {
    LayerDensity density = Degeneracy.densities(new int[] {20, 20, 20}, 0.5).getLast();
    double lower = density.grid().lower();
    assertThat(density.cumulative(lower - 1)).isZero();
    assertThat(density.cumulative(1)).isCloseTo(1, within(1e-12));
    assertThat(density.cumulative(density.mean())).isBetween(0.4, 0.6);
    Random random = new Random(5);
    double[] samples = new double[4000];
    for (int i = 0; i < samples.length; i++) {
      samples[i] = invert(density, random.nextDouble());
    }
    samples[7] = Double.NaN;
    // 1.95/sqrt(n) is exceeded with probability 0.001
    assertThat(density.ksDistance(samples)).isBetween(0.002, 1.95 / Math.sqrt(samples.length));
    double[] shifted = Arrays.stream(samples).map(x -> x - 1).toArray();
    assertThat(density.ksDistance(shifted)).isGreaterThan(0.2);
    assertThat(density.ksDistance(new double[] {lower - 10})).isCloseTo(1, within(1e-12));
    assertThat(density.ksDistance(new double[] {Double.NaN})).isNaN();
  }

  private static double invert(LayerDensity density, double probability) {
    double low = density.grid().lower();
    double high = 0.1;
    for (int i = 0; i < 50; i++) {
      double middle = (low + high) / 2;
      if (density.cumulative(middle) < probability) {
        low = middle;
      } else {
        high = middle;
      }
    }
    return low;
  }

  @Test
  void gridsAreBoundedForEveryMixtureOfWidths() {
    DensityGrid grid = DensityGrid.covering(new int[] {1_000_000, 3, 3, 3, 3, 3, 3, 3, 3, 3}, 1);
    assertThat(grid.points()).isEqualTo(4001);
    assertThat(grid.x(grid.points() - 1)).isZero();
    assertThat(grid.x(0)).isEqualTo(grid.lower());
    assertThat(grid.x(1) - grid.x(0)).isCloseTo(grid.spacing(), within(1e-12));
  }

  @Test
  void rejectsGridsWithoutExtent() {
    assertThatThrownBy(() -> new DensityGrid(0, 100))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("0.0 and 100");
    assertThatThrownBy(() -> new DensityGrid(-1, 2)).hasMessageContaining("-1.0 and 2");
    assertThatThrownBy(() -> new DensityGrid(Double.NaN, 9)).hasMessageContaining("NaN");
  }

  private static int[] layers(String architecture) {
    return Convention.NETWORK.layers(Architecture.parse(architecture).widths(10));
  }
}
