package dev.lamina.analysis.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.typesafe.config.ConfigFactory;
import dev.lamina.Lamina;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.TargetFunction;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.report.Block;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.report.Plot;
import dev.lamina.analysis.report.Series;
import dev.lamina.analysis.report.Table;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySections;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigReader;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The section {@code growth}. */
class GrowthTest {
  private static final NetworkConfig NETWORK =
      new NetworkConfig(List.of(6, 6), Activation.Smooth.TANH, new WeightInit.Normal(0.3), true);
  private static final String SIZES = "rate = 0.02, sizes = [11, 15, 21], nested = central, ";

  @TempDir private Path folder;

  private static GrowthConfig read(String text) {
    ConfigErrors errors = new ConfigErrors();
    GrowthConfig config =
        ConfigReader.of(ConfigFactory.parseString(text), errors)
            .read(r -> new GrowthSection().read(r, NETWORK))
            .orElse(null);
    errors.throwIfAny();
    return config;
  }

  private static StudyContext context(Lamina lamina, PreparedData data, Optional<Path> kept) {
    return new StudyContext(lamina, data, NETWORK, 5, kept);
  }

  private GrowthResult run(String text, int threads, Optional<Path> kept) {
    try (Lamina lamina = GoldenNetworks.open(threads);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.STAIRS, 21)) {
      return new GrowthSection().run(context(lamina, data, kept), read(text), Progress.NONE);
    }
  }

  /** With the same samples nothing happens: it is one training, as the other section does it. */
  @Test
  void goingOnWithTheSameSamplesIsOneTraining() {
    GrowthResult grown =
        run(SIZES + "epochs = 60, grow-at = 40, record-every = 10", 2, Optional.empty());
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.STAIRS, 21);
        PreparedData middle =
            new PreparedData(
                data.train().select(IntStream.range(5, 16).toArray(), DType.FLOAT64, "middle"),
                data.test().select(IntStream.range(0, 20).toArray(), DType.FLOAT64, "all"))) {
      LinearityConfig config =
          ConfigReader.of(
                  ConfigFactory.parseString("rate = 0.02, epochs = 60, record-every = 10"),
                  new ConfigErrors())
              .read(r -> new LinearitySection().read(r, NETWORK))
              .orElseThrow();
      LinearityResult straight =
          new LinearitySection()
              .run(context(lamina, middle, Optional.empty()), config, Progress.NONE);
      Moment want = straight.runs().getFirst().last();
      Moment got = grown.runs().getFirst().after().getLast();
      assertThat(got.epoch()).isEqualTo(60);
      assertThat(got.loss()).isEqualTo(want.loss());
      assertThat(got.minPearson()).isEqualTo(want.minPearson());
    }
    GrowthResult.Run same = grown.runs().getFirst();
    assertThat(same.size()).isEqualTo(11);
    assertThat(same.after().getFirst()).isEqualTo(same.before().getLast());
    assertThat(grown.runs()).extracting(GrowthResult.Run::size).containsExactly(11, 15, 21);
    for (GrowthResult.Run run : grown.runs()) {
      assertThat(run.before()).isEqualTo(same.before());
      assertThat(run.after().getFirst().epoch()).isEqualTo(40);
      assertThat(run.after().getFirst().loss())
          .as("the stairs are higher outside")
          .isGreaterThanOrEqualTo(same.before().getLast().loss());
    }
  }

  @Test
  void anInterruptedSectionFindsTheSame() {
    String text = SIZES + "runs = 2, grow-at = 20, record-every = 10, epochs = ";
    GrowthResult straight = run(text + 60, 1, Optional.empty());
    Optional<Path> kept = Optional.of(folder.resolve("kept"));
    run(text + 40, 2, kept);
    assertThat(Json.write(run(text + 60, 2, kept))).isEqualTo(Json.write(straight));
    assertThat(straight.runs()).hasSize(6);
    assertThat(straight.runs().get(3).seed()).isEqualTo(6);
    assertThat(Json.read(Json.write(straight), GrowthResult.class)).isEqualTo(straight);
  }

  /** S′ ⊂ S: lifts for S are lifts for S′. */
  @Test
  void liftsForMoreSamplesAreLiftsForFewer() {
    GrowthResult result =
        run(
            "rate = 0.02, sizes = [3, 11, 21], nested = central, epochs = 2, grow-at = 1, record-every = 1",
            1,
            Optional.empty());
    for (int k = 0; k < 3; k++) {
      List<Double> shares = result.members().get(k).shares();
      for (int other = 0; other <= k; other++) {
        assertThat(shares.get(other)).isEqualTo(1);
      }
      for (int other = k + 1; other < 3; other++) {
        assertThat(shares.get(other)).isLessThanOrEqualTo(shares.get(other - 1));
      }
    }
    assertThat(result.members().getFirst().shares().getLast()).isLessThan(1);
  }

  @Test
  void theResultIsShown() {
    String text = SIZES + "epochs = 30, grow-at = 20, record-every = 10";
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.STAIRS, 21)) {
      StudyContext context = context(lamina, data, Optional.empty());
      GrowthResult result = new GrowthSection().run(context, read(text), Progress.NONE);
      assertThat(Json.write(new GrowthSection().view(context, read(text), result)))
          .contains(
              "21 samples", "those in the middle of 21 rows: 11, from epoch 20", "members for 15");
    }
    assertThat(StudySections.all()).anyMatch(GrowthSection.class::isInstance);
  }

  /** Half of the loss 1,000 epochs after the growth is what counts, not that right after it. */
  @Test
  void whoLeftThePlateauIsCounted() {
    String text =
        "rate = 1, sizes = [3, 5], runs = 2, epochs = 4020, grow-at = 20, record-every = 20";
    GrowthResult result =
        new GrowthResult(
            21,
            List.of(
                run(5, 3, 1, 0.4, 0.3, 0.21), run(5, 5, 1, 0.4, 0.1, 0.1),
                run(6, 3, 1, 0.4, 0.4, 0.4), run(6, 5, 3, 0.4, 0.3, 0.19)),
            List.of());
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.STAIRS, 21)) {
      StudyContext context = context(lamina, data, Optional.empty());
      List<Block> blocks = new GrowthView(read(text), context, result).view().blocks();
      Table numbers = (Table) blocks.get(5);
      assertThat(numbers.id()).isEqualTo("escape-numbers");
      assertThat(numbers.rows().get(0)).containsExactly(3, 2, 0, null, null);
      assertThat(numbers.rows().get(1)).containsExactly(5, 2, 2, 2000.0, 3000.0);
      assertThat(((Plot) blocks.get(4)).series())
          .extracting(Series::name)
          .containsExactly("left the plateau", "still there at the end");
    }
  }

  /** A run that is looked at every 1,000 epochs from the growth on. */
  private static GrowthResult.Run run(long seed, int size, double... losses) {
    List<Moment> after = new ArrayList<>();
    for (double loss : losses) {
      after.add(
          new Moment(
              20 + 1000L * after.size(),
              loss,
              Double.NaN,
              loss,
              Double.NaN,
              List.of(1.0),
              List.of(1.0),
              List.of(),
              List.of()));
    }
    return new GrowthResult.Run(seed, size, "done", List.of(after.getFirst()), after);
  }

  @Test
  void rowsAreNested() {
    GrowthConfig central = read(SIZES + "epochs = 2, grow-at = 1, record-every = 1");
    assertThat(central.rows(11, 21)).containsExactly(IntStream.range(5, 16).toArray());
    assertThat(central.rows(21, 21)).containsExactly(IntStream.range(0, 21).toArray());
    GrowthConfig first = read("rate = 1, sizes = [2], epochs = 2, grow-at = 1, record-every = 1");
    assertThat(first.rows(2, 21)).containsExactly(0, 1);
  }

  @Test
  void badInputIsRefused() {
    assertThatThrownBy(() -> read(SIZES + "epochs = 20, grow-at = 20, record-every = 10"))
        .hasMessageContaining(
            "grow-at must be below epochs = 20 and a multiple of record-every = 10 but is 20");
    assertThatThrownBy(
            () -> read("rate = 1, sizes = [5, 3], epochs = 2, grow-at = 1, record-every = 1"))
        .hasMessageContaining(
            "sizes must list at least one number of samples, ascending, but are [5, 3]");
    assertThatThrownBy(
            () -> read(SIZES + "nested = last, epochs = 2, grow-at = 1, record-every = 1"))
        .hasMessageContaining("must be first or central but is last");
    assertThatThrownBy(() ->
            run(
                "rate = 1, sizes = [5, 22], epochs = 2, grow-at = 1, record-every = 1",
                1,
                Optional.empty()))
        .hasMessageContaining(
            "sizes must not exceed the 21 training samples of stairs but one is 22");
  }
}
