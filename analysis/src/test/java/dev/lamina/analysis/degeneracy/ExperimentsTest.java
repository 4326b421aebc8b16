package dev.lamina.analysis.degeneracy;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.analysis.degeneracy.AngleEvolution.Histogram;
import dev.lamina.analysis.degeneracy.AngleEvolution.Layer;
import dev.lamina.analysis.degeneracy.DecayLaws.FiniteDecay;
import dev.lamina.analysis.degeneracy.DecayLaws.InfiniteDecay;
import java.util.List;
import org.junit.jupiter.api.Test;

class ExperimentsTest {

  @Test
  void oneLayerMeansAndVariancesAreWithinTheStatedErrors() {
    List<OneLayerExperiment.Row> rows =
        OneLayerExperiment.run(
            new OneLayerExperiment.Config(
                List.of(0.01, 0.1, 0.5, 1.0, Math.PI / 2, 2.5),
                List.of(64, 256),
                MonteCarloSettings.of(20_000, 1)));
    assertThat(rows).hasSize(12);
    for (OneLayerExperiment.Row row : rows) {
      double n2 = (double) row.width() * row.width();
      double noise = 4 * row.sampled().standardError();
      double varianceNoise = 4 * row.varianceStandardError();
      assertThat(row.sampled().mean()).isCloseTo(row.paperMean(), within(noise + 95 / n2));
      assertThat(row.sampled().mean()).isCloseTo(row.digamma(), within(noise + 15 / n2));
      assertThat(row.sampledVariance())
          .isCloseTo(row.paperVariance(), within(varianceNoise + 110 / n2));
      assertThat(row.sampledVariance())
          .isCloseTo(row.digammaVariance(), within(varianceNoise + 30 / n2));
    }
    OneLayerExperiment.Row narrow = rows.getFirst();
    assertThat(narrow.sampled().mean() - narrow.paperMean()).isBetween(0.009, 0.033);
  }

  @Test
  void angleEvolutionMatchesThePublishedFigure() {
    AngleEvolution.Result result = AngleEvolution.run(AngleEvolution.Config.published(1));
    assertThat(result.layers()).hasSize(32);
    Layer first = result.layers().getFirst();
    assertThat(first.sampled().mean()).isCloseTo(-4.6085, within(1e-4));
    assertThat(first.sampled().sd()).isZero();
    Layer last = result.layers().getLast();
    assertThat(last.layer()).isEqualTo(31);
    assertThat(last.sampled().mean()).isCloseTo(-5.425, within(0.05));
    assertThat(last.sampled().sd()).isCloseTo(0.87, within(0.035));
    assertThat(last.approximation1()).isCloseTo(-5.434069107788, within(1e-12));
    assertThat(last.approximation2Mean()).isCloseTo(-5.457, within(1e-3));
    assertThat(last.approximation2Sd()).isCloseTo(0.856, within(1e-3));
    assertThat(last.infinite()).isCloseTo(-5.183, within(1e-3));
    assertThat(last.densityMean()).isCloseTo(last.sampled().mean(), within(0.05));
    assertThat(result.histograms()).extracting(Histogram::layer).containsExactly(1, 30);
    for (Histogram histogram : result.histograms()) {
      assertThat(histogram.counts().stream().mapToInt(Integer::intValue).sum()).isEqualTo(5000);
      assertThat(histogram.edges()).hasSize(histogram.counts().size() + 1);
      assertThat(histogram.approximation2().ksDistance()).isLessThan(0.05);
      assertThat(histogram.density().ksDistance()).isLessThan(0.05);
      assertThat(histogram.density().ksPValue()).isBetween(0.0, 1.0);
      double area = 0;
      for (int i = 0; i < histogram.counts().size(); i++) {
        area +=
            histogram.sampleDensity().get(i)
                * (histogram.edges().get(i + 1) - histogram.edges().get(i));
      }
      assertThat(area).isCloseTo(1, within(1e-9));
    }
    assertThat(result.histograms().getFirst().approximation2().ksPValue()).isGreaterThan(1e-3);
  }

