package dev.lamina.analysis.depth;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.within;

import dev.lamina.Lamina;
import dev.lamina.analysis.data.DataSource;
import dev.lamina.analysis.data.PreparedData;
import dev.lamina.analysis.data.TargetFunction;
import dev.lamina.analysis.depth.LinearityResult.Run;
import dev.lamina.analysis.depth.MergingResult.Merged;
import dev.lamina.analysis.embedding.AffineSegments;
import dev.lamina.analysis.embedding.Insertion;
import dev.lamina.analysis.embedding.Lifting;
import dev.lamina.analysis.embedding.Perceptron;
import dev.lamina.analysis.network.Network;
import dev.lamina.analysis.network.NetworkFile;
import dev.lamina.analysis.network.Residual;
import dev.lamina.analysis.network.WeightInit;
import dev.lamina.analysis.report.Json;
import dev.lamina.analysis.study.NetworkConfig;
import dev.lamina.analysis.study.Progress;
import dev.lamina.analysis.study.StudyContext;
import dev.lamina.analysis.study.StudySection;
import dev.lamina.config.ConfigErrors;
import dev.lamina.config.ConfigSources;
import dev.lamina.kernel.Activation;
import dev.lamina.matrix.DType;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.hipparchus.linear.MatrixUtils;
import org.hipparchus.linear.RealMatrix;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The sections {@code linearity} and {@code merging} from their configuration to their view. */
class DepthSectionsTest {
  private static final NetworkConfig NETWORK =
      new NetworkConfig(List.of(6, 6), Activation.Smooth.TANH, new WeightInit.Normal(0.3), true);

  @TempDir private Path folder;

  private <C> Optional<C> read(StudySection<C, ?> section, String text, ConfigErrors errors) {
    Path file = folder.resolve("section.conf");
    try {
      Files.writeString(file, section.name() + " { " + text + " }");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return ConfigSources.defaults()
        .withFiles(List.of(file))
        .load(errors)
        .reader()
        .section(section.name())
        .read(reader -> section.read(reader, NETWORK));
  }

  private <C> C read(StudySection<C, ?> section, String text) {
    return read(section, text, new ConfigErrors()).orElseThrow();
  }

  private List<String> problems(StudySection<?, ?> section, String text) {
    ConfigErrors errors = new ConfigErrors();
    assertThat(read(section, text, errors)).isEmpty();
    return errors.problems().stream().map(p -> p.path() + ": " + p.message()).toList();
  }

  private StudyContext context(Lamina lamina, PreparedData data, String own) {
    Optional<Path> kept = own.isEmpty() ? Optional.empty() : Optional.of(folder.resolve(own));
    return new StudyContext(lamina, data, NETWORK, 5, kept);
  }

  private static final String LINEARITY =
      "rate = 0.02, depths = [1, 3], norms = [none, 1.5], runs = 2, record-every = 10, curves = [10]";

  private LinearityResult linearity(int threads, int epochs, String own) {
    LinearitySection section = new LinearitySection();
    LinearityConfig config = read(section, LINEARITY + ", epochs = " + epochs);
    try (Lamina lamina = GoldenNetworks.open(threads);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.STAIRS, 21)) {
      return section.run(context(lamina, data, own), config, Progress.NONE);
    }
  }

  @Test
  void aResumedSectionFindsTheSame() {
    LinearityResult straight = linearity(1, 40, "");
    linearity(2, 20, "kept");
    assertThat(Json.write(linearity(2, 40, "kept"))).isEqualTo(Json.write(straight));
    assertThat(straight.runs()).hasSize(8);
    assertThat(straight.runs())
        .extracting(Run::label)
        .contains("1 hidden layer", "3 hidden layers", "3 hidden layers, γ = 1.5");
    Run run = straight.runs().get(4);
    assertThat(run.hidden()).isEqualTo(3);
    assertThat(run.parameters()).isEqualTo(12 + 42 + 42 + 7);
    assertThat(run.layers()).hasSize(3);
    assertThat(run.last().outputs()).hasSize(21);
    assertThat(run.last().minPearson())
        .isEqualTo(run.layers().stream().map(LayerState::minPearson).toList());
  }

