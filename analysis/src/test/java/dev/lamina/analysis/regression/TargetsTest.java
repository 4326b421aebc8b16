package dev.lamina.analysis.regression;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.data.DataException;
import dev.lamina.matrix.HostMatrix;
import dev.lamina.matrix.ShapeException;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import org.junit.jupiter.api.Test;

final class TargetsTest {

  @Test
  void codesClassesAsCentredOneHotRows() {
    try (HostMatrix y = Targets.ofLabels(new int[] {2, 0}, 4).toMatrix()) {
      assertThat(y.toArray())
          .isDeepEqualTo(new double[][] {{-.25, -.25, .75, -.25}, {.75, -.25, -.25, -.25}});
    }
  }

  /** The reason why there is no choice of coding: one more number in all outputs of a sample. */
  @Test
  void oneHotRowsWouldPredictTheSameClasses() {
    double[][] weights = {{.7, -.1, .3}, {.2, .9, -.4}}; // any linear prediction from three samples
    int[] labels = {2, 0, 1};
    try (HostMatrix y = Targets.ofLabels(labels, 3).toMatrix()) {
      for (double[] w : weights) {
        double shift = (w[0] + w[1] + w[2]) / 3;
        for (int c = 0; c < 3; c++) {
          double centred = 0;
          double oneHot = 0;
          for (int i = 0; i < 3; i++) {
            centred += w[i] * y.get(i, c);
            oneHot += labels[i] == c ? w[i] : 0;
          }
          assertThat(oneHot - centred).isCloseTo(shift, within(1e-15));
        }
      }
    }
  }

  @Test
  void passesNumbersOn() {
    try (HostMatrix numbers = HostMatrix.of(new double[][] {{1.5}, {2}});
        HostMatrix y = Targets.ofValues(numbers).toMatrix()) {
      assertThat(y.toArray()).isDeepEqualTo(new double[][] {{1.5}, {2}});
    }
  }

  @Test
  void predictsTheFirstOfTheLargestOutputs() {
    Targets labels = Targets.ofLabels(new int[] {1, 0, 1}, 3);
    try (HostMatrix mean = HostMatrix.of(new double[][] {{0, 2, 2}, {-1, -2, -3}, {5, 4, 4}})) {
      assertThat(labels.score(mean)).isEqualTo(new Score.Accuracy(2, 3));
    }
  }

  @Test
  void refusesLabelsOutsideTheirRange() {
    assertThatThrownBy(() -> Targets.ofLabels(new int[] {0, 3}, 3))
        .isInstanceOf(DataException.class)
        .hasMessage("the class label of row 1 must lie in 0 … 2 but is 3");
    assertThatThrownBy(() -> Targets.ofLabels(new int[] {-1}, 3)).hasMessageContaining("but is -1");
    assertThatThrownBy(() -> Targets.ofLabels(new int[] {0}, 1))
        .hasMessage("classification needs at least 2 classes but there is only [0]");
  }

  @Test
  void scoresRealTargetsByRootMeanSquare() {
    try (HostMatrix y = HostMatrix.of(new double[][] {{1, 2}, {3, 4}});
        HostMatrix mean = HostMatrix.of(new double[][] {{1, 2}, {3, 8}});
        HostMatrix wrong = HostMatrix.of(new double[][] {{1, 2}})) {
      assertThat(Targets.ofValues(y).score(mean).value()).isEqualTo(2);
      assertThatThrownBy(() -> Targets.ofValues(y).score(wrong))
          .isInstanceOf(ShapeException.class)
          .hasMessage("score: predictions must be 2×2 like the targets but are 1×2 float64");
    }
  }

  @Test
  void wilsonIntervalAgreesWithItsFormula() {
    Score.Accuracy accuracy = new Score.Accuracy(391, 397);
    double z = 1.959963984540054;
    double p = 391 / 397.0;
    double centre = (p + z * z / 2 / 397) / (1 + z * z / 397);
    double half = z / (1 + z * z / 397) * Math.sqrt(p * (1 - p) / 397 + z * z / 4 / 397 / 397);
    assertThat(accuracy.lower()).isCloseTo(centre - half, within(1e-9));
    assertThat(accuracy.upper()).isCloseTo(centre + half, within(1e-9));
  }

  @Property
  void intervalContainsTheShareAndStaysInTheUnitInterval(
      @ForAll @IntRange(min = 1, max = 20_000) int total,
      @ForAll @IntRange(max = 20_000) int part) {
    Score.Accuracy accuracy = new Score.Accuracy(Math.min(part, total), total);
    double value = accuracy.value();
    // At 0 and 1 an end of the interval is the share itself, up to rounding.
    assertThat(accuracy.lower()).isBetween(-1e-12, value + 1e-12);
    assertThat(accuracy.upper()).isBetween(value - 1e-12, 1 + 1e-12);
  }
}