  @Test
  void decayFollowsTheInverseDepthAndTheExactDecrement() {
    DecayLaws.Result result =
        DecayLaws.run(
            new DecayLaws.Config(
                100_000, List.of(15, 64), 1e-4, 60, MonteCarloSettings.of(4000, 6)));
    assertThat(ratioAt(result, 100)).isCloseTo(0.898, within(5e-4));
    assertThat(ratioAt(result, 1000)).isCloseTo(0.985, within(5e-4));
    assertThat(ratioAt(result, 10_000)).isCloseTo(0.998, within(5e-4));
    assertThat(ratioAt(result, 100_000)).isCloseTo(0.9998, within(5e-5));
    InfiniteDecay deepest = result.infinite().getLast();
    double scale = 9 * Math.PI * Math.PI / (2 * Math.pow(deepest.layer(), 2));
    assertThat((1 - Math.cos(deepest.angle())) / scale).isCloseTo(0.9995, within(5e-4));
    for (FiniteDecay decay : result.finite()) {
      double noise = 4 * decay.slopeStandardError() + 2e-5;
      assertThat(decay.slope()).isCloseTo(-decay.law().decrement(), within(noise));
      assertThat(decay.slope() + decay.law().publishedDecrement()).isGreaterThan(noise);
      assertThat(decay.layers()).hasSize(60);
    }
  }

  private static double ratioAt(DecayLaws.Result result, int layer) {
    return result.infinite().stream()
        .filter(row -> row.layer() == layer)
        .findFirst()
        .orElseThrow()
        .ratio();
  }

  @Test
  void sweepShowsThatTheOrderOfWidthsMattersLittleAndFiniteWidthMuch() {
    List<ArchitectureSweep.Row> rows =
        ArchitectureSweep.run(
            new ArchitectureSweep.Config(
                List.of(
                    Architecture.parse("128,64,32,16"),
                    Architecture.parse("16,32,64,128"),
                    Architecture.parse("4x8")),
                784,
                10,
                Math.PI / 2,
                Convention.NETWORK,
                MonteCarloSettings.of(4000, 1)));
    ArchitectureSweep.Row down = rows.getFirst();
    ArchitectureSweep.Row up = rows.get(1);
    assertThat(down.infinite()).isEqualTo(up.infinite());
    assertThat(down.digamma()).isNotEqualTo(up.digamma());
    // the law of a layer depends on the angle in front of it: narrow layers hurt more late
    assertThat(up.density()).isGreaterThan(down.density());
    assertThat(up.sampled().mean()).isGreaterThan(down.sampled().mean());
    assertThat(down.weights()).isEqualTo(784 * 128 + 128 * 64 + 64 * 32 + 32 * 16 + 16 * 10);
    assertThat(rows.get(2).collapseProbability())
        .isCloseTo(1 - Math.pow(1 - 9.0 / 256, 4), within(1e-14));
    assertThat(rows.get(2).sampled().excludedFraction())
        .isLessThan(rows.get(2).collapseProbability());
  }

  @Test
  void standardConfigurationsAreTheDocumentedOnes() {
    MonteCarloSettings settings = MonteCarloSettings.of(100, 1);
    assertThat(OneLayerExperiment.Config.standard(settings).widths())
        .containsExactly(64, 256, 1024);
    assertThat(DecayLaws.Config.standard(settings).widths()).containsExactly(15, 64, 256);
    assertThat(ArchitectureSweep.Config.standardArchitectures())
        .extracting(Architecture::toString)
        .contains("2x85", "512,256,128,64,32");
  }

  @Test
  void architecturesParseAndPrint() {
    assertThat(Architecture.parse("512, 256,3x64").hidden()).containsExactly(512, 256, 64, 64, 64);
    for (String text : List.of("7", "2x85", "512,256,3x64", "3x4,5,2x4")) {
      assertThat(Architecture.parse(text)).hasToString(text);
    }
    assertThat(Architecture.parse("4,4,4")).hasToString("3x4");
    assertThat(Architecture.parse("9,3").widths(784)).containsExactly(784, 9, 3);
    for (String text : List.of("", "a", "3x", "x3", "3,,4", "-3", "99999999999")) {
      assertThatThrownBy(() -> Architecture.parse(text))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("'" + text + "'");
    }
    assertThatThrownBy(() -> Architecture.parse("3x1")).hasMessageContaining("at least 2");
    assertThatThrownBy(() -> Architecture.parse("0x10")).hasMessageContaining("at least one");
    assertThatThrownBy(() -> Architecture.parse("200000x10")).hasMessageContaining("100000 layers");
  }

  @Test
  void evolutionRejectsHistogramsBeyondTheLastLayer() {
    assertThatThrownBy(() ->
            new AngleEvolution.Config(10, 0.1, 5, List.of(6), 10, MonteCarloSettings.of(10, 1)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("[6]");
    assertThatThrownBy(() ->
            AngleEvolution.run(
                new AngleEvolution.Config(
                    2, 0.1, 60, List.of(60), 10, MonteCarloSettings.of(10, 1))))
        .hasMessageContaining("collapsed");
  }
}