  @Test
  void linearityIsShown() {
    LinearitySection section = new LinearitySection();
    LinearityConfig config = read(section, LINEARITY + ", epochs = 20");
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.HINGES, 21)) {
      StudyContext context = context(lamina, data, "");
      LinearityResult result = section.run(context, config, Progress.NONE);
      assertThat(Json.write(section.view(context, config, result)))
          .contains("\"loss\"", "\"pearson-1\"", "\"pearson-3-norm-1-5\"", "\"outputs\"")
          .contains("3 hidden layers, epoch 10", "best single neuron", "\"layers\"")
          .doesNotContain("\"accuracy\" :");
      assertThat(Json.write(Json.read(Json.write(result), LinearityResult.class)))
          .isEqualTo(Json.write(result));
    }
    LinearityConfig classes =
        read(section, "rate = 0.1, loss = cross-entropy, batch = 16, epochs = 4, samples = 60");
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.load(lamina, new DataSource.Iris(), DType.FLOAT32)) {
      StudyContext context = context(lamina, data, "");
      LinearityResult result = section.run(context, classes, Progress.NONE);
      assertThat(result.classes()).isEqualTo(3);
      assertThat(result.samples()).isEqualTo(60);
      assertThat(result.runs().getFirst().last().accuracy()).isBetween(0.0, 1.0);
      assertThat(Json.write(section.view(context, classes, result)))
          .contains("Training accuracy over time");
    }
  }

  @Test
  void badInputIsRefused() {
    LinearitySection linearity = new LinearitySection();
    assertThat(problems(linearity, "rate = 0.1, epochs = 10, threshold = 1.2"))
        .containsExactly("linearity: threshold must lie in (0, 1] but is 1.2");
    assertThat(problems(linearity, "rate = 0.1, epochs = 10, threshold = 0"))
        .containsExactly("linearity: threshold must lie in (0, 1] but is 0.0");
    assertThat(problems(linearity, "rate = 0.1, epochs = 10, record-every = 3"))
        .containsExactly("linearity: record-every must divide epochs = 10 but is 3");
    assertThat(problems(linearity, "rate = 0.1, epochs = 10, depths = [2, 2]"))
        .containsExactly("linearity: depths must list at least one, each once, but are [2, 2]");
    assertThat(problems(linearity, "rate = 0.1, epochs = 10, depths = [0]"))
        .singleElement()
        .asString()
        .startsWith("linearity.depths[0]: must be");
    assertThat(problems(linearity, "rate = 0.1, epochs = 10, norms = [none, -1]"))
        .containsExactly(
            "linearity.norms[1]: must be none or a positive scale of batch normalisations but is -1");
    assertThat(problems(linearity, "rate = 0.1, epochs = 10, norms = [2], batch = 1"))
        .containsExactly(
            "linearity: batch must be 0 or at least 2 with norms, which need a variance, but is 1");
    assertThat(problems(linearity, "rate = 0.1, epochs = 10, curves = [11]"))
        .containsExactly("linearity: curves must not lie beyond epochs = 10 but one is at 11");
    assertThat(problems(linearity, "epochs = 10"))
        .singleElement()
        .asString()
        .startsWith("linearity.rate: is missing");
    MergingSection merging = new MergingSection();
    assertThat(problems(merging, "rate = 0.1, epochs = 10, thresholds = [0.9, 0]"))
        .containsExactly("merging: thresholds must lie in (0, 1] but are [0.9, 0.0]");
    assertThat(problems(merging, "rate = 0.1, epochs = 10, hidden-layers = [2]"))
        .containsExactly(
            "merging.hidden-layers: must be below the network's 2 hidden layers but one is 2");
    assertThat(problems(merging, "rate = 0.1, epochs = 10, network = \"a.safetensors\""))
        .containsExactly(
            "merging: network = \"a.safetensors\" is merged as it is; leave out epochs = 10, or use further-epochs");
    assertThat(problems(merging, "rate = 0.1, epochs = 10, thresholds = []"))
        .containsExactly("merging: thresholds or hidden-layers must list at least one");
  }

  @Test
  void aLiftIsMergedBack() {
    Activation elu = new Activation.Elu();
    NetworkConfig shallow = new NetworkConfig(List.of(5), elu, new WeightInit.Normal(0.7), true);
    MergingSection section = new MergingSection();
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.HINGES, 31);
        Network drawn = shallow.plan(1, 1).draw(DType.FLOAT64, 3)) {
      RealMatrix x = MatrixUtils.createRealMatrix(data.train().x().toArray());
      Perceptron before = Perceptron.of(drawn);
      Path file = folder.resolve("lifted.safetensors");
      try (Network lifted = Lifting.lift(before, lift(elu), x).deep().toNetwork()) {
        NetworkFile.write(file, lifted);
      }
      MergingConfig config =
          read(
              section,
              "rate = 0.001, thresholds = [0.999999], hidden-layers = [0], further-epochs = 4, network = \""
                  + file
                  + "\"");
      StudyContext context = context(lamina, data, "merging");
      MergingResult result = section.run(context, config, Progress.NONE);
      Merged merged = result.merged().getFirst();
      assertThat(merged.layers())
          .singleElement()
          .satisfies(l -> assertThat(l.layer()).isEqualTo(2));
      assertThat(merged.hidden()).isEqualTo(1);
      assertThat(merged.change()).isLessThan(1e-10);
      assertThat(merged.atOnce().loss()).isCloseTo(result.before().loss(), within(1e-9));
      assertThat(merged.agreement()).isNaN();
      assertThat(merged.further().orElseThrow().moments())
          .extracting(Moment::epoch)
          .containsExactly(0L, 1L, 2L, 3L, 4L);
      try (Network saved = NetworkFile.read(Path.of(merged.file()))) {
        assertThat(saved.widths()).containsExactly(1L, 5L, 1L);
        assertThat(Perceptron.of(saved).outputs(x).subtract(before.outputs(x)).getNorm1())
            .isLessThan(1e-8);
      }
      Merged line = result.merged().get(1);
      assertThat(line.hidden()).isEqualTo(0);
      assertThat(line.change()).isPositive().isLessThanOrEqualTo(line.bound());
      assertThat(line.rmsChange()).isLessThanOrEqualTo(line.rmsBound());
      assertThat(Json.write(section.view(context, config, result)))
          .contains("\"networks\"", "\"changes\"", "\"further\"", "\"outputs\"");
      assertThatThrownBy(() -> iris(lamina, section, config))
          .hasMessageEndingWith(
              "lifted.safetensors: a network for these data must have 4 inputs and 3 outputs but has 1 and 1");
    }
  }

  @Test
  void residualNetworksAreFollowedAndMerged() {
    LinearitySection linearity = new LinearitySection();
    MergingSection merging = new MergingSection();
    WeightInit init = new WeightInit.Normal(0.05);
    NetworkConfig network =
        new NetworkConfig(
            List.of(6, 6), Activation.Smooth.TANH, init, true, false, Residual.POST_ACTIVATION);
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.STAIRS, 21)) {
      StudyContext context =
          new StudyContext(lamina, data, network, 5, Optional.of(folder.resolve("kept")));
      LinearityConfig config =
          read(linearity, "rate = 0.02, depths = [1, 3], norms = [none, 1], epochs = 20");
      LinearityResult result = linearity.run(context, config, Progress.NONE);
      assertThat(result.runs().get(0).last().blocks()).isEmpty();
      for (Run run : result.runs().subList(2, 4)) {
        assertThat(run.last().blocks()).extracting(BlockSize::layer).containsExactly(2, 3);
        assertThat(run.last().blocks()).allSatisfy(b -> assertThat(b.share()).isPositive());
      }
      assertThat(Json.write(linearity.view(context, config, result)))
          .contains("\"blocks\"", "layer 3 of 3 hidden layers", "norm of W");
      assertThat(Json.write(Json.read(Json.write(result), LinearityResult.class)))
          .isEqualTo(Json.write(result));
      MergingConfig other =
          read(
              merging,
              "rate = 0.02, epochs = 20, thresholds = [0.5], hidden-layers = [1], further-epochs = 2");
      MergingResult merged = merging.run(context, other, Progress.NONE);
      assertThat(merged.merged().getFirst().hidden()).isZero(); // the block first, then its inputs
      assertThat(merged.merged().getFirst().change())
          .isPositive()
          .isLessThanOrEqualTo(merged.merged().getFirst().bound());
      Merged one = merged.merged().get(1); // the first layer cannot go without the block
      assertThat(one.layers().size() + one.kept().size()).isEqualTo(1);
      assertThat(one.hidden()).isEqualTo(2 - one.layers().size());
      assertThat(Json.write(merging.view(context, other, merged))).contains("\"networks\"");
    }
    assertThatThrownBy(() ->
            LinearityConfig.requireNoBridges(
                new NetworkConfig(
                    List.of(6, 6), Activation.RELU, init, true, false, Residual.PRE_ACTIVATION)))
        .hasMessageContaining("network.residual = post-activation or none");
  }

  @Test
  void divergingRunsAreReported() {
    LinearitySection linearity = new LinearitySection();
    MergingSection merging = new MergingSection();
    try (Lamina lamina = GoldenNetworks.open(1);
        PreparedData data = GoldenNetworks.curve(lamina, TargetFunction.HINGES, 21)) {
      StudyContext context =
          new StudyContext(
              lamina,
              data,
              new NetworkConfig(List.of(6, 6), Activation.RELU, new WeightInit.He(), true),
              5);
      LinearityConfig config = read(linearity, "rate = 1e6, epochs = 300, record-every = 1");
      LinearityResult result = linearity.run(context, config, Progress.NONE);
      assertThat(result.runs()).singleElement().satisfies(r -> assertThat(r.diverged()).isTrue());
      assertThat(Json.write(linearity.view(context, config, result)))
          .contains("runs that diverged", "a smaller learning rate may help");
      MergingConfig other = read(merging, "rate = 1e6, epochs = 300, record-every = 1");
      assertThatThrownBy(() -> merging.run(context, other, Progress.NONE))
          .hasMessageStartingWith("merging: there is no trained network to merge, it diverged");
    }
  }

  private static Insertion lift(Activation elu) {
    return Insertion.of(1, 5, elu, AffineSegments.on(elu, 0.5, 1.5));
  }

  private void iris(Lamina lamina, MergingSection section, MergingConfig config) {
    try (PreparedData data = GoldenNetworks.load(lamina, new DataSource.Iris(), DType.FLOAT64)) {
      section.run(context(lamina, data, ""), config, Progress.NONE);
    }
  }

  @Test
  void aTrainedNetworkIsMergedTheSameAfterAnInterruption() {
    MergingSection section = new MergingSection();
    String text =
        "rate = 0.05, loss = cross-entropy, batch = 20, thresholds = [0.9], hidden-layers = [1], further-epochs = 2";
    try (Lamina lamina = GoldenNetworks.open(2);
        PreparedData data = GoldenNetworks.load(lamina, new DataSource.Iris(), DType.FLOAT64)) {
      MergingConfig whole = read(section, text + ", epochs = 20, record-every = 5");
      MergingResult straight = section.run(context(lamina, data, ""), whole, Progress.NONE);
      MergingConfig part = read(section, text + ", epochs = 10, record-every = 5");
      section.run(context(lamina, data, "one"), part, Progress.NONE);
      MergingResult resumed = section.run(context(lamina, data, "one"), whole, Progress.NONE);
      assertThat(resumed.training()).isEqualTo(straight.training());
      assertThat(resumed.before()).isEqualTo(straight.before());
      assertThat(resumed.merged().getFirst().further())
          .isEqualTo(straight.merged().getFirst().further());
      Merged one = straight.merged().get(1);
      assertThat(one.hidden()).isEqualTo(1);
      assertThat(one.testAgreement()).isBetween(0.0, 1.0);
      assertThat(one.further().orElseThrow().last().epoch()).isEqualTo(2);
      assertThat(Files.exists(folder.resolve("one/merged-to-1.safetensors"))).isTrue();
    }
  }
}
