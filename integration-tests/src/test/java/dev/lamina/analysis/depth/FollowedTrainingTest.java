package dev.lamina.analysis.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.TargetFunction;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.training.Loss;
import dev.lamina.analysis.training.Optimiser;
import dev.lamina.analysis.training.TrainingData;
import dev.lamina.matrix.HostMatrix;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A training that is looked at: its numbers, and that interruptions leave no trace. */
class FollowedTrainingTest {
  private static final List<Integer> WIDTHS = List.of(1, 4, 4, 4, 1);

  @TempDir private Path folder;

  private static FollowedPlan plan(int epochs, int every, int batch, Optimiser optimiser) {
    return new FollowedPlan(
        Loss.MEAN_SQUARE, optimiser, 0.02, batch, epochs, every, 1, 0, 0.99, 1e-3, 1);
  }

  /** What is left of a training: its looks and the parameters. */
  @SuppressWarnings("ArrayRecordComponent") // compared by sameAs alone
  private record Trace(List<Moment> moments, double[][][] parameters) {
    Moment at(long epoch) {
      return moments.stream().filter(m -> m.epoch() == epoch).findFirst().orElseThrow();
    }

    boolean sameAs(Trace other) {
      return moments.equals(other.moments) && Arrays.deepEquals(parameters, other.parameters);
    }
  }

  private static Trace train(boolean norm, FollowedPlan plan, Optional<Path> folder) {
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.STAIRS, 21);
        DepthExamples examples = new DepthExamples(data, plan.loss(), plan.samples());
        TrainingData uploaded = examples.upload(lamina.backend());
        Network initial = GoldenNetworks.sines(WIDTHS, norm);
        FollowedTraining training =
            new FollowedTraining(
                lamina.backend(),
                uploaded,
                initial,
                plan,
                1,
                new FollowedTraining.Followers(
                    new Looker(examples, plan.loss(), plan.linearity()),
                    Set.of(3L),
                    "run",
                    folder,
                    Progress.NONE))) {
      training.run();
      double[][][] parameters =
          training.network().layers().stream()
              .flatMap(layer -> layer.matrices().stream())
              .map(HostMatrix::toArray)
              .toArray(double[][][]::new);
      return new Trace(training.moments(), parameters);
    }
  }

  /**
   * The golden trace; after 1000 epochs (0.140503116031) the descent oscillates at the edge of
   * stability and magnifies rounding, so that only its size is a fact.
   */
  @Test
  void descentFollowsTheGoldenTrace() {
    Trace trace = train(false, plan(1000, 100, 0, new Optimiser.Descent(0)), Optional.empty());
    assertThat(trace.at(0).loss()).isCloseTo(5.205877615464, within(1e-11));
    assertThat(trace.at(1).loss()).isCloseTo(5.132543875747, within(1e-11));
    assertThat(trace.at(10).loss()).isCloseTo(3.382565977650, within(1e-11));
    assertThat(trace.at(100).loss()).isCloseTo(0.230251276132, within(1e-9));
    assertThat(trace.at(1000).loss()).isBetween(0.1, 0.2);
    assertThat(trace.at(0).minPearsonOfAll())
        .zipSatisfy(
            List.of(0.9225091853, 0.9998232774, 0.9999762880),
            (found, golden) -> assertThat(found).isCloseTo(golden, within(1e-10)));
    assertThat(trace.at(0).accuracy()).isNaN();
    assertThat(trace.at(3).outputs()).hasSize(21);
    assertThat(trace.at(10).outputs()).isEmpty();
  }

  /**
   * Until epoch 100 the first steps magnify rounding by 10⁷: parameters changed by 10⁻¹⁵ of
   * themselves change the loss by 2·10⁻⁸ there, and by 10⁻¹⁰ after 1000. In extended precision they
   * are 0.10753130744 and 0.06913697955.
   */
  @Test
  void descentWithNormalisationsFollowsTheGoldenTrace() {
    Trace trace = train(true, plan(1000, 100, 0, new Optimiser.Descent(0)), Optional.empty());
    assertThat(trace.at(0).loss()).isCloseTo(4.895494097398, within(1e-11));
    assertThat(trace.at(1).loss()).isCloseTo(4.145409063514, within(1e-11));
    assertThat(trace.at(10).loss()).isCloseTo(1.074777216185, within(1e-11));
    assertThat(trace.at(100).loss()).isCloseTo(0.107531304366, within(2e-7));
    assertThat(trace.at(1000).loss()).isCloseTo(0.069136979573, within(1e-8));
  }

  @Test
  void anInterruptedRunLeavesNoTrace() throws IOException {
    for (Optimiser optimiser : List.of(new Optimiser.Descent(0), Optimiser.Adam.USUAL)) {
      for (int batch : new int[] {0, 8}) {
        Path own = folder.resolve(optimiser.text() + batch);
        Trace straight = train(true, plan(12, 2, batch, optimiser), Optional.empty());
        train(true, plan(6, 2, batch, optimiser), Optional.of(own));
        Path looks = file(own, ".looks");
        // As if the process had ended while it wrote a look beyond the checkpoint.
        Files.writeString(looks, Files.readString(looks) + "{\"epoch\" : 7, \"lo");
        Trace resumed = train(true, plan(12, 2, batch, optimiser), Optional.of(own));
        assertThat(resumed.sameAs(straight)).isTrue();
        assertThat(straight.moments())
            .extracting(Moment::epoch)
            .containsExactly(0L, 1L, 2L, 3L, 4L, 6L, 8L, 10L, 12L);
        // A run that is complete is not run again, and one whose looks are lost begins again.
        assertThat(train(true, plan(12, 2, batch, optimiser), Optional.of(own)).sameAs(straight))
            .isTrue();
        Files.delete(looks);
        assertThat(train(true, plan(12, 2, batch, optimiser), Optional.of(own)).sameAs(straight))
            .isTrue();
      }
    }
  }

  private static Path file(Path folder, String ending) throws IOException {
    try (Stream<Path> files = Files.list(folder)) {
      return files.filter(f -> f.toString().endsWith(ending)).findFirst().orElseThrow();
    }
  }
}
